"""Owed standards against claims and tests (spec/gate.md G-7 to G-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    ago,
    claim,
    complete,
    determined,
    fact,
    framework,
    negative,
    sha,
    standard,
    subject,
    trigger,
)
from tierlock.core import Action, ActionRule, Interim, Owed, Reason, SafeguardCriterion, Step
from tierlock.policy.draft import Ask, Draft
from tierlock.policy.standards import check_standards

BASE = determined()
SOON = AT + timedelta(days=3)


def line(**changes):
    return SafeguardCriterion(**{"says": "a policy", **changes})


def checked(
    *claims,
    criteria=None,
    owed=None,
    records=(),
    action=None,
    per=(),
    about=None,
    traces=None,
    triggers=(),
    **changes,
):
    """Check a standard `s` with criterion `c`, owed because of the baseline."""
    rules = framework(
        standards={
            "s": standard(criteria={"c": line()} if criteria is None else criteria, **changes)
        },
        triggers=triggers,
    )
    ask = Ask(
        framework=rules,
        determination=BASE.model_copy(update={"safeguard_traces": traces or {}}),
        name=sha("d"),
        subject=about or subject(),
        action=action or Action(name="deploy"),
        rule=ActionRule(needs=("deployment",), per=per),
        at=AT,
        claims=claims,
        negatives=complete(*records),
    )
    draft = Draft()
    owed = owed or (Owed(standard="s", because="baseline"),)
    check_standards(ask, owed=owed, draft=draft)
    return draft


def codes(draft):
    return [(reason.code, reason.verdict, reason.about) for reason in draft.reasons]


def test_a_claim_that_counts_leaves_no_reason_and_ends():
    draft = checked(claim("s:c", expires_at=SOON))
    assert (draft.reasons, draft.conditions, draft.ends) == ([], [], [SOON])


def test_a_missing_claim_holds():
    draft = checked()
    assert codes(draft) == [("claim.missing", "HOLD", "s:c")]
    assert draft.ends == []


def test_g7_only_standards_of_a_kind_that_the_action_needs_bind():
    owed = (Owed(standard="s", because="baseline"),)
    assert codes(checked(kind="security", owed=owed)) == []


def test_g7_every_owed_standard_binds():
    draft = Draft()
    rules = framework(
        standards={
            "x": standard(kind="security"),
            "u": standard(criteria={}, undefined=True),
            "s": standard(criteria={"c": line(), "d": line()}),
        }
    )
    ask = Ask(
        framework=rules,
        determination=BASE,
        name=sha("d"),
        subject=subject(),
        action=Action(name="deploy"),
        rule=ActionRule(needs=("deployment",)),
        at=AT,
        claims=(),
        negatives=complete(),
    )
    owed = tuple(Owed(standard=name, because="baseline") for name in "xus")
    check_standards(ask, owed=owed, draft=draft)
    assert codes(draft) == [
        ("standard.undefined", "DENY", "u"),
        ("claim.missing", "HOLD", "s:c"),
        ("claim.missing", "HOLD", "s:d"),
    ]


@pytest.mark.parametrize(
    ("because", "names", "verdict"),
    [
        ("baseline", (), "DENY"),
        ("undetermined", ("a", "b"), "HOLD"),
        ("reached", ("a", "b"), "DENY"),
    ],
)
@pytest.mark.parametrize(
    "impossible",
    [
        {"criteria": {}, "undefined": True},
        {"criteria": {"c": line(), "d": line(accepts=())}},
    ],
)
def test_g8_what_nobody_can_meet(impossible, because, names, verdict):
    """G-8: DENY where it is owed as baseline or as reached, else HOLD."""
    owed = (Owed(standard="s", because=because, thresholds=names),)
    draft = checked(claim("s:c"), owed=owed, **impossible)
    assert codes(draft) == [("standard.undefined", verdict, "s")]
    # What can be met is checked all the same; what nobody can show asks for no claim.
    rest = codes(checked(owed=owed, **impossible))[1:]
    assert rest == ([("claim.missing", "HOLD", "s:c")] if impossible["criteria"] else [])
    owing = ", ".join(names) or "the baseline"
    assert draft.reasons[0].says.endswith(f"owed by {owing}")


@pytest.mark.parametrize("weaker", [{"modality": "should"}, {"addressee": "industry"}])
def test_g9_what_is_recommended_is_said_and_never_closes_the_gate(weaker):
    """G-8, G-9: a standard that does not bind, with all its criteria."""
    draft = checked(records=(negative("failed_claim", concerns="s:c"),), **weaker)
    assert codes(draft) == [] == draft.ends
    assert [note.code for note in draft.conditions] == ["criterion.recommended"] * 2
    assert draft.conditions[0].says.startswith("s:c is recommended and open: s:c is shown")
    undefined = checked(claim("s:c"), criteria={}, undefined=True, **weaker)
    assert codes(undefined) == []
    (note,) = undefined.conditions
    assert note.code == "criterion.recommended"
    assert note.says.endswith("is recommended and not defined")


def test_g9a_an_open_failed_claim_denies_whatever_is_claimed():
    failed = negative("failed_claim", concerns="s:c")
    assert codes(checked(claim("s:c"), records=(failed,))) == [("claim.failed", "DENY", "s:c")]
    for other in (
        negative("failed_claim", concerns="s:d"),
        negative("failed_claim", concerns="s:c", resolved_at=ago(1)),
        negative("objection", concerns="s:c"),
    ):
        assert codes(checked(claim("s:c"), records=(other,))) == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (OUT, []),
        (OPEN, [("safeguard.undetermined", "HOLD", "s:c")]),
        (IN, [("safeguard.falls-short", "DENY", "s:c")]),
        (None, [("safeguard.undetermined", "HOLD", "s:c")]),
    ],
)
def test_g9b_the_test_beside_the_claim(outcome, expected):
    """G-9b: a test without a trace is undetermined."""
    traces = {} if outcome is None else {"s:c": Step(op="leaf", finding="f", outcome=outcome)}
    tested = {"c": line(falls_short_if=fact())}
    assert codes(checked(claim("s:c"), criteria=tested, traces=traces)) == expected
    # A criterion without a test does not look at traces.
    assert codes(checked(claim("s:c"), traces=traces)) == []


class TestPaths:
    criteria = {"c": line(scope="paths")}

    def found(self, *paths, **changes):
        return codes(checked(claim("s:c", paths=paths), criteria=self.criteria, **changes))

    def test_the_surface_asked_for_must_be_covered(self):
        api = Action(name="deploy", surface="api")
        per = ("audience", "surface")
        assert self.found("api/live", "api/batch", action=api, per=per) == []
        assert self.found("api/live", action=api, per=per) == [("claim.paths", "HOLD", "s:c")]
        # An action that is not per surface binds every surface, whatever it names.
        both = self.found("api/live", "api/batch", action=api)
        assert both == [("claim.paths", "HOLD", "s:c")]

    def test_without_a_surface_every_declared_path_must(self):
        assert self.found("api/live", "api/batch") == [("claim.paths", "HOLD", "s:c")]
        assert self.found("api/live", "api/batch", "chat/web") == []

    def test_an_undeclared_surface_holds(self):
        web = Action(name="deploy", surface="web")
        assert self.found("*", action=web, per=("surface",)) == [
            ("surface.undeclared", "HOLD", "web"),
            ("surface.undeclared", "HOLD", "s:c"),
        ]

    def test_a_subject_without_paths_can_not_be_covered(self):
        bare = subject(surfaces={})
        assert self.found("*", about=bare) == [("surface.undeclared", "HOLD", "s:c")]
        assert codes(checked(claim("s:c"), about=bare)) == []


def test_g9_a_lesser_modality_is_a_condition_and_never_closes():
    draft = checked(criteria={"c": line(modality="should")})
    assert (draft.reasons, draft.ends) == ([], [])
    (condition,) = draft.conditions
    assert condition.code == "criterion.recommended"
    assert condition.says.startswith("s:c is recommended and open: nobody claims `s:c`")
    # Covered, it neither adds a condition nor an end.
    draft = checked(claim("s:c", expires_at=SOON), criteria={"c": line(modality="may")})
    assert (draft.reasons, draft.conditions, draft.ends) == ([], [], [])


def test_g9_after_a_lesser_modality_the_other_criteria_are_still_checked():
    lines = {"c": line(modality="should"), "d": line(), "e": line(modality="may")}
    draft = checked(criteria=lines)
    assert codes(draft) == [("claim.missing", "HOLD", "s:d")]
    assert [condition.says[:3] for condition in draft.conditions] == ["s:c", "s:e"]


def test_g12_a_claim_in_its_grace_is_a_condition():
    soft = trigger(elapsed="P1W", grace="P1Y", expires=("claims",))
    two = (claim("s:c", claimed_at=ago(9)), claim("s:c", claimed_at=ago(20)))
    draft = checked(*two, triggers=(soft,))
    says = "s:c rests on a claim of 2026-05-12, which is due for renewal"
    assert draft.conditions == [Reason(code="clock.soft", says=says)]
    assert draft.reasons == []


def test_g12_an_interim_claim_is_a_condition():
    interim = Interim(argument="as good", approved_by=("ceo",))
    draft = checked(claim("s:c", interim=interim, expires_at=SOON))
    says = "s:c rests on an interim claim: as good (until 2026-06-04)"
    assert draft.conditions == [Reason(code="claim.interim", says=says)]
    assert (draft.reasons, draft.ends) == ([], [SOON])
