"""Claims against one criterion of a standard (spec/gate.md G-9c, G-13, G-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    PARTS,
    ago,
    claim,
    document,
    framework,
    sha,
    subject,
    trigger,
)
from tierlock.core import (
    ActionRule,
    Interim,
    Parts,
    SafeguardCriterion,
    Surface,
    TrustedUsers,
    add_period,
)
from tierlock.policy.claimed import evidence_of
from tierlock.policy.safeguards import coverage

ALL_PATHS = frozenset({"api/live", "api/batch", "chat/web"})
SOON, LATER = AT + timedelta(days=3), AT + timedelta(days=9)
INTERIM = Interim(argument="as good", approved_by=("ceo",))


def covered(
    *claims,
    triggers=(),
    survives=False,
    about=None,
    required=ALL_PATHS,
    audience=None,
    words="accepted",
    **criterion,
):
    return coverage(
        "base:policy",
        criterion=SafeguardCriterion(says="a policy", **criterion),
        claims=claims,
        framework=framework(triggers=triggers, declared_assurance=words),
        rule=ActionRule(needs=("deployment",), survives_weight_access=survives),
        subject=about or subject(),
        required_paths=required,
        audience=audience,
        at=AT,
    )


def codes(found):
    assert found.covered == (not found.reasons)
    assert found.covered or (found.interim, found.until) == ((), None)
    return [reason.code for reason in found.reasons]


def test_a_plain_claim_covers_for_ever():
    found = covered(claim())
    assert (found.covered, found.reasons, found.interim, found.until) == (True, (), (), None)
    assert covered(claim(subject="m-log")).covered


def test_no_claim_for_this_path_and_subject_is_a_missing_one():
    others = (claim("base:other"), claim(subject="x"))
    assert codes(covered(*others)) == codes(covered()) == ["claim.missing"]
    assert "`base:policy`" in covered().reasons[0].says


@pytest.mark.parametrize(
    ("changes", "settings", "code"),
    [
        ({"status": "pending"}, {}, "claim.pending"),
        ({"expires_at": AT}, {}, "claim.expired"),
        ({"expires_at": ago(1)}, {}, "claim.expired"),
        ({"parts": {"weights": sha("old")}}, {}, "claim.other-parts"),
        ({"parts": {"safeguards": sha("old")}}, {}, "claim.other-parts"),
        ({"evidence": ()}, {}, "claim.evidence"),
        ({}, {"accepts": ("measured", "audit")}, "claim.evidence"),
        ({}, {"max_age": "P1W"}, "claim.stale"),
        ({}, {"max_age": "P10D"}, "claim.stale"),
        ({"expires_at": ago(1)}, {"max_age": "P1W"}, "claim.stale"),
        ({}, {"survives": True}, "claim.weights"),
        (
            {"interim": Interim(argument="a", approved_by=("ceo", "guest")), "expires_at": SOON},
            {},
            "claim.interim-role",
        ),
    ],
)
def test_claims_that_do_not_count(changes, settings, code):
    """G-9c: each with its code."""
    assert codes(covered(claim(**changes), **settings)) == [code]
    # Beside one that counts they do not matter.
    good = claim(
        evidence=(document(produced_at=ago(1)), evidence_of("audit", says="seen", at=ago(1))),
        holds_with_weights=True,
    )
    assert covered(claim(**changes), good, **settings).covered


@pytest.mark.parametrize(
    "change",
    [
        {"interim": Interim(argument="a", approved_by=("ceo",))},
        {
            "exceptions": (
                TrustedUsers(users="us", argument="a", approved_by=("ceo",), expires_at=SOON),
            )
        },
    ],
)
def test_what_roles_approve_is_signed_where_words_are_refused(change):
    """G-9: a file that says that a role approved something is not that role's approval."""
    stated, signed = (
        claim(expires_at=SOON, **change),
        claim(assurance="signed", expires_at=SOON, **change),
    )
    assert codes(covered(stated, words="refused")) == ["claim.unsigned"]
    assert covered(signed, words="refused").covered
    assert covered(stated, words="accepted").covered
    assert covered(claim(), words="refused").covered


def test_claims_count_up_to_their_last_moment():
    """T-2: half-open."""
    assert covered(claim(expires_at=AT + timedelta(seconds=1))).covered
    assert covered(claim(), max_age="P11D").covered
    assert covered(claim(holds_with_weights=True), survives=True).covered
    assert covered(claim(parts={"weights": PARTS.weights, "safeguards": PARTS.safeguards})).covered
    assert codes(covered(claim(parts={"surface": sha("x")}))) == ["claim.other-parts"]


def test_the_first_changed_part_is_named():
    found = covered(claim(parts={"weights": sha("o"), "elicitation": sha("o")}))
    assert found.reasons[0].says == "the claim for base:policy was made for other elicitation"


