"""How one criterion stands for one action, whether or not its standard is owed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    ago,
    claim,
    complete,
    framework,
    negative,
    standard,
    subject,
)
from tierlock.core import (
    Action,
    ActionRule,
    InputError,
    SafeguardCriterion,
    Surface,
    TrustedUsers,
    determination_id,
)
from tierlock.policy import Ask, determine, plan_after, register_of, standing_of
from tierlock.policy.claimed import Cell

SOON = AT + timedelta(days=3)
RULES = framework(
    standards={
        "base": standard(
            criteria={"policy": SafeguardCriterion(says="a policy", scope="paths")},
        ),
        "deploy": standard(),
    },
    actions={"deploy": ActionRule(needs=("deployment",), per=("surface", "audience"))},
)
ABOUT = subject(
    surfaces={
        "api": Surface(paths=("live",), environments=("own", "partner")),
        "chat": Surface(paths=("web",)),
    }
)


def found(*claims, negatives=None, surface="api", audience="staff", path="base:policy"):
    register = register_of((), framework=RULES)
    plan = plan_after(RULES, subject=ABOUT, register=register)
    determination = determine(RULES, plan, (), subject=ABOUT, at=AT, register=register)
    ask = Ask(
        framework=RULES,
        determination=determination,
        name=determination_id(determination),
        subject=ABOUT,
        action=Action(name="deploy", surface=surface, audience=audience),
        rule=RULES.actions["deploy"],
        at=AT,
        claims=claims,
        negatives=negatives or complete(),
    )
    return standing_of(ask, path=path)


def codes(standing):
    return [reason.code for reason in standing.reasons]


def test_cells_are_those_of_the_surface_asked_for():
    own = claim(environments=("own",))
    standing = found(own)
    assert standing.cells == (
        (Cell("api/live", "api", "own"), True),
        (Cell("api/live", "api", "partner"), False),
    )
    assert codes(standing) == ["claim.environments"]
    assert standing.until is None
    every = found(claim(), surface=None)
    assert [cell.path for cell, covered in every.cells if covered] == [
        "api/live",
        "api/live",
        "chat/web",
    ]
    assert every.reasons == ()


def test_what_is_met_says_until_when_and_on_which_terms():
    users = TrustedUsers(users="u", argument="a", approved_by=("ceo",), expires_at=SOON)
    standing = found(claim(exceptions=(users,)))
    assert (codes(standing), standing.until) == ([], SOON)
    (note,) = standing.conditions
    assert note.code == "claim.exception"
    assert note.says == f"base:policy does not apply to u (until {SOON.date()}): a"


def test_a_claim_that_does_not_count_covers_no_cell():
    standing = found(claim(status="pending"), claim(audiences=("public",)))
    assert not any(covered for _, covered in standing.cells)
    assert set(codes(standing)) == {"claim.pending", "claim.audience", "claim.paths"}
    assert codes(found(claim(audiences=("staff",)))) == []
    assert "claim.audience" in codes(found(claim(audiences=("staff",)), audience=None))


def test_a_failed_claim_denies_whatever_else_is_claimed():
    failed = complete(negative("failed_claim", concerns="base:policy"))
    standing = found(claim(), negatives=failed)
    assert (codes(standing), standing.until) == (["claim.failed"], None)


def test_a_criterion_of_a_standard_that_is_not_owed_is_looked_at_as_well():
    assert codes(found(path="deploy:policy")) == ["claim.missing"]


def test_nothing_may_be_dated_later_than_the_question():
    with pytest.raises(InputError) as caught:
        found(claim(claimed_at=SOON, evidence=()))
    assert caught.value.code == "input.future"
    assert codes(found(claim(claimed_at=ago(0)))) == []
