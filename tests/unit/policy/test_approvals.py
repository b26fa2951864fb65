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
    return check_approvals(
        rules or framework(declared_assurance="refused"),
        rule=ActionRule(needs=("deployment",), sign_offs=sign_offs),
        action=Action(name="deploy"),
        name=NAME,
        approvals=approvals,
        at=AT,
    )


def codes(found):
    assert found.until is None or not found.reasons
    return [reason.code for reason in found.reasons]


def test_no_role_no_sign_off():
    assert checked(approval(expires_at=SOON), sign_offs=()) == ((), None, ())


def test_a_current_approval_of_exactly_this_counts_until_its_end():
    assert checked(approval()) == ((), None, ())
    assert checked(approval(expires_at=SOON)) == ((), SOON, ())
    # G-14: as long as one that counts is left; one without an end never ends.
    assert checked(approval(expires_at=LATER), approval(expires_at=SOON)).until == LATER
    assert checked(approval(expires_at=SOON), approval(expires_at=LATER)).until == LATER
    assert checked(approval(expires_at=LATER), approval()).until is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "auditor"}, "approval.missing"),
        ({"action": "train"}, "approval.missing"),
        ({"determination": sha("older")}, "approval.other-digest"),
        ({"expires_at": AT}, "approval.expired"),
        ({"expires_at": ago(1)}, "approval.expired"),
        ({"assurance": "declared"}, "approval.unsigned"),
        ({"assurance": "declared", "expires_at": LATER}, "approval.unsigned"),
        ({"assurance": "declared", "expires_at": ago(1)}, "approval.expired"),
    ],
)
def test_what_does_not_count_holds_with_its_code(changes, code):
    (reason,), until, _ = checked(approval(**changes))
    assert reason == GateReason(code=code, says=reason.says, about="ceo", verdict="HOLD")
    assert until is None
    assert checked(approval(**changes), approval()) == ((), None, ())


def test_nothing_is_a_missing_approval():
    assert codes(checked()) == ["approval.missing"]


def test_a_framework_may_accept_what_is_only_declared():
    accepting = framework(declared_assurance="accepted")
    assert checked(approval(assurance="declared"), rules=accepting) == ((), None, ())


def test_an_approval_that_does_not_count_does_not_move_the_end():
    """G-14: the latest expiry among the approvals that count."""
    others = (
        approval(expires_at=None, assurance="declared"),
        approval(expires_at=None, determination=sha("older")),
        approval(expires_at=SOON),
    )
    assert checked(*others) == ((), SOON, ())


def test_every_role_is_asked():
    both = ("ceo", "auditor", "board")
    found = checked(approval("auditor", expires_at=SOON), sign_offs=both)
    assert [(reason.code, reason.about) for reason in found.reasons] == [
        ("approval.missing", "ceo"),
        ("approval.missing", "board"),
    ]
    assert found.until is None


def test_what_each_role_signed_is_told_apart():
    mine = (approval(expires_at=ago(1)), approval("auditor", determination=sha("older")))
    found = checked(*mine, sign_offs=("auditor", "ceo"))
    assert codes(found) == ["approval.other-digest", "approval.expired"]
    old = approval("ceo", determination=sha("older"))
    assert codes(checked(old, approval(expires_at=ago(1)))) == ["approval.expired"]