def test_a_claim_that_no_longer_counts_names_why():
    assert "pending: June" in covered(claim(status="pending", says="June")).reasons[0].says
    assert "pending: no date" in covered(claim(status="pending")).reasons[0].says
    guest = Interim(argument="a", approved_by=("ceo", "guest"))
    assert "`guest`" in covered(claim(interim=guest, expires_at=SOON)).reasons[0].says


def test_equal_refusals_are_told_once_and_different_ones_all():
    two = (claim(status="pending"), claim(status="pending", owner="x"), claim(evidence=()))
    assert codes(covered(*two)) == ["claim.pending", "claim.evidence"]


def test_the_newest_accepted_evidence_counts():
    """G-9c, G-14: `max_age` counts from the latest piece of an accepted kind."""
    many = claim(
        evidence=(
            document(produced_at=ago(8)),
            document(produced_at=ago(4)),
            document(produced_at=ago(6)),
            evidence_of("audit", says="seen", at=ago(1)),
        )
    )
    assert covered(many, max_age="P1M").until == add_period(ago(4), period="P1M")
    assert codes(covered(many, max_age="P3D")) == ["claim.stale"]


def test_the_earliest_end_of_a_claim_counts():
    """G-14: expiry, evidence, triggers."""
    ending = claim(expires_at=SOON)
    assert covered(ending).until == SOON
    assert covered(ending, max_age="P1Y").until == SOON
    assert covered(claim(expires_at=LATER), max_age="P11D").until == ago(-1)
    clock = trigger(elapsed="P12D", expires=("claims",))
    assert covered(claim(expires_at=LATER), triggers=(clock,)).until == ago(-2)


class TestTriggers:
    """G-13: triggers that expire claims."""

    def test_elapsed_counts_from_the_claim(self):
        clock = trigger(elapsed="P1M", expires=("claims",))
        young, old = claim(claimed_at=ago(5)), claim(claimed_at=ago(40))
        assert covered(young, triggers=(clock,)).until == add_period(ago(5), period="P1M")
        assert codes(covered(old, triggers=(clock,))) == ["claim.expired"]
        soft = trigger(elapsed="P1M", grace="P1M", expires=("claims",))
        end = add_period(add_period(ago(40), period="P1M"), period="P1M")
        assert covered(old, triggers=(soft,)).until == end
        other = covered(old, triggers=(trigger(elapsed="P1M"),))
        assert (other.covered, other.until) == (True, None)
        two = (trigger(changed="surface"), clock)
        assert covered(young, triggers=two).until == add_period(ago(5), period="P1M")

    def test_a_watched_part_that_the_claim_does_not_name_has_changed(self):
        watch = trigger(changed="safeguards", expires=("claims",))
        assert codes(covered(claim(), triggers=(watch,))) == ["claim.other-parts"]
        named = claim(parts={"safeguards": PARTS.safeguards})
        assert covered(named, triggers=(watch,)).covered
        assert covered(claim(), triggers=(trigger(changed="safeguards"),)).covered
        assert covered(
            claim(), triggers=(trigger(incident="incident", expires=("claims",)),)
        ).covered
        clock = trigger(elapsed="P1Y", expires=("claims",))
        assert codes(covered(claim(), triggers=(clock, watch))) == ["claim.other-parts"]
        both = (watch, trigger(changed="weights", expires=("claims",)))
        assert "weights" in covered(named, triggers=both).reasons[0].says

    def test_a_named_part_of_which_the_subject_has_no_digest_has_changed(self):
        unknown = subject(parts=Parts())
        found = covered(claim(parts={"weights": PARTS.weights}), about=unknown)
        assert codes(found) == ["claim.other-parts"]


