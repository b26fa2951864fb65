from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import sha
from tests.unit.report.report_values import SALT, values
from tests.unit.report.test_html import Outline
from tierlock.core import InputError, Verdict
from tierlock.report import (
    REPORT_KINDS,
    Redaction,
    ReportKind,
    ReportValues,
    Witnessed,
    make_report,
    render_document,
)

STYLES = ("html", "markdown", "json")


def rendered(kind: ReportKind, found: ReportValues, *redactions: Redaction) -> dict[str, str]:
    document = make_report(kind, values=found, redactions=redactions, salt=SALT)
    return {style: render_document(document, style=style) for style in STYLES}  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_every_format_says_the_same(kind: ReportKind) -> None:
    document = make_report(kind, values=values(words="Small steps.\n\nNo leap is expected."))
    texts = rendered(kind, values(words="Small steps.\n\nNo leap is expected."))
    body = json.loads(texts["json"])
    assert body["report"] == kind
    assert [one["id"] for one in body["checklist"]] == [s.item.id for s in document.contents]
    for section in document.sections:
        assert f'id="{section.anchor}"' in texts["html"]
        assert f"## {section.title}" in texts["markdown"]
    assert [one["anchor"] for one in body["sections"]] == [s.anchor for s in document.sections]
    for text in texts.values():
        assert "What this does not establish" in text
        assert "Nobody has signed" not in text
        assert "the cyber suite is too small to sign on" in text.lower()
    assert {"of": "determination", "digest": document.digests[0][1]} in body["digests"]


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_hostile_names_stay_text(kind: ReportKind) -> None:
    found = values(task=factory.HOSTILE, words=factory.HOSTILE, who=factory.HOSTILE)
    texts = rendered(kind, found)
    parser = Outline()
    parser.feed(texts["html"])
    assert not parser.open
    assert "script" not in parser.tags
    assert "<script>" not in texts["markdown"].replace("`<script>", "")
    json.loads(texts["json"])


def test_a_signature_that_does_not_count_says_so() -> None:
    text = rendered("capability", values())["markdown"]
    assert "does not count: the key is not trusted" in text


def test_time_is_self_asserted_until_a_witness_saw_it() -> None:
    assert "time: self-asserted" in rendered("risk", values())["markdown"]
    seen = Witnessed(entry=3, size=9, root=sha("e"), by=factory.AT, anchors=1, trusted=1)
    text = rendered("risk", replace(values(), witnessed=seen))["markdown"]
    assert "time: witnessed by 2026-11-22T10:00:00Z" in text
    bare = rendered("risk", replace(values(), witnessed=Witnessed()))["markdown"]
    assert "Ledger: there is none" in bare


def test_the_previous_determination_is_compared() -> None:
    found = values()
    now = found.report.determination
    first = now.thresholds[0].model_copy(update={"outcome": now.thresholds[1].outcome})
    before = now.model_copy(update={"thresholds": (first, *now.thresholds[2:]), "owed": ()})
    body = json.loads(rendered("capability", replace(found, previous=before))["json"])
    section = next(one for one in body["sections"] if one["anchor"] == "previous")
    rows = section["blocks"][1]["rows"]
    assert rows[0][3] == "changed"
    assert rows[1][1:] == ["not there", "undetermined", "changed"]
    assert rows[2][3] == "same"
    facts = dict(section["blocks"][0]["rows"])
    assert "`asl-3/deployment` is new" in facts["Obligations"]


def test_a_redacted_threshold_is_nowhere() -> None:
    texts = rendered("capability", values(), Redaction("ASL-3/cyber", "public safety"))
    for text in texts.values():
        assert "ASL-3/cyber" in text
        for secret in ("27.8", "3/40", "Capture-the-flag", "cyber-ctf", "run-ctf-1"):
            assert secret not in text
        assert "protocols.eval" in text
    body = json.loads(texts["json"])
    assert [one["part"] for one in body["redacted"]] == ["ASL-3/cyber"]
    evidence = [one["digest"] for one in body["digests"] if one["of"] == "evidence"]
    assert len(evidence) == 2


def test_redacted_sections_people_and_words_are_nowhere() -> None:
    found = values(words="Our secret forecast.", who="Zoe Hidden")
    parts = (Redaction("people"), Redaction("evidence", "law"), Redaction("written:forecast"))
    texts = rendered("capability", found, *parts)
    for text in texts.values():
        for secret in ("Zoe Hidden", "Ada Example", "protocols.eval", "secret forecast"):
            assert secret not in text
        assert "law" in text
    body = json.loads(texts["json"])
    redactions = next(one for one in body["checklist"] if one["id"] == "forecast")
    assert redactions["state"] == "present"


def test_a_digest_binds_to_the_part_and_tells_nothing_without_the_salt() -> None:
    part = Redaction("ASL-3/cyber", "law")

    def digest(found: ReportValues, salt: bytes) -> str:
        return make_report("risk", values=found, redactions=[part], salt=salt).redacted[0].digest

    assert digest(values(), SALT) == digest(values(), SALT)
    assert digest(values(), SALT) != digest(values(), b"t" * 32)
    assert digest(values(), SALT) != digest(values(task="cyber-other"), SALT)


def test_redactions_are_disclosed_with_their_reasons() -> None:
    def state(*parts: Redaction) -> tuple[str, str]:
        document = make_report("risk", values=values(), redactions=parts, salt=SALT)
        found = next(one.found for one in document.contents if one.item.id == "redactions")
        return found.presence, found.says

    assert state() == ("present", "nothing is redacted")
    assert state(Redaction("gaps", "law")) == ("present", "1 part redacted, 0 without a reason")
    assert state(Redaction("gaps"))[0] == "partly"


@pytest.mark.parametrize("part", ["nothing", "limits", "provenance", "contents", "time", ""])
def test_some_parts_can_not_be_redacted(part: str) -> None:
    with pytest.raises(InputError) as caught:
        make_report("capability", values=values(), redactions=[Redaction(part)], salt=SALT)
    assert caught.value.code == "report.redact"


def test_a_line_that_another_gives_away_can_not_be_hidden() -> None:
    found = values()
    now = found.report.determination
    same = ("ASL-3/bio:protocols", "ASL-3/cyber:ctf")
    findings = tuple(
        one.model_copy(update={"evidence": (sha("c"),)}) if one.path in same else one
        for one in now.findings
    )
    report = found.report.model_copy(
        update={"determination": now.model_copy(update={"findings": findings})}
    )
    shared = replace(found, report=report)
    with pytest.raises(InputError, match="rests on the same evidence") as caught:
        make_report("capability", values=shared, redactions=[Redaction("ASL-3/cyber")], salt=SALT)
    assert caught.value.code == "report.redact"
    both = [Redaction("ASL-3/cyber"), Redaction("ASL-3/bio")]
    assert len(make_report("capability", values=shared, redactions=both, salt=SALT).redacted) == 2


def test_the_verdict_stays_when_its_reasons_go() -> None:
    found = values(Verdict.ALLOW)
    document = make_report(
        "capability", values=found, redactions=[Redaction("thresholds")], salt=SALT
    )
    assert document.word == "ALLOW"
    assert document.sentence.startswith("small-model-1 may be deployed to api/general")
    assert "not ruled out" not in document.sentence
