"""A framework as values that a page shows: every clause with its words, bounds, basis and place.

The place of a criterion is its path in a determination's findings, so that a finding can point at
the clause that it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tierlock.core import ADJUSTMENT, PRESUMPTION, Framework, Trigger
from tierlock.report.framework_clauses import Clause, clause_of, correction_words, period_words
from tierlock.report.numbers import show_plain
from tierlock.report.sanitize import clean


class ThresholdClause(NamedTuple):
    """A threshold with its tree, and its presumption where it has one."""

    name: str
    kind: str
    domain: str
    tier: str
    says: str
    cite: str
    facts: tuple[tuple[str, str], ...]
    obliges: tuple[str, ...]
    implies: tuple[str, ...]
    crossed_if: Clause
    presumed: str
    presumed_cite: str
    unless: Clause | None


class SafeguardClause(NamedTuple):
    """One line of a standard, and its test where it has one."""

    anchor: str
    name: str
    says: str
    cite: str
    facts: tuple[tuple[str, str], ...]
    test: Clause | None


class StandardClause(NamedTuple):
    """A standard with its lines; `because` are the thresholds and others that oblige to it."""

    name: str
    title: str
    kind: str
    cite: str
    facts: tuple[tuple[str, str], ...]
    undefined: bool
    because: tuple[str, ...]
    safeguards: tuple[SafeguardClause, ...]


class GateRow(NamedTuple):
    """A standard, and per action whether it binds there."""

    standard: str
    because: tuple[str, ...]
    binds: tuple[bool, ...]


class AdjustmentClause(NamedTuple):
    """An adjustment: what may stand in for what, and what defeats it."""

    name: str
    says: str
    cite: str
    instead: tuple[tuple[str, tuple[str, ...]], ...]
    notices: tuple[str, ...]
    unless: Clause


class FrameworkPage(NamedTuple):
    """Everything about a framework that has to be computed before it can be shown.

    Attributes:
        facts: what holds for all of it.
        gate: which standard binds which of `actions`.
        clocks: trigger, what fires it, what it expires, how hard it is, where the text says so.
    """

    facts: tuple[tuple[str, str], ...]
    thresholds: tuple[ThresholdClause, ...]
    standards: tuple[StandardClause, ...]
    adjustments: tuple[AdjustmentClause, ...]
    scope: Clause | None
    actions: tuple[str, ...]
    gate: tuple[GateRow, ...]
    clocks: tuple[tuple[str, str, str, str, str], ...]


def framework_page(framework: Framework) -> FrameworkPage:
    """Return a framework as a page shows it."""
    return FrameworkPage(
        facts=tuple(_general(framework)),
        thresholds=tuple(_thresholds(framework)),
        standards=tuple(_standards(framework)),
        adjustments=tuple(
            AdjustmentClause(
                name=name,
                says=clean(one.says),
                cite=clean(one.cite),
                instead=tuple(one.instead.items()),
                notices=one.notices,
                unless=clause_of(one.unless, before=f"{ADJUSTMENT}{name}:", of=framework),
            )
            for name, one in framework.adjustments.items()
        ),
        scope=None
        if framework.scope is None
        else clause_of(framework.scope.in_scope_if, before="scope:", of=framework),
        actions=tuple(framework.actions),
        gate=tuple(
            GateRow(
                name,
                _because(name, of=framework),
                tuple(standard.kind in rule.needs for rule in framework.actions.values()),
            )
            for name, standard in framework.standards.items()
        ),
        clocks=tuple(map(_clock, framework.triggers)),
    )


def _general(framework: Framework) -> Iterator[tuple[str, str]]:
    control, corrections = framework.error_control, framework.corrections
    yield "Precaution", framework.precaution.replace("_", " ")
    yield (
        "Baseline",
        f"{', '.join(framework.baseline) or 'none'} ({framework.baseline_tier}), always owed",
    )
    yield (
        "False rule-out",
        f"at most {show_plain(control.rule_out)} per threshold in {period_words(control.period)}"
        + (f", shared by {control.checkpoints} checkpoints" if control.checkpoints > 1 else ""),
    )
    yield "False rule-in", f"at most {show_plain(control.rule_in)}"
    factor, buffer = corrections.elicitation_factor, corrections.buffer
    yield "Elicitation factor", correction_words(factor)
    yield "Buffer", correction_words(buffer)
    ruling = framework.ruling
    if ruling.required:
        lower = "may" if ruling.may_lower_reached else "may not"
        where = f" [{clean(ruling.cite)}]" if ruling.cite else ""
        yield (
            "Ruling",
            f"required by {', '.join(ruling.roles)}; it {lower} lower what is reached{where}",
        )
    else:
        yield "Ruling", "not required"
    yield "Declared statements", f"without a signature: {framework.declared_assurance}"
    yield "Run register", f"may be at most {period_words(framework.register_max_age)} old"


def _thresholds(framework: Framework) -> Iterator[ThresholdClause]:
    for name, one in framework.thresholds.items():
        presumed = one.presumed_out
        about = [
            (label.capitalize(), clean(text))
            for label, text in one.about.model_dump().items()
            if text
        ]
        if one.precaution is not None:
            about.append(("Precaution", one.precaution.replace("_", " ")))
        if one.rule_out is not None:
            about.append(("False rule-out", f"at most {show_plain(one.rule_out)}"))
        yield ThresholdClause(
            name=name,
            kind="threshold" if one.kind == "critical" else f"{one.kind} threshold",
            domain=one.domain,
            tier=one.tier,
            says=clean(one.says),
            cite=clean(one.cite),
            facts=tuple(about),
            obliges=one.obliges,
            implies=one.implies,
            crossed_if=clause_of(one.crossed_if, before=f"{name}:", of=framework),
            presumed="" if presumed is None else clean(presumed.says),
            presumed_cite="" if presumed is None else clean(presumed.cite),
            unless=None
            if presumed is None
            else clause_of(presumed.unless, before=f"{PRESUMPTION}{name}:", of=framework),
        )


def _standards(framework: Framework) -> Iterator[StandardClause]:
    for name, one in framework.standards.items():
        facts = [("Level", clean(one.level)), ("Bar", clean(one.bar)), ("Tier", one.tier or "")]
        facts.append(
            ("Binds", "the industry: it closes no gate" if one.addressee != "self" else "")
        )
        facts.append(
            ("Force", f"{one.modality}: it closes no gate" if one.modality != "must" else "")
        )
        facts.append(("While owed and undefined", ", ".join(one.instructs).replace("_", " ")))
        yield StandardClause(
            name=name,
            title=clean(one.title),
            kind=one.kind,
            cite=clean(one.cite),
            facts=tuple((label, text) for label, text in facts if text),
            undefined=one.undefined,
            because=_because(name, of=framework),
            safeguards=tuple(
                SafeguardClause(
                    anchor=f"{name}:{key}",
                    name=key,
                    says=clean(line.says),
                    cite=clean(line.cite),
                    facts=tuple(
                        (label, text)
                        for label, text in (
                            ("Accepts", ", ".join(line.accepts).replace("_", " ")),
                            (
                                "Evidence at most",
                                period_words(line.max_age) + " old" if line.max_age else "",
                            ),
                            ("Covers", "every traffic path" if line.scope == "paths" else ""),
                            ("Typical cost", clean(line.typical_cost)),
                            ("Force", line.modality if line.modality != "must" else ""),
                        )
                        if text
                    ),
                    test=None
                    if line.falls_short_if is None
                    else clause_of(line.falls_short_if, before=f"{name}:{key}/", of=framework),
                )
                for key, line in one.criteria.items()
            ),
        )


def _because(standard: str, *, of: Framework) -> tuple[str, ...]:
    """What obliges to a standard: the baseline, thresholds, combinations, readings."""
    found = ["baseline"] if standard in of.baseline else []
    found += [name for name, one in of.thresholds.items() if standard in one.obliges]
    found += [name for name, one in of.combinations.items() if standard in one.obliges]
    found += [
        name
        for name, one in of.interpretations.items()
        if any(standard in rule.obliges for rule in one.all_combinations)
    ]
    return tuple(found)


def _clock(trigger: Trigger) -> tuple[str, str, str, str, str]:
    when = trigger.when
    if when.elapsed is not None:
        fires = f"{period_words(when.elapsed)} have passed"
    elif when.effective_compute is not None:
        fires = f"{show_plain(when.effective_compute)} times the effective compute"
    elif when.changed is not None:
        fires = f"the subject's {when.changed} changed"
    else:
        fires = str(when.incident).replace("_", " ")
    kind = "hard" if trigger.grace is None else f"soft, {period_words(trigger.grace)} of grace"
    return trigger.id, fires, ", ".join(trigger.expires), kind, clean(trigger.cite)