class TestPaths:
    """G-9c: criteria of scope `paths` need every traffic path."""

    def found(self, *claims, **settings):
        return covered(*claims, scope="paths", **settings)

    def test_a_star_covers_all(self):
        assert self.found(claim(paths=("*",))).covered
        assert self.found(claim(paths=("x", "*"))).covered

    def test_claims_cover_together(self):
        one, two = claim(paths=("api/live", "api/batch")), claim(paths=("chat/web", "more/x"))
        assert self.found(one, two).covered
        assert codes(self.found(one)) == ["claim.paths"]
        says = "base:policy covers 2 of 3 traffic paths; open: `chat/web`"
        assert self.found(one).reasons[0].says == says
        assert "open: `api/batch`, `api/live`" in self.found(two).reasons[0].says

    def test_open_paths_are_told_in_order(self):
        required = frozenset(f"api/{letter}" for letter in "hgfedcba")
        (reason,) = self.found(claim(paths=("x",)), required=required).reasons
        assert reason.says.endswith(", ".join(f"`api/{letter}`" for letter in "abcdefgh"))

    def test_scope_subject_needs_no_paths(self):
        assert covered(claim(paths=("x",))).covered

    def test_a_claim_that_does_not_count_covers_nothing_and_is_told(self):
        one = claim(paths=("api/live", "api/batch"))
        two = claim(paths=("chat/web",), status="pending")
        assert codes(self.found(one, two)) == ["claim.pending", "claim.paths"]
        assert codes(self.found(two)) == ["claim.pending", "claim.paths"]
        assert codes(self.found(claim(status="pending"))) == ["claim.pending", "claim.paths"]

    def test_no_required_path_needs_a_claim_all_the_same(self):
        assert self.found(claim(paths=("x",)), required=frozenset()).covered
        pending = claim(paths=("x",), status="pending")
        assert codes(self.found(pending, required=frozenset())) == ["claim.pending"]

    def test_coverage_ends_when_the_rest_no_longer_covers(self):
        """G-14."""
        first = claim(paths=("api/live", "api/batch"), expires_at=LATER)
        second = claim(paths=("chat/web",), expires_at=SOON)
        assert self.found(first, second).until == SOON
        spare = claim(paths=("chat/web",), expires_at=LATER + timedelta(days=1))
        assert self.found(first, second, spare).until == LATER
        ever = claim(paths=tuple(ALL_PATHS))
        assert self.found(first, second, ever).until is None


def test_claims_of_scope_subject_last_as_long_as_the_last():
    """G-14: until none is left."""
    assert covered(claim(expires_at=SOON), claim(expires_at=LATER)).until == LATER
    assert covered(claim(expires_at=SOON), claim()).until is None


class TestLapsed:
    """G-12, G-13: a claim in the grace of a soft clock still counts, and is told."""

    soft = trigger(elapsed="P1W", grace="P1Y", expires=("claims",))

    def test_from_the_period_on_it_is_due_for_renewal(self):
        old = claim(claimed_at=ago(7))
        found = covered(old, triggers=(self.soft,))
        assert (found.covered, found.lapsed, found.interim) == (True, (old,), ())
        young = claim(claimed_at=ago(6.9))
        assert covered(young, triggers=(self.soft,)).lapsed == ()
        # A fresh claim that covers alone is enough.
        assert covered(old, young, triggers=(self.soft,)).lapsed == ()
        assert covered(old).lapsed == ()
        assert covered().lapsed == ()

    def test_only_soft_clocks_of_claims(self):
        others = (
            trigger(elapsed="P1Y", expires=("claims",)),
            trigger(elapsed="P1W", grace="P1Y"),
            trigger(changed="weights"),
        )
        assert covered(claim(), triggers=others).lapsed == ()
        assert covered(claim(), triggers=(*others, self.soft)).lapsed == (claim(),)
        hard = trigger(elapsed="P9D", expires=("claims",))
        assert codes(covered(claim(), triggers=(hard,))) == ["claim.expired"]

    def test_only_the_lapsed_ones_are_named(self):
        old = claim(paths=("api/live",))
        young = claim(paths=("api/batch", "chat/web"), claimed_at=ago(1))
        found = covered(old, young, scope="paths", triggers=(self.soft,))
        assert (found.covered, found.lapsed) == (True, (old,))


class TestInterim:
    """G-9: an interim claim is a condition only where the coverage needs it."""

    interim = claim(interim=INTERIM, expires_at=SOON, paths=("api/live",))

    def test_alone_it_is_needed(self):
        found = covered(self.interim)
        assert (found.covered, found.interim, found.until) == (True, (self.interim,), SOON)

    def test_beside_a_firm_claim_it_is_not(self):
        found = covered(self.interim, claim())
        assert (found.covered, found.interim, found.until) == (True, (), None)

    def test_it_is_needed_for_paths_that_nobody_else_covers(self):
        firm = claim(paths=("api/batch", "chat/web"))
        found = covered(self.interim, firm, scope="paths")
        assert (found.covered, found.interim) == (True, (self.interim,))
        wide = claim(paths=tuple(ALL_PATHS))
        assert covered(self.interim, wide, scope="paths").interim == ()


class TestAudiences:
    """G-9: a claim for some audiences covers nobody else, and nobody unknown."""

    some = claim(audiences=("staff", "partners"))

    def test_only_those_that_it_names(self):
        assert covered(self.some, audience="staff").covered
        assert covered(self.some, audience="partners").covered
        for other in ("public", None):
            found = covered(self.some, audience=other)
            assert codes(found) == ["claim.audience"]
            assert found.reasons[0].says.endswith("made for staff, partners only")
        assert "no audience only" in covered(claim(audiences=())).reasons[0].says

    def test_a_star_is_everybody(self):
        assert covered(claim(audiences=("staff", "*")), audience="public").covered
        assert covered(claim(audiences=("*",))).covered


