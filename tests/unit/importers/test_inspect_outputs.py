"""The texts of an Inspect log, whatever shape its messages have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import ImportFailed
from tierlock.importers import (
    Told,
    answered_of,
    asked_of,
    open_transcripts,
    score_of,
    transcript_of,
)


def told(tmp_path: Path, **changes: Any) -> Told:
    """Return the one attempt of a log, read from an archive and from a document alike."""
    rows = [sample("s", **changes)]
    found = []
    for name, data in (
        ("a.eval", pack(members(rows))),
        ("a.json", {**header(rows), "samples": rows}),
    ):
        with open_transcripts(write(tmp_path, name, data)) as log:
            (each,) = log.samples
            found.append((each, log.run_id, bool(log.sha256)))
    assert found[0] == found[1]
    assert found[0][1:] == ("run-1", True)
    return found[0][0]


def test_plain_texts(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        input="the question",
        messages=[
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "the question"},
            {"role": "assistant", "content": "the answer"},
        ],
        output={"choices": [{"message": {"role": "assistant", "content": "the answer"}}]},
    )
    assert asked_of(one) == "the question"
    assert answered_of(one) == "the answer"
    assert transcript_of(one) == (
        "[system]\nbe brief\n\n[user]\nthe question\n\n[assistant]\nthe answer"
    )
    assert score_of(one) == "check C"


def test_parts_calls_and_texts_that_lie_elsewhere(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        attachments={"abc": "a very long text"},
        input=[{"role": "user", "content": [{"type": "text", "text": "attachment://abc"}]}],
        messages=[
            {
                "role": "assistant",
                "content": [
                    {"type": "reasoning", "reasoning": "hm"},
                    {"type": "image", "image": "attachment://lost"},
                    {"type": "text", "text": "attachment://lost"},
                ],
                "tool_calls": [{"function": "bash", "arguments": {"cmd": "ls"}}],
            }
        ],
    )
    assert asked_of(one) == "[user]\na very long text"
    assert transcript_of(one) == (
        '[assistant]\nhm\n(image)\nattachment://lost\n(calls bash with {"cmd":"ls"})'
    )


@pytest.mark.parametrize("odd", [None, 7, {}, [7, None], [{"role": "user"}], [[]]])
def test_odd_shapes_are_no_texts_and_no_errors(tmp_path: Path, odd: Any) -> None:
    one = told(tmp_path, input=odd, messages=odd, output=odd, scores=None, attachments={"a": odd})
    assert answered_of(one) == ""
    assert "q" not in asked_of(one) + transcript_of(one)
    assert score_of(one) == ""


def test_a_failed_attempt_says_so(tmp_path: Path) -> None:
    one = told(tmp_path, error={"message": "boom"})
    assert score_of(one) == "error"


def test_the_first_attempt_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "a.eval", pack(members([sample(name) for name in "abc"])))
    with open_transcripts(path, first=True) as log:
        assert [each.id for each in log.samples] == ["a"]
        assert log.sha256 == ""
    with open_transcripts(path) as log:
        assert [each.id for each in log.samples] == ["a", "b", "c"]


def test_a_damaged_record_is_refused(tmp_path: Path) -> None:
    data = bytearray(pack(members([sample("a")]), method=0))
    data[data.index(b'"input": "q"') + 10] ^= 1
    path = write(tmp_path, "a.eval", bytes(data))
    with pytest.raises(ImportFailed, match="checksum"), open_transcripts(path) as log:
        list(log.samples)
