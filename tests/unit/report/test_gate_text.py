from __future__ import annotations

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.core import Action, Decision, Explanation, GateReason, Verdict
from tierlock.report import render_gate_text
from tierlock.report.layout import cells
from tierlock.report.reasons import reasons_of
from tierlock.report.wording import doing


def shown(decision: Decision, *, width: int = 80) -> str:
    return render_gate_text(
        decision,
        explanation=factory.explanation(decision.verdict),
        framework=framework(),
        width=width,
    )


@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        (Verdict.ALLOW, "ALLOW  small-model-1 may be deployed to api/general until 2026-12-31"),
        (Verdict.HOLD, "HOLD  small-model-1 may not be deployed to api/general yet"),
        (Verdict.DENY, "DENY  small-model-1 may not be deployed to api/general"),
    ],
)
def test_the_first_line_is_the_answer(verdict: Verdict, first: str) -> None:
    assert shown(factory.decision(verdict)).splitlines()[0].startswith(first)


def test_hold_says_why_and_what_opens_it() -> None:
    text = shown(factory.decision())
    assert "threshold.held" in text
    assert "claim.paths" in text
    assert "owner:" in text
    assert "~4 USD" in text
    assert "meanwhile" in text


def test_deny_reasons_stand_before_hold_reasons() -> None:
    text = shown(factory.decision(Verdict.DENY))
    assert text.index("claim.failed") < text.index("also held") < text.index("threshold.held")


def test_allow_lists_terms_and_no_work() -> None:
    text = shown(factory.decision(Verdict.ALLOW))
    assert "on terms" in text
    assert "to open" not in text


def test_the_framework_is_named_with_its_digest() -> None:
    decision = factory.decision()
    (line,) = (line for line in shown(decision).splitlines() if "rests on" in line)
    assert f" 1 ({decision.framework.digest[:19]}…) ·" in line


def test_a_closed_gate_shows_no_condition_and_still_what_is_to_be_recorded() -> None:
    for verdict in (Verdict.HOLD, Verdict.DENY):
        text = shown(factory.with_lapse(verdict))
        assert "on terms" not in text
        assert "claim.interim" not in text
        assert "record     the evidence is overdue" in text
    text = shown(factory.with_lapse(Verdict.ALLOW))
    assert "on terms   abuse monitoring" in text
    assert "record     the evidence is overdue" in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    for verdict in Verdict:
        lines = shown(factory.decision(verdict), width=width).splitlines()
        assert max(map(cells, lines)) <= width


def test_a_closed_gate_is_never_without_a_reason() -> None:
    bare = factory.decision(Verdict.DENY).model_copy(update={"reasons": ()})
    assert [(r.verdict, r.code) for r in reasons_of(bare)] == [("DENY", "gate.default-deny")]
    assert not reasons_of(factory.decision(Verdict.ALLOW))


def test_the_explanations_work_is_used_where_the_decision_has_none() -> None:
    bare = factory.decision().model_copy(update={"work": ()})
    assert "rule out ASL-3/cyber" in shown(bare)
    silent = render_gate_text(bare, explanation=Explanation(), framework=framework())
    assert "to open" not in silent


def test_a_mock_model_can_not_be_overlooked() -> None:
    text = render_gate_text(
        factory.decision(),
        explanation=factory.explanation(),
        framework=framework(),
        mock_models=("mockllm/model",),
    )
    assert "MOCK MODEL: evidence by `mockllm/model`" in text
    assert "MOCK" not in shown(factory.decision())


def missing(*names: str) -> Decision:
    """Return a HOLD in which nobody claims the named criteria of the ASL-3 standard."""
    reasons = tuple(
        GateReason(
            code="claim.missing",
            says=f"nobody claims `asl-3/deployment:{name}`: something",
            verdict="HOLD",
            about=f"asl-3/deployment:{name}",
        )
        for name in names
    )
    return factory.decision().model_copy(update={"reasons": reasons})


def test_what_nobody_claims_is_one_group_with_its_cause() -> None:
    text = shown(missing("classifiers", "other"))
    assert "ASL-3/cyber is undetermined (ctf: upper 27.8 % crosses 15 %)" in text
    assert "asl-3/deployment (ASL-3 deployment): 0 of 1 in place" in text
    assert "missing: classifiers, other" in text
    assert text.count("claim.missing") == 1
    assert "nobody claims" not in text


def test_the_instead_way_is_compact_and_comes_after_ruling_out() -> None:
    text = shown(missing("classifiers"))
    assert "or, instead, meet asl-3/deployment: classifiers (weeks)" in text
    assert text.index("rule out ASL-3/cyber") < text.index("or, instead")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action(name="deploy", surface="api"), "be deployed to api"),
        (Action(name="train"), "be trained"),
        (Action(name="share-with", audience="partners"), "proceed with `share-with` on partners"),
    ],
)
def test_actions_read_as_sentences(action: Action, words: str) -> None:
    assert doing(action) == words
