"""The suite of a framework: who can rule a line out, what is held, and what is missing."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance.projects import assess, log, project
from tests.unit.policy.factory import (
    ago,
    attested,
    doubt,
    evaluation,
    fact,
    framework,
    measured,
    run,
    threshold,
)
from tierlock.core import AllOf, AnyOf, AtLeast, Domain, FrameworkError, InputError, Undisclosed
from tierlock.frameworks import get_framework, list_frameworks
from tierlock.report import Suite
from tierlock.usecases import cover, suite_of
from tierlock.usecases.coverage import route_of


def hidden(name: str = "secret") -> Undisclosed:
    return Undisclosed(undisclosed=True, evaluation=name, cite="card")


def made(node: Any, **changes: Any) -> Suite:
    changes.setdefault("evaluations", {"bio": evaluation()})
    rules = framework(thresholds={"bio-3": threshold(node)}, **changes)
    return cover(rules, evidence=None, subject=None)


@pytest.mark.parametrize(
    ("node", "route"),
    [
        (measured(), "evaluations"),
        (measured(decides="rule_in"), "nobody"),
        (attested(), "people"),
        (fact(), "people"),
        (hidden(), "nobody"),
        (AnyOf(any=(measured(), attested())), "evaluations and people"),
        (AllOf(all=(measured(), attested())), "evaluations"),
        (AllOf(all=(hidden(), attested())), "people"),
        (AnyOf(any=(measured(), hidden())), "nobody"),
        (AtLeast(at_least=2, of=(measured(), hidden(), attested())), "evaluations and people"),
        (AtLeast(at_least=1, of=(measured(), hidden(), attested())), "nobody"),
        (AtLeast(at_least=3, of=(measured(), hidden(), attested())), "evaluations"),
    ],
)
def test_who_can_rule_a_line_out(node: Any, route: str) -> None:
    assert route_of(node, framework=framework()) == route


def test_a_saturated_evaluation_rules_nothing_out() -> None:
    suite = made(measured(), evaluations={"bio": evaluation(status="saturated")})
    (line,) = suite.domains[0].lines
    assert line.route == "nobody"
    assert [gap.kind for gap in suite.gaps] == ["evaluations that can not rule out"]


@given(k=st.integers(1, 4), able=st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_route_is_what_every_combination_of_outcomes_gives(k: int, able: list[bool]) -> None:
    """Compared with a count over all outcomes: crossed with k crossings, out with no such way."""
    node = AtLeast(at_least=k, of=tuple(measured() if yes else hidden() for yes in able))
    free = [not yes for yes in able]  # what nobody can rule out may still be crossed
    worst = max(sum(way) for way in product(*([0, 1] if open_ else [0] for open_ in free)))
    assert (route_of(node, framework=framework()) == "evaluations") is (worst < k)


def kinds(suite: Suite) -> list[str]:
    return [gap.kind for gap in suite.gaps]


def test_every_gap_is_named_once() -> None:
    suite = made(
        AnyOf(any=(measured(), hidden())),
        domains={
            "biology": Domain(title="Biology", unassessed=("toxins",)),
            "cyber": Domain(title="Cyber"),
        },
        evaluations={"bio": evaluation(), "spare": evaluation(tasks=("spare",))},
    )
    assert kinds(suite) == [
        "unassessed threat",
        "domain without a line",
        "bound not disclosed",
        "evaluation bound to no line",
    ]
    assert [gap.where for gap in suite.gaps] == ["biology", "cyber", "bio-3", "spare"]
    assert suite.gaps[2].says.endswith("so nobody else can rule the line out")


def test_a_line_that_people_decide_is_a_gap() -> None:
    suite = made(attested(), evaluations={})
    assert kinds(suite) == ["line without an evaluation"]


def test_an_undisclosed_bound_is_not_an_evaluation_that_nobody_asks_for() -> None:
    suite = made(hidden("spare"), evaluations={"spare": evaluation(tasks=("spare",))})
    assert kinds(suite) == ["bound not disclosed"]


def test_a_line_may_fall_with_another() -> None:
    rules = framework(
        thresholds={"bio-3": threshold(), "bio-4": threshold(hidden(), implies=("bio-3",))}
    )
    suite = cover(rules, evidence=None, subject=None)
    assert suite.domains[0].lines[1].falls_with == ("bio-3",)
    (gap,) = suite.gaps
    assert gap.says.endswith("unless bio-3 is ruled out")


def test_a_threat_is_what_the_clause_says_in_parts() -> None:
    about = {"actor": "novices", "task": "make it", "harm": "mass casualties"}
    rules = framework(thresholds={"bio-3": threshold(about=about), "bio-4": threshold()})
    first, second = cover(rules, evidence=None, subject=None).domains[0].lines
    assert first.threat == "novices; make it; mass casualties"
    assert second.threat == "helps to make a weapon"


def test_evidence_is_counted_per_evaluation() -> None:
    runs = [run(name="r1", measured_at=ago(10)), run(name="r2", measured_at=ago(5)),
            run(name="r3", problems=(doubt(),)), run(name="r4", evaluation="other")]  # fmt: skip
    suite = cover(framework(), evidence=[*runs, runs[0]], subject="m")
    held = suite.domains[0].lines[0].tests[0].held
    assert held is not None
    assert (held.runs, held.doubtful, held.newest) == (3, 1, ago(5))
    assert kinds(suite) == []
    assert kinds(cover(framework(), evidence=runs[3:], subject="m")) == [
        "evaluation without evidence"
    ]


def test_the_store_of_a_project_is_asked(tmp_path: Path) -> None:
    folder = project(tmp_path)
    assess(folder, log(tmp_path / "logs"))
    asked = suite_of(None, folder=folder)
    tests = [t for d in asked.domains for line in d.lines for t in line.tests if t.held is not None]
    assert sum(t.held.runs for t in tests if t.held) > 0
    assert asked.subject is not None
    assert suite_of("asl/reference-1", folder=None).subject is None


def test_neither_a_name_nor_a_project(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        suite_of(None, folder=tmp_path)
    with pytest.raises(FrameworkError):
        suite_of("no/such-1", folder=None)


@pytest.mark.parametrize("name", [entry.name for entry in list_frameworks()])
def test_every_shipped_framework_has_its_suite(name: str) -> None:
    rules = get_framework(name)
    suite = cover(rules, evidence=None, subject=None)
    lines = [line.name for domain in suite.domains for line in domain.lines]
    assert sorted(lines) == sorted(rules.thresholds)
    named = {gap.says for gap in suite.gaps if gap.kind == "unassessed threat"}
    assert named == {t for domain in rules.domains.values() for t in domain.unassessed}
    assert all(line.threat for domain in suite.domains for line in domain.lines)