class TestIndependence:
    """One signer per role must be possible, so that independent roles have different people."""

    rules = framework(
        declared_assurance="refused",
        roles={
            "ceo": Role(says="leads"),
            "board": Role(says="steers"),
            "auditor": Role(says="audits", independent_of=("board", "ceo")),
        },
    )

    def found(self, *signers, sign_offs=("ceo", "auditor"), rules=None, **ends):
        """Check approvals given as `role:signer`; `ends` are their ends by place (`e0`)."""
        approvals = [
            approval(
                text.partition(":")[0],
                signer=text.partition(":")[2],
                expires_at=ends.get(f"e{place}"),
            )
            for place, text in enumerate(signers)
        ]
        return checked(*approvals, sign_offs=sign_offs, rules=rules or self.rules)

    def test_two_people_are_fine(self):
        assert self.found("ceo:a", "auditor:b") == ((), None, ())

    @pytest.mark.parametrize("sign_offs", [("ceo", "auditor"), ("auditor", "ceo")])
    def test_one_person_for_both_holds(self, sign_offs):
        (reason,), until, _ = self.found("ceo:a", "auditor:a", sign_offs=sign_offs)
        assert (reason.code, reason.verdict) == ("approval.not-independent", "HOLD")
        assert (reason.about, until) == (sign_offs[0], None)

    def test_a_second_signer_of_either_role_is_enough(self):
        assert self.found("ceo:a", "auditor:a", "auditor:b") == ((), None, ())
        assert self.found("ceo:a", "auditor:a", "ceo:b") == ((), None, ())

    def test_roles_that_need_not_be_independent(self):
        assert self.found("ceo:a", "auditor:a", rules=framework()) == ((), None, ())
        both = ("ceo", "board", "auditor")
        assert self.found("ceo:a", "board:a", "auditor:b", sign_offs=both) == ((), None, ())

    def test_a_choice_for_all_roles_at_once(self):
        """Each pair alone could be separated, and all three together can not."""
        roles = {
            name: Role(says="r", independent_of=tuple({"x", "y", "z"} - {name})) for name in "xyz"
        }
        rules = framework(declared_assurance="refused", roles=roles)
        people = [f"{role}:{person}" for role in "xyz" for person in "ab"]
        asked = {"sign_offs": ("x", "y", "z"), "rules": rules}
        assert codes(self.found(*people, **asked)) == ["approval.not-independent"]
        assert self.found(*people, "y:c", **asked) == ((), None, ())

    def test_the_signer_of_a_third_role_does_not_help(self):
        asked = {"sign_offs": ("ceo", "auditor", "guest")}
        found = self.found("ceo:a", "auditor:a", "guest:b", **asked)
        assert codes(found) == ["approval.not-independent"]

    def test_a_missing_role_is_told_and_nothing_else(self):
        assert codes(self.found("auditor:a")) == ["approval.missing"]
        assert self.found("auditor:a", sign_offs=("auditor",)) == ((), None, ())
        assert self.found("ceo:a", "ceo:a", sign_offs=("ceo", "ceo")) == ((), None, ())

    def test_a_role_that_the_framework_does_not_define(self):
        assert self.found("guest:a", sign_offs=("guest",)) == ((), None, ())
        assert self.found("guest:a", "auditor:a", sign_offs=("guest", "auditor")) == ((), None, ())

    def test_a_role_is_not_independent_of_itself(self):
        rules = framework(
            declared_assurance="refused", roles={"ceo": Role(says="r", independent_of=("ceo",))}
        )
        assert self.found("ceo:a", sign_offs=("ceo",), rules=rules) == ((), None, ())

    def test_it_ends_when_the_rest_can_no_longer_be_separated(self):
        """G-14."""
        three = ("ceo:a", "auditor:a", "auditor:b")
        assert self.found(*three, e2=SOON).until == SOON
        assert self.found(*three, e1=SOON).until is None
        assert self.found(*three, e1=SOON, e2=LATER).until == LATER
        assert self.found("ceo:a", "auditor:b", e0=LATER, e1=SOON).until == SOON


class TestTheWordOfAServer:
    def test_it_is_refused_unless_the_framework_accepts_it(self):
        by_server = approval(assurance="attested")
        (reason,), until, attested = checked(by_server)
        assert (reason.code, until, attested) == ("approval.unsigned", None, ())
        assert reason.says == "the approval of ceo is attested by a server, not signed"
        for fields in ({"attested_assurance": "accepted"}, {"declared_assurance": "accepted"}):
            rules = framework(**{"declared_assurance": "refused", **fields})
            assert checked(by_server, rules=rules) == ((), None, ("ceo",))

    def test_the_label_stands_only_where_nothing_better_is_there(self):
        rules = framework(declared_assurance="refused", attested_assurance="accepted")
        both = (approval(assurance="attested"), approval(signer="another"))
        assert checked(*both, rules=rules) == ((), None, ())
        declared = approval(assurance="declared")
        assert codes(checked(declared, rules=rules)) == ["approval.unsigned"]
