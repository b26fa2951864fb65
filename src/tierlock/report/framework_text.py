"""A framework as text for people: lines, what they oblige to, safeguards, actions, duties."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import (
    Adjustment,
    AllOf,
    AnyOf,
    Attested,
    Combination,
    Criterion,
    Duty,
    Fact,
    Framework,
    Interpretation,
    Measured,
    Node,
    Standard,
    Threshold,
    Undisclosed,
    children,
    digest,
    needed,
)
from tierlock.report.layout import Paint, finish, wrap
from tierlock.report.sanitize import clean

_STEP = 2


def render_framework_text(framework: Framework, *, width: int, color: bool) -> str:
    """Return a framework in words, with where its text says each thing.

    Args:
        framework: what is shown.
        width: cells per line.
        color: whether headings are bold.
    """
    paint = Paint(color=color)
    lines: list[str] = []
    for depth, text in _everything(framework):
        if depth == 0 and lines:
            lines.append("")
        indent = " " * _STEP * depth
        for number, part in enumerate(wrap(clean(text), width=max(20, width - len(indent) - 2))):
            hang = "  " if number else ""
            lines.append(paint(f"{indent}{hang}{part}", "bold" if depth == 0 else ""))
    return finish(lines)


def _everything(framework: Framework) -> Iterator[tuple[int, str]]:
    yield 0, f"{framework.name}: {framework.title} ({framework.publisher})"
    yield 1, f"effective {framework.effective}, digest {digest(framework)[:19]}…"
    yield 1, f"precaution {framework.precaution}; baseline {_names(framework.baseline)}"
    source = framework.source
    yield 1, f"source: {_joined(source.title, source.version, source.url)}"
    for name, threshold in framework.thresholds.items():
        yield 0, f"{name}: {_kind(threshold)} ({threshold.domain}, {threshold.tier})"
        yield from _threshold(threshold)
    for name, combination in framework.combinations.items():
        yield 0, f"{name}: combination"
        yield 1, f"{combination.says}{_cite(combination.cite)}"
        yield 1, _obliges(combination)
    for name, interpretation in framework.interpretations.items():
        yield 0, f"{name}: contested clause"
        yield from _interpretation(interpretation)
    for name, adjustment in framework.adjustments.items():
        yield 0, f"{name}: adjustment"
        yield from _adjustment(adjustment)
    for name, standard in framework.standards.items():
        yield 0, f"{name}: standard ({standard.kind})"
        yield from _standard(standard)
    for name, action in framework.actions.items():
        yield 0, f"{name}: action{f' ({action.context})' if action.context else ''}"
        yield 1, f"{action.says or 'no description'}{_cite(action.cite)}"
        yield 1, f"needs {_names(action.needs)}; signed off by {_names(action.sign_offs)}"
    if framework.duties:
        yield 0, "duties, which gate no action"
        for name, duty in framework.duties.items():
            yield 1, f"{name}: {_duty(duty)}"
    if framework.does_not_establish:
        yield 0, "what no answer under it establishes"
        for text in framework.does_not_establish:
            yield 1, text


def _threshold(threshold: Threshold) -> Iterator[tuple[int, str]]:
    yield 1, f"{threshold.says}{_cite(threshold.cite)}"
    yield 1, f"obliges {_names(threshold.obliges)}"
    if threshold.implies:
        yield 1, f"crossing it crosses {_names(threshold.implies)}"
    if threshold.presumed_out is not None:
        presumption = threshold.presumed_out
        yield 1, f"presumed out: {presumption.says}{_cite(presumption.cite)}; unless"
        yield from _tree(presumption.unless, depth=2)
    yield 1, "crossed if"
    yield from _tree(threshold.crossed_if, depth=2)


def _obliges(combination: Combination) -> str:
    groups = " and ".join(f"({' or '.join(group)})" for group in combination.if_all)
    return f"{groups} obliges {_names(combination.obliges)}"


def _interpretation(interpretation: Interpretation) -> Iterator[tuple[int, str]]:
    yield 1, f"{interpretation.says}{_cite(interpretation.cite)}"
    yield 1, f"chosen by {' and '.join(interpretation.by)}; until then every reading obliges"
    for key, reading in interpretation.readings.items():
        yield 1, f"{key}: {reading.says}"
        for combination in reading.combinations:
            yield 2, f"{_obliges(combination)}; {combination.says}{_cite(combination.cite)}"
        if not reading.combinations:
            yield 2, "obliges nothing more"


def _adjustment(adjustment: Adjustment) -> Iterator[tuple[int, str]]:
    yield 1, f"{adjustment.says}{_cite(adjustment.cite)}"
    for standard, others in adjustment.instead.items():
        yield 1, f"{_names(others)} instead of {standard}"
    if adjustment.notices:
        yield 1, f"its use makes due {_names(adjustment.notices)}"
    yield 1, "unless"
    yield from _tree(adjustment.unless, depth=2)


def _tree(node: Node, *, depth: int) -> Iterator[tuple[int, str]]:
    if not isinstance(node, Measured | Undisclosed | Attested | Fact):
        branches = children(node)
        if isinstance(node, AllOf):
            yield depth, "all of"
        elif isinstance(node, AnyOf):
            yield depth, "any of"
        else:
            yield depth, f"at least {needed(node)} of {len(branches)}"
        for branch in branches:
            yield from _tree(branch, depth=depth + 1)
        return
    yield depth, f"{node.name}: {_criterion(node)}{_cite(node.cite)}"


def _criterion(leaf: Criterion) -> str:
    if isinstance(leaf, Measured):
        way = "below" if leaf.higher_is_worse else "above"
        only = "" if leaf.decides == "both" else f", can only {leaf.decides.replace('_', ' ')}"
        bound = f"ruled out {way} {leaf.rule_out_bound:g} ({leaf.basis}{only})"
        return f"{bound}; {leaf.says}" if leaf.says else bound
    if isinstance(leaf, Undisclosed):
        return f"the bound is not disclosed{f'; {leaf.says}' if leaf.says else ''}"
    if isinstance(leaf, Attested):
        return f"{leaf.says}; attested by {leaf.by}"
    return f"{leaf.says} (declared fact `{leaf.fact}`)"


def _standard(standard: Standard) -> Iterator[tuple[int, str]]:
    yield 1, f"{_joined(standard.title, standard.level)}{_cite(standard.cite)}"
    if standard.addressee == "industry":
        yield 1, "recommended to the industry: closes no gate"
    elif standard.modality != "must":
        yield 1, f"{standard.modality}: closes no gate"
    if standard.undefined:
        yield 1, "undefined: nobody can meet it"
    for key, line in standard.criteria.items():
        weak = "" if line.modality == "must" else f" [{line.modality}]"
        yield 1, f"{key}{weak}: {line.says}{_cite(line.cite)}"


def _duty(duty: Duty) -> str:
    clock = (
        f" every {duty.every}" if duty.every else f" within {duty.within}" if duty.within else ""
    )
    after = f" after {duty.after}" if duty.after else ""
    to = f" to {duty.to}" if duty.to else ""
    weak = "" if duty.modality == "must" else f" [{duty.modality}]"
    return f"{duty.says}; by {duty.by}{to}{clock}{after}{weak}{_cite(duty.cite)}"


def _kind(threshold: Threshold) -> str:
    return "threshold" if threshold.kind == "critical" else f"{threshold.kind} threshold"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def _joined(*texts: str) -> str:
    return ", ".join(text for text in texts if text)


def _cite(text: str) -> str:
    return f" [{text}]" if text else ""
