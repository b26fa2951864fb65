"""Sign-offs (spec/gate.md G-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import AT, ago, framework, sha
from tierlock.core import Action, ActionRule, Approval, GateReason, Role
from tierlock.policy.approvals import check_approvals

NAME = sha("determination")
SOON, LATER = AT + timedelta(days=1), AT + timedelta(days=9)


def approval(role="ceo", **changes):
    given = {
        "role": role,
        "signer": role,
        "action": "deploy",
        "determination": NAME,
        "approved_at": ago(1),
        "assurance": "signed",
    }
    return Approval(**{**given, **changes})


def checked(*approvals, sign_offs=("ceo",), rules=None):
    return list(
        check_approvals(
            rules or framework(declared_assurance="refused"),
            rule=ActionRule(needs=("deployment",), sign_offs=sign_offs),
            action=Action(name="deploy"),
            name=NAME,
            approvals=approvals,
            at=AT,
        )
    )


def codes(found):
    return [reason.code if reason else end for reason, end in found]


def test_no_role_no_sign_off():
    assert checked(approval(), sign_offs=()) == []


def test_a_current_approval_of_exactly_this_counts_until_its_end():
    assert checked(approval()) == [(None, None)]
    assert checked(approval(expires_at=SOON)) == [(None, SOON)]
    # The latest end of those that count; one without an end never ends.
    assert checked(approval(expires_at=LATER), approval(expires_at=SOON)) == [(None, LATER)]
    assert checked(approval(expires_at=LATER), approval()) == [(None, None)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "auditor"}, "approval.missing"),
        ({"action": "train"}, "approval.missing"),
        ({"determination": sha("older")}, "approval.other-digest"),
        ({"expires_at": AT}, "approval.expired"),
        ({"expires_at": ago(1)}, "approval.expired"),
        ({"assurance": "declared"}, "approval.unsigned"),
        ({"assurance": "declared", "expires_at": ago(1)}, "approval.expired"),
    ],
)
def test_what_does_not_count_holds_with_its_code(changes, code):
    ((reason, end),) = checked(approval(**changes))
    assert reason == GateReason(code=code, says=reason.says, about="ceo", verdict="HOLD")
    assert end is None


def test_nothing_is_a_missing_approval():
    assert codes(checked()) == ["approval.missing"]


def test_a_framework_may_accept_what_is_only_declared():
    accepting = framework(declared_assurance="accepted")
    assert checked(approval(assurance="declared"), rules=accepting) == [(None, None)]


def test_an_approval_that_does_not_count_does_not_move_the_end():
    """G-14: the latest expiry among the approvals that count."""
    others = (
        approval(expires_at=None, assurance="declared"),
        approval(expires_at=None, determination=sha("older")),
        approval(expires_at=SOON),
    )
    assert checked(*others) == [(None, SOON)]


def test_every_role_is_asked():
    both = ("ceo", "auditor", "board")
    assert codes(checked(approval("auditor", expires_at=SOON), sign_offs=both)) == [
        "approval.missing",
        SOON,
        "approval.missing",
    ]


class TestIndependence:
    """One person can not sign for two roles of which one must be independent of the other."""

    rules = framework(
        declared_assurance="refused",
        roles={
            "ceo": Role(says="leads"),
            "auditor": Role(says="audits", independent_of=("board", "ceo")),
        },
    )

    def found(self, *approvals, sign_offs=("ceo", "auditor"), rules=None):
        return codes(checked(*approvals, sign_offs=sign_offs, rules=rules or self.rules))

    def test_two_people_are_fine(self):
        assert self.found(approval(signer="a"), approval("auditor", signer="b")) == [None, None]

    def test_one_person_for_both_holds(self):
        both = (approval(signer="a"), approval("auditor", signer="a"))
        assert self.found(*both) == [None, None, "approval.not-independent"]
        ((reason, end),) = checked(*both, sign_offs=("ceo", "auditor"), rules=self.rules)[2:]
        assert (reason.about, reason.verdict, end) == ("auditor", "HOLD", None)
        assert "`a`" in reason.says

    def test_a_second_signer_of_either_role_is_enough(self):
        both = (approval(signer="a"), approval("auditor", signer="a"))
        assert self.found(*both, approval("auditor", signer="b")) == [None, None]
        assert self.found(*both, approval(signer="b")) == [None, None]

    def test_roles_that_need_not_be_independent(self):
        both = (approval(signer="a"), approval("auditor", signer="a"))
        assert self.found(*both, rules=framework()) == [None, None]

    def test_a_role_that_has_not_signed_or_that_nobody_asks(self):
        alone = (approval("auditor", signer="a"),)
        assert self.found(*alone) == ["approval.missing", None]
        assert self.found(*alone, sign_offs=("auditor",)) == [None]

    def test_a_role_that_the_framework_does_not_define(self):
        assert self.found(approval("guest"), sign_offs=("guest",)) == [None]
