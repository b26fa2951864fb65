from __future__ import annotations

from tests.unit.report import factory
from tests.unit.report.example_framework import AIRD, BIO, CYBER, framework
from tierlock.core import Deciding, Decision, Explanation, GateReason, Outcome, WorkItem
from tierlock.report.work import (
    Way,
    next_way,
    own_words,
    way_texts,
    work_cost,
    work_ways,
    work_words,
)

STANDARD = "asl-3/deployment"
CLASSIFIERS = f"{STANDARD}:classifiers"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def safeguard(do: str, *, settles: str = CLASSIFIERS, effort: str = "weeks") -> WorkItem:
    return WorkItem(
        do=f"{do} {settles}: input and output classifiers",
        settles=settles,
        kind="safeguard",
        effort=effort,
        group=STANDARD,
    )


def ways(
    *more: WorkItem, explanation: Explanation | None = None, decision: Decision | None = None
) -> list[Way]:
    return work_ways(
        (*factory.work(), *more),
        framework=framework(),
        explanation=explanation or factory.explanation(),
        decision=decision,
    )


def headings(decision: Decision | None, explanation: Explanation | None = None) -> dict[str, str]:
    """Return the heading of the way that each item is part of."""
    found = ways(explanation=explanation, decision=decision)
    return {item.settles: way.heading for way in found for item in way.items}


def test_each_item_says_what_it_is_for() -> None:
    found = headings(factory.decision())
    assert found[f"{CYBER}:ctf"] == f"rule out {CYBER}"
    assert found["asl-2/deployment:abuse-monitoring"] == "meet"
    assert found[CLASSIFIERS] == "or, instead, meet"


def test_no_choice_is_offered_where_a_threshold_was_reached() -> None:
    deciding = (
        Deciding(threshold=BIO, outcome=Outcome.RULED_OUT, paths=()),
        Deciding(threshold=CYBER, outcome=Outcome.REACHED, paths=()),
        Deciding(threshold=AIRD, outcome=Outcome.RULED_OUT, paths=()),
    )
    found = headings(factory.decision(), Explanation(deciding=deciding))
    assert found[CLASSIFIERS] == "meet"


def test_an_unmeetable_standard_is_not_hidden_behind_a_choice() -> None:
    said = "while nobody can meet asl-3/security, it is not enough to meet"
    # Without a decision, every undefined standard may bind.
    assert headings(None)[CLASSIFIERS] == said
    base = factory.decision()
    reason = GateReason(
        code="standard.undefined", says="undefined", verdict="HOLD", about="asl-3/security"
    )
    decision = base.model_copy(update={"reasons": (*base.reasons, reason)})
    assert headings(decision)[CLASSIFIERS] == said


def test_a_choice_names_its_thresholds_where_there_are_several() -> None:
    deciding = tuple(
        Deciding(threshold=name, outcome=Outcome.UNDETERMINED, paths=()) for name in (BIO, CYBER)
    )
    found = headings(factory.decision(), Explanation(deciding=deciding))
    assert found[CLASSIFIERS] == f"or, instead of ruling out {BIO} and {CYBER}, meet"


def test_what_must_be_done_comes_first_and_signatures_last() -> None:
    sign = WorkItem(do="sign: no approval by rso", settles="rso", kind="sign")
    resolve = WorkItem(do="resolve: dissent", settles="dissent", kind="resolve")
    found = [way.heading for way in ways(sign, resolve, decision=factory.decision())]
    assert found == [
        "",
        "meet",
        f"rule out {CYBER}",
        f"rule out {AIRD}",
        "or, instead, meet",
        "then",
    ]


def test_what_is_to_be_repaired_need_not_be_put_in_place_as_well() -> None:
    items = (safeguard("put in place and claim"), safeguard("repair and re-test"))
    found = way_texts(
        items,
        framework=framework(),
        explanation=factory.explanation(),
        decision=factory.decision(),
    )
    assert [plain(way.first) for way in found] == [
        f"or, instead, meet {STANDARD}: repair classifiers (weeks)"
    ]


def test_safeguards_are_short_or_spelled_out() -> None:
    other = safeguard("put in place and claim", settles=f"{STANDARD}:red-team", effort="20 days")
    items = (safeguard("put in place and claim"), other)
    short, full = (
        way_texts(
            items,
            framework=framework(),
            explanation=factory.explanation(),
            decision=factory.decision(),
            full=full,
        )[0]
        for full in (False, True)
    )
    assert plain(short.first) == (
        f"or, instead, meet {STANDARD}: classifiers (weeks), red-team (20 days)"
    )
    assert full.title == "or, instead, meet both of:"
    assert plain(full.lines[1]) == f"{STANDARD}:red-team (20 days): input and output classifiers"
    assert plain(own_words(other)) == "put in place and claim it (20 days)"


def test_work_in_its_own_words_keeps_them() -> None:
    monitoring = factory.work()[-1]
    assert own_words(monitoring) == work_words(monitoring)
    found = way_texts(
        factory.work(),
        framework=framework(),
        explanation=factory.explanation(),
        decision=factory.decision(),
    )
    said = plain(found[0].first)
    assert said.startswith("meet asl-2/deployment: extend abuse monitoring to path `batch`")


def test_the_next_step_brings_all_that_its_way_needs() -> None:
    research = factory.work()[2]
    way = next_way(
        research,
        framework=framework(),
        explanation=factory.explanation(),
        decision=factory.decision(),
    )
    assert way.first == f"rule out {AIRD} with both of:"
    assert len(way.rest) == 2


def test_a_signature_is_not_the_next_step_while_other_work_is_left() -> None:
    sign = WorkItem(do="sign: no approval by rso", settles="rso", kind="sign")
    resolve = WorkItem(do="resolve: dissent", settles="dissent", kind="resolve")
    explanation = Explanation(work=(sign, resolve))
    way = next_way(sign, framework=framework(), explanation=explanation, decision=None)
    assert way.first == "resolve: dissent"
    alone = Explanation(work=(sign,))
    way = next_way(sign, framework=framework(), explanation=alone, decision=None)
    assert way.first == "sign: no approval by rso"


def test_signatures_alone_come_after_nothing() -> None:
    signs = [WorkItem(do=f"sign: {role}", settles=role, kind="sign") for role in ("rso", "ceo")]
    (way,) = way_texts(signs, framework=framework(), explanation=Explanation(), decision=None)
    assert (way.first, way.rest) == ("both of:", ("sign: rso", "sign: ceo"))


def test_a_next_step_that_nothing_lists_stands_alone() -> None:
    step = safeguard("put in place and claim")
    explanation = Explanation(work=(safeguard("repair and re-test"),))
    way = next_way(step, framework=framework(), explanation=explanation, decision=None)
    assert (
        plain(way.first)
        == f"put in place and claim {CLASSIFIERS}: input and output classifiers (weeks)"
    )


def test_costs() -> None:
    first = factory.work()[0]
    assert plain(work_cost(first)) == "at least 39 samples, likely 61, ~2 h, ~4 USD"
    assert plain(work_words(first)).endswith("at least 39 samples, likely 61 (~2 h, ~4 USD)")
    assert plain(work_words(factory.work()[-1])).endswith("(~3 days; owner: trust-and-safety)")
    # An owner that the work names already is not named again.
    assert "owner" not in work_words(factory.work()[3])
