"""Both containers of a log, complete, crashed, chunked, rewritten and contradictory."""

from __future__ import annotations

import pytest

from tests.unit.importers.logs import (
    ZSTANDARD,
    archive,
    as_log,
    codes,
    header,
    members,
    only,
    pack,
    sample,
    summary,
)
from tierlock.core import ImportFailed
from tierlock.importers.inspect import read

TWO = [sample(1, "C"), sample("q/2", "I")]


def test_archive_and_document_of_one_run_share_a_digest() -> None:
    document = read(as_log({**header(TWO), "samples": TWO}, "log.json"))
    packed = read(as_log(pack(members(TWO), method=ZSTANDARD)))
    assert only(packed).digest == only(document).digest
    assert only(packed).samples.id == ("1", "q/2")
    assert only(packed).problems == ()


def test_a_run_that_never_finished_is_read_from_its_journal() -> None:
    entries = members(TWO)
    del entries["header.json"], entries["summaries.json"]
    entries["_journal/summaries/1.json"] = [summary(TWO[0])]
    evidence = only(read(as_log(pack(entries))))
    assert evidence.status == "started"
    assert len(evidence.samples) == 2
    assert codes(evidence) == ["header.journal"]


def test_a_journal_can_not_claim_success() -> None:
    entries = members(TWO)
    del entries["header.json"]
    entries["_journal/start.json"]["status"] = "success"
    assert only(read(as_log(pack(entries)))).status == "started"


def test_attempts_known_by_the_journal_only_cast_doubt() -> None:
    entries = members(TWO)
    for name in ("header.json", "summaries.json", "samples/1_epoch_1.json"):
        del entries[name]
    entries["_journal/summaries/10.json"] = [summary(sample(1, "I"))]
    entries["_journal/summaries/2.json"] = [summary(sample(1, "C"))]
    evidence = only(read(as_log(pack(entries))))
    assert codes(evidence) == ["header.journal", "sample.summary-only"]
    assert dict(zip(evidence.samples.id, evidence.samples.scores["check"], strict=True)) == {
        "q/2": 0.0,
        "1": 0.0,
    }
    assert evidence.doubtful


def test_the_chunked_layout_is_read_by_its_shells() -> None:
    entries = members([])
    shell = sample("q/2", "I", metadata=...)
    entries["samples/q/2_epoch_1/sample.json"] = shell
    entries["samples/q/2_epoch_1/metadata.json"] = {"family": "f2"}
    entries["samples/q/2_epoch_1/messages/0.json"] = [{"id": "not a sample"}]
    entries["samples/q/2_epoch_1/events/stats.json"] = {}
    entries["summaries.json"] = [summary(shell)]
    evidence = only(read(as_log(pack(entries))))
    assert evidence.samples.id == ("q/2",)
    assert evidence.samples.attributes == {"family": ("f2",)}
    assert evidence.problems == ()


def test_a_superseded_attempt_is_replaced_and_noted() -> None:
    pairs = list(members([sample(1, "C")]).items())
    pairs.insert(1, ("samples/1_epoch_1.json", sample(1, "I")))
    evidence = only(read(as_log(pack(pairs))))
    assert evidence.samples.scores["check"] == (1.0,)
    assert codes(evidence) == ["container.superseded"]


def test_a_rewrite_in_place_leaves_a_trace() -> None:
    pairs = [*members(TWO).items(), ("header.json", header(TWO))]
    data = pack(pairs, forgotten=[len(pairs) - 2])
    assert codes(only(read(as_log(data)))) == ["container.rewritten"]


def test_two_records_of_one_attempt_are_in_doubt() -> None:
    pairs = [("samples/x_epoch_1.json", sample(1, "I")), *members([sample(1, "C")]).items()]
    evidence = only(read(as_log(pack(pairs))))
    assert codes(evidence) == ["sample.duplicate"]
    assert evidence.doubtful


def test_a_header_about_another_run_is_in_doubt() -> None:
    entries = members(TWO)
    entries["_journal/start.json"]["eval"] = {**entries["header.json"]["eval"], "model": "other"}
    assert codes(only(read(as_log(pack(entries))))) == ["header.start"]


def test_nan_in_the_settings_is_no_contradiction() -> None:
    entries = members(TWO, header(TWO, eval={"task_args": {"x": float("nan")}}))
    assert only(read(as_log(pack(entries)))).problems == ()


@pytest.mark.parametrize(
    ("row", "record"),
    [
        (sample(1, "C"), sample(1, "I")),
        (sample(1, "C", error={"message": "boom"}), sample(1, "C")),
        (sample(1, "C", limit={"type": "token"}), sample(1, "C")),
        (sample(1, "C", scores={}), sample(1, "C")),
    ],
)
def test_a_summary_that_says_otherwise_is_in_doubt(row: dict, record: dict) -> None:
    entries = members([record])
    entries["summaries.json"] = [summary(row)]
    evidence = only(read(as_log(pack(entries))))
    assert codes(evidence) == ["summary.mismatch"]
    assert evidence.doubtful


def test_an_attempt_that_a_finished_summary_leaves_out_is_in_doubt() -> None:
    entries = members(TWO)
    entries["summaries.json"] = [summary(TWO[0])]
    assert codes(only(read(as_log(pack(entries))))) == ["summary.mismatch"]


def test_nan_in_summary_and_record_agree() -> None:
    assert only(archive([sample(1, float("nan")), sample(2, "C")])).problems == ()


@pytest.mark.parametrize("version", [0, 4, -1])
def test_unknown_versions_are_refused(version: int) -> None:
    for log in (
        as_log({**header(TWO, version=version), "samples": TWO}),
        as_log(pack(members(TWO, header(TWO, version=version)))),
    ):
        with pytest.raises(ImportFailed, match=f"version {version}") as caught:
            read(log)
        assert caught.value.code == "import.schema"


def test_an_archive_without_header_and_journal_is_refused() -> None:
    with pytest.raises(ImportFailed, match=r"no `header\.json`") as caught:
        read(as_log(pack({"samples/1_epoch_1.json": sample(1)})))
    assert caught.value.code == "import.schema"


def test_a_member_that_is_not_json_is_located() -> None:
    entries = members(TWO)
    entries["samples/1_epoch_1.json"] = b"{"
    with pytest.raises(ImportFailed) as caught:
        read(as_log(pack(entries)))
    assert caught.value.location == "log.eval:samples/1_epoch_1.json"
