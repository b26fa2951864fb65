"""What a person reads of a verification: the result first, and nothing that acts on a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tierlock.core import Reason
from tierlock.report import (
    ComparedFinding,
    ComparedLog,
    ComparedNumber,
    Hidden,
    VerifyReport,
    render_verify_json,
    render_verify_text,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def finding(
    *, recomputed: float | None = 0.1, outcome: str | None = "RULED_OUT"
) -> ComparedFinding:
    numbers = [("value", 0.1), ("lower", 0.05), ("upper", 0.2), ("scored", 60.0), ("planned", 60.0)]
    return ComparedFinding(
        path="bio-3:bio",
        outcome="RULED_OUT",
        recomputed=outcome,
        numbers=[
            ComparedNumber(name, value, recomputed if name == "value" else value,
                           name != "value" or recomputed == value)
            for name, value in numbers
        ],
        agrees=(recomputed, outcome) == (0.1, "RULED_OUT"),
    )  # fmt: skip


def report(**fields: object) -> VerifyReport:
    known: dict[str, object] = {
        "bundle": "b.zip", "manifest": "sha256:" + "0" * 64, "trust": "sha256:" + "1" * 64,
        "subject": "model", "framework": "lab/small-1", "action": "deploy / api", "label": "usual",
        "bundled_at": AT, "verified_at": AT, "engine": "e", "recorded_engine": "e",
        "result": "verified", "exit_code": 0, "checked": ["container"], "problems": [],
        "differences": [], "verdict": ("ALLOW", "ALLOW"), "findings": [finding()],
        "from_logs": [], "logs": [], "signers": ["Ann sealed the bundle"], "dissent": [],
        "withheld": [], "not_recomputed": [], "time": ["time: self-asserted"], "notes": [],
        **fields,
    }  # fmt: skip
    return VerifyReport(**known)  # type: ignore[arg-type]  # every field is above


@pytest.mark.parametrize("width", [80, 120])
def test_both_sides_of_every_number_are_shown(width: int) -> None:
    text = render_verify_text(report(), width=width)
    lines = text.splitlines()
    assert lines[0] == "VERIFIED"
    assert "    recorded    RULED_OUT  0.1 [0.05, 0.2]  60 of 60 scored" in lines
    assert "    recomputed  RULED_OUT  0.1 [0.05, 0.2]  60 of 60 scored" in lines
    assert "time: self-asserted" in text
    assert max(map(len, lines)) <= width


def test_a_difference_is_shown_with_as_many_digits_as_it_needs() -> None:
    coarse = render_verify_text(report(findings=[finding(recomputed=0.3)]))
    assert [row.split() for row in coarse.splitlines() if row.strip().startswith("estimate")] == [
        ["estimate", "0.1", "0.3"]
    ]
    fine = render_verify_text(report(findings=[finding(recomputed=0.1 + 1e-8)]))
    (row,) = [row for row in fine.splitlines() if row.strip().startswith("estimate")]
    assert row.split() == ["estimate", "0.1", "0.10000001"]


def test_what_is_wrong_comes_before_what_is_right() -> None:
    text = render_verify_text(
        report(
            result="refused",
            problems=[Reason(code="bundle.log", says="run `r`: other evidence")],
            differences=["label: recorded a, recomputed b"],
            not_recomputed=["bio-3:bio: sample values are withheld"],
            logs=[ComparedLog("r", "bio", "x.eval", False, ["sample `a`: recorded 1"], 3)],
            from_logs=[finding(recomputed=0.2)],
            dissent=["dissent about bio-3: I disagree"],
            withheld=[Hidden("samples/x.jsonl", "sha256:0", "r", "hazardous")],
        )
    )
    order = ["REFUSED", "bundle.log", "label: recorded", "sample values are withheld",
             "Run r (bio)", "and 3 more", "from the logs", "Recorded and recomputed", "Checked",
             "I disagree", "hazardous", "self-asserted"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    brief = render_verify_text(report(result="refused"), brief=True)
    assert "Checked" not in brief


def test_what_was_not_recomputed_shows_no_number_of_ours() -> None:
    text = render_verify_text(
        report(findings=[finding(recomputed=None, outcome=None)], verdict=("ALLOW", None))
    )
    assert "    recomputed  not recomputed" in text
    assert "recomputed  not recomputed" in text.split("Recorded and")[0]


def test_findings_without_numbers_are_counted_where_they_agree() -> None:
    bare = ComparedFinding("a:b", "RULED_OUT", "RULED_OUT", [], True)
    other = ComparedFinding("a:c", "RULED_OUT", "REACHED", [], False)
    text = render_verify_text(report(findings=[bare, bare, other]))
    assert "2 findings without numbers: all outcomes agree" in text
    assert "a:c" in text


def test_nothing_from_a_bundle_acts_on_the_terminal() -> None:
    evil = "\x1b[2J\u202eevil"
    text = render_verify_text(
        report(
            subject=evil, label=evil, framework=evil, action=evil, bundle=evil,
            differences=[evil], not_recomputed=[evil], checked=[evil], signers=[evil],
            dissent=[evil], notes=[evil], problems=[Reason(code="bundle.log", says=evil)],
            withheld=[Hidden(evil, evil, evil, evil)],
            logs=[ComparedLog(evil, evil, evil, False, [evil])],
            findings=[ComparedFinding(evil, "REACHED", "RULED_OUT",
                                      [ComparedNumber(evil, 1.0, 2.0, False)], False)],
        )
    )  # fmt: skip
    assert "\x1b" not in text
    assert "\u202e" not in text
    data = render_verify_json(report(subject=evil))
    assert "\u202e" not in data
    assert json.loads(data)["subject"] == evil


def test_json_has_everything() -> None:
    found = json.loads(render_verify_json(report(exit_code=4)))
    assert (found["exitCode"], found["verdict"]["recorded"]) == (4, "ALLOW")
    assert found["findings"][0]["numbers"][0] == {
        "name": "value", "recorded": 0.1, "recomputed": 0.1, "agrees": True,
    }  # fmt: skip


def test_colour_adds_no_words() -> None:
    plain = render_verify_text(report())
    coloured = render_verify_text(report(), color=True)
    assert "\x1b[" in coloured
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[1;32m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain
