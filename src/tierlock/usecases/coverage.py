"""`suite`: which evaluations a framework binds to which line, and which threats none covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from tierlock.core import (
    Attested,
    Criterion,
    Evidence,
    Fact,
    Framework,
    Measured,
    Node,
    Threshold,
    Undisclosed,
    children,
    leaves,
    needed,
)
from tierlock.frameworks import get_framework
from tierlock.report import (
    EvidenceHeld,
    GapKind,
    Route,
    Suite,
    SuiteDomain,
    SuiteGap,
    SuiteLine,
    SuiteTest,
)
from tierlock.usecases.project import load_project

_Held = Mapping[str, EvidenceHeld] | None
"""Evidence by evaluation; None where no store is asked."""


def suite_of(name: str | None, *, folder: Path | None) -> Suite:
    """Return what the suite of a framework covers.

    Args:
        name: a shipped framework or a path; by default the project's.
        folder: folder of a project whose store is asked for evidence; None asks no store.

    Raises:
        InputError: neither a framework nor a project, or a project with a problem.
        FrameworkError: no such framework.
    """
    if folder is None and name is not None:
        return cover(get_framework(name), evidence=None, subject=None)
    project = load_project(folder or Path(), framework=name)
    own = [run for run in project.store.evidence() if project.subject.answers_to(run.subject.name)]
    return cover(project.framework, evidence=own, subject=project.subject.name)


def cover(
    framework: Framework, *, evidence: Sequence[Evidence] | None, subject: str | None
) -> Suite:
    """Return the suite of `framework`, with the evidence that each evaluation has.

    Args:
        framework: whose lines are listed.
        evidence: the subject's; None where no store is asked.
        subject: whose evidence it is.
    """
    held = None if evidence is None else _held(framework, evidence=evidence)
    domains = tuple(_domains(framework, held=held))
    safeguards = tuple(
        SuiteLine(
            name=f"{standard}/{criterion}",
            kind="safeguard",
            threat=framework.standards[standard].criteria[criterion].says,
            route=route_of(node, framework=framework),
            tests=_tests(node, framework=framework, held=held),
        )
        for standard, criterion, node in framework.safeguard_tests()
    )
    found = Suite(
        framework=framework.name,
        subject=subject,
        domains=domains,
        safeguards=safeguards,
        gaps=(),
    )
    return found.model_copy(update={"gaps": _in_order(_gaps(found, framework=framework))})


def route_of(node: Node, *, framework: Framework) -> Route:
    """Return who can rule a line out: evaluations alone, with people, people alone, or nobody."""
    by_runs = _can(node, framework=framework, kinds=(Measured,))
    by_people = _can(node, framework=framework, kinds=(Attested, Fact))
    if by_runs:
        return "evaluations"
    if by_people:
        return "people"
    both = _can(node, framework=framework, kinds=(Measured, Attested, Fact))
    return "evaluations and people" if both else "nobody"


def _can(node: Node, *, framework: Framework, kinds: tuple[type[Criterion], ...]) -> bool:
    """Tell whether criteria of these kinds suffice to rule the tree out (strong Kleene)."""
    if isinstance(node, Measured | Undisclosed | Attested | Fact):
        return isinstance(node, kinds) and _may(node, framework=framework)
    branches = children(node)
    able = sum(_can(branch, framework=framework, kinds=kinds) for branch in branches)
    return able >= len(branches) - needed(node) + 1


def _may(leaf: Criterion, *, framework: Framework) -> bool:
    """Tell whether this criterion can be ruled out at all."""
    if isinstance(leaf, Measured):
        current = framework.evaluations[leaf.evaluation].status == "current"
        return current and leaf.decides != "rule_in"
    return not isinstance(leaf, Undisclosed)


def _held(framework: Framework, *, evidence: Iterable[Evidence]) -> dict[str, EvidenceHeld]:
    listed = list(evidence)
    found = {}
    for slot, evaluation in framework.evaluations.items():
        runs = {run.digest: run for run in listed if run.evaluation in evaluation.tasks}.values()
        found[slot] = EvidenceHeld(
            runs=len(runs),
            doubtful=sum(run.doubtful for run in runs),
            newest=max((run.measured_at for run in runs), default=None),
        )
    return found


def _domains(framework: Framework, *, held: _Held) -> Iterator[SuiteDomain]:
    """Yield every domain, those of thresholds that name none of the declared ones last."""
    used = (threshold.domain for threshold in framework.thresholds.values())
    for name in dict.fromkeys((*framework.domains, *used)):
        domain = framework.domains.get(name)
        yield SuiteDomain(
            name=name,
            title=domain.title if domain else name,
            unassessed=domain.unassessed if domain else (),
            lines=tuple(
                _line(line, threshold=threshold, framework=framework, held=held)
                for line, threshold in framework.thresholds.items()
                if threshold.domain == name
            ),
        )


def _line(
    name: str,
    *,
    threshold: Threshold,
    framework: Framework,
    held: _Held,
) -> SuiteLine:
    about = threshold.about
    parts = [part for part in (about.actor, about.task, about.harm) if part]
    return SuiteLine(
        name=name,
        kind="threshold",
        tier=threshold.tier,
        threat="; ".join(parts) or threshold.says,
        route=route_of(threshold.crossed_if, framework=framework),
        presumed=threshold.presumed_out is not None,
        falls_with=threshold.implies,
        tests=_tests(threshold.crossed_if, framework=framework, held=held),
    )


def _tests(node: Node, *, framework: Framework, held: _Held) -> tuple[SuiteTest, ...]:
    return tuple(_test(leaf, framework=framework, held=held) for leaf in leaves(node))


def _test(leaf: Criterion, *, framework: Framework, held: _Held) -> SuiteTest:
    if isinstance(leaf, Measured):
        evaluation = framework.evaluations[leaf.evaluation]
        way = "below" if leaf.higher_is_worse else "above"
        return SuiteTest(
            name=leaf.name,
            kind="measured",
            evaluation=leaf.evaluation,
            tasks=evaluation.tasks,
            bound=f"{way} {leaf.rule_out_bound:g}",
            basis=leaf.basis,
            status=evaluation.status,
            held=None if held is None else held[leaf.evaluation],
        )
    if isinstance(leaf, Undisclosed):
        return SuiteTest(name=leaf.name, kind="undisclosed", evaluation=leaf.evaluation)
    return SuiteTest(name=leaf.name, kind="attested" if isinstance(leaf, Attested) else "fact")


def _gaps(found: Suite, *, framework: Framework) -> Iterator[SuiteGap]:
    """Yield what the suite leaves open."""
    for domain in found.domains:
        for threat in domain.unassessed:
            yield SuiteGap(kind="unassessed threat", where=domain.name, says=threat)
        if not domain.lines:
            says = "no line: nothing in this domain can hold a decision"
            yield SuiteGap(kind="domain without a line", where=domain.name, says=says)
        for line in domain.lines:
            yield from _gaps_of(line)
    for line in found.safeguards:
        yield from _gaps_of(line)
    tests = [test for domain in found.domains for line in domain.lines for test in line.tests]
    tests += [test for line in found.safeguards for test in line.tests]
    asked = {test.evaluation for test in tests}
    for name in framework.evaluations:
        if name not in asked:
            says = "the framework declares it, and no line asks for it"
            yield SuiteGap(kind="evaluation bound to no line", where=name, says=says)
    empty = {
        test.evaluation or "": test
        for test in tests
        if test.held is not None and not test.held.runs
    }
    for name, test in empty.items():
        says = f"no run of {found.subject} in the store; logs know it as {', '.join(test.tasks)}"
        yield SuiteGap(kind="evaluation without evidence", where=name, says=says)


def _gaps_of(line: SuiteLine) -> Iterator[SuiteGap]:
    kinds = {test.kind for test in line.tests}
    hidden = [test.name for test in line.tests if test.kind == "undisclosed"]
    if hidden:
        says = f"{', '.join(hidden)}: the publisher keeps the bound to itself"
        if line.route == "nobody":
            says += ", so nobody else can rule the line out" + _unless(line)
        yield SuiteGap(kind="bound not disclosed", where=line.name, says=says)
    elif "measured" not in kinds and line.kind == "threshold":
        says = "it rests on what people attest and on facts alone"
        yield SuiteGap(kind="line without an evaluation", where=line.name, says=says)
    elif "measured" in kinds and line.route == "nobody":
        says = "its evaluations are saturated or deprecated, or can only rule in" + _unless(line)
        yield SuiteGap(kind="evaluations that can not rule out", where=line.name, says=says)


def _unless(line: SuiteLine) -> str:
    return f", unless {' or '.join(line.falls_with)} is ruled out" if line.falls_with else ""


def _in_order(gaps: Iterable[SuiteGap]) -> tuple[SuiteGap, ...]:
    """Return gaps of one kind together, kinds in the order of their definition."""
    kinds = get_args(GapKind)
    return tuple(sorted(gaps, key=lambda gap: kinds.index(gap.kind)))