class TestEnvironments:
    """G-9: every environment that a surface declares."""

    about = subject(
        surfaces={
            "api": Surface(paths=("live", "batch"), environments=("own", "partner")),
            "chat": Surface(paths=("web",)),
        }
    )

    def found(self, *claims, scope="paths", required=ALL_PATHS):
        return covered(*claims, scope=scope, required=required, about=self.about)

    def test_a_path_that_is_open_in_one_is_open(self):
        own, chat = claim(environments=("own",)), claim(paths=("chat/web",))
        found = self.found(own, chat)
        assert codes(found) == ["claim.environments"]
        assert found.reasons[0].says.endswith(
            "open: `api/batch` in `partner`, `api/live` in `partner`"
        )
        partner = claim(paths=("api/*",), environments=("partner",))
        assert self.found(own, chat, partner).covered
        half = claim(paths=("api/live",), environments=("partner",))
        assert "open: `api/batch` in `partner`" in self.found(own, chat, half).reasons[0].says

    def test_what_declares_none_is_not_covered_by_name(self):
        named = claim(environments=("own", "partner"))
        assert codes(self.found(named)) == ["claim.paths"]
        assert self.found(named, required=frozenset({"api/live"})).covered

    def test_scope_subject_needs_every_environment_that_is_asked_for(self):
        own, partner = claim(environments=("own",)), claim(environments=("partner",))
        api = frozenset({"api/live"})
        assert codes(self.found(own, scope="subject", required=api)) == ["claim.environments"]
        assert self.found(own, partner, scope="subject", required=api).covered
        found = self.found(own, partner, scope="subject")
        assert "`chat` in one that is not declared" in found.reasons[0].says
        assert self.found(claim(), scope="subject").covered
        nothing = self.found(own, scope="subject", required=frozenset())
        assert nothing.reasons[0].says.endswith("open: one that is not declared")
        assert codes(self.found(claim(status="pending"), scope="subject")) == ["claim.pending"]

    def test_a_surface_is_not_the_beginning_of_another_ones_name(self):
        two = {"a": Surface(paths=("x",)), "a/b": Surface(paths=("y",))}
        required = frozenset({"a/x", "a/b/y"})
        found = covered(
            claim(paths=("a/*",)), scope="paths", required=required, about=subject(surfaces=two)
        )
        assert "open: `a/b/y`" in found.reasons[0].says

    def test_coverage_ends_when_an_environment_is_left(self):
        ever = claim(environments=("own",))
        ending = claim(environments=("partner",), expires_at=SOON)
        assert self.found(ever, ending, required=frozenset({"api/live"})).until == SOON


class TestExceptions:
    """G-9, G-14: trusted users to whom the safeguard does not apply."""

    def excepting(self, until=SOON, by=("ceo",), **changes):
        users = TrustedUsers(
            users="testers", argument="they test", approved_by=by, expires_at=until
        )
        return claim(exceptions=(users,), **changes)

    def test_alone_it_is_needed_and_ends(self):
        one = self.excepting()
        found = covered(one)
        assert (found.covered, found.excepted, found.until) == (True, (one,), SOON)
        assert found.interim == found.lapsed == ()

    def test_beside_a_whole_claim_it_is_not(self):
        found = covered(self.excepting(), claim())
        assert (found.covered, found.excepted, found.until) == (True, (), None)

    def test_the_first_to_end_ends_the_claim(self):
        two = self.excepting(LATER).exceptions + self.excepting(SOON).exceptions
        assert covered(claim(exceptions=two, expires_at=LATER)).until == SOON
        assert codes(covered(self.excepting(AT))) == ["claim.expired"]

    def test_only_roles_except(self):
        found = covered(self.excepting(by=("ceo", "guest")))
        assert codes(found) == ["claim.exception-role"]
        assert "`guest`" in found.reasons[0].says


class TestAudits:
    """G-9: an audit names an outside party, its access and its independence."""

    whole = evidence_of("audit", says="seen", at=ago(1))

    @pytest.mark.parametrize(
        "changes",
        [{"by": ""}, {"by": "ann"}, {"access": None}, {"independence": ""}],
    )
    def test_what_is_missing(self, changes):
        audit = self.whole.model_copy(update=changes)
        found = covered(claim(evidence=(audit,), owner="ann"), accepts=("audit",))
        assert codes(found) == ["claim.evidence"]
        assert "outside party" in found.reasons[0].says
        # What is no audit needs none of it.
        word = document(kind="declaration")
        assert covered(claim(evidence=(audit, word)), accepts=("declaration",)).covered

    def test_one_that_counts(self):
        found = covered(
            claim(evidence=(self.whole,), owner="ann"), accepts=("audit",), max_age="P1M"
        )
        assert found.until == add_period(ago(1), period="P1M")
        other = covered(claim(evidence=(document(),)), accepts=("audit",))
        assert "outside party" not in other.reasons[0].says
