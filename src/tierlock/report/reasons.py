"""Why a gate is closed, as people read it: the thresholds behind it, then a group per standard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tierlock.core import (
    Deciding,
    Decision,
    Explanation,
    Framework,
    GateReason,
    Measured,
    Outcome,
    Reason,
    Verdict,
    leaves,
)
from tierlock.report.numbers import count_of, scale_of
from tierlock.report.sanitize import clean

MISSING: Final = "claim.missing"


@dataclass(frozen=True, kw_only=True)
class ReasonLine:
    """One line of a group: a reason, or all criteria that nobody claims."""

    text: str
    code: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """What stands in the way about one standard; or one reason about something else.

    Attributes:
        about: the standard, or what the reason is about.
        title: the standard's own title; standing: how much of it is in place. Both are empty
            where the reason is not about a standard, or no framework was given.
        by_standard: whether the lines are about criteria of one standard.
    """

    about: str
    title: str = ""
    standing: str = ""
    by_standard: bool = False
    lines: tuple[ReasonLine, ...]

    @property
    def heading(self) -> str:
        """`asl-3/security (stronger weight security): 0 of 3 in place`; empty for no standard."""
        if not self.by_standard:
            return ""
        titled = f"{self.about} ({self.title})" if self.title else self.about
        return f"{titled}: {self.standing}" if self.standing else titled


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A threshold that is not ruled out, and of whose obligations some are open."""

    threshold: str
    outcome: Outcome
    text: str


def reasons_of(decision: Decision) -> tuple[GateReason, ...]:
    """Return the reasons of a closed gate: DENY first, missing signatures last.

    A closed gate always has a reason. That nobody claims what was shown not to hold says nothing
    new, so it is left out.
    """
    if decision.verdict is Verdict.ALLOW:
        return decision.reasons
    if not decision.reasons:
        return (
            GateReason(
                code="gate.default-deny",
                says="nothing shows that the action is permitted",
                verdict="DENY" if decision.verdict is Verdict.DENY else "HOLD",
                about=decision.action.name,
            ),
        )
    failed = {reason.about for reason in decision.reasons if reason.code == "claim.failed"}
    kept = [r for r in decision.reasons if r.code != MISSING or r.about not in failed]
    return tuple(sorted(kept, key=_weight))


def conditions_of(decision: Decision) -> tuple[Reason, ...]:
    """Return the terms of a permission; a closed gate has none to offer.

    The decision keeps them in any case (spec/gate.md G-12), but beside a reason that closes the
    gate they would read as if something had been permitted.
    """
    return decision.conditions if decision.verdict is Verdict.ALLOW else ()


def _weight(reason: GateReason) -> tuple[bool, bool]:
    return reason.verdict != "DENY", reason.code.startswith(("approval.", "ruling."))


def grouped(
    reasons: Sequence[GateReason], *, decision: Decision, framework: Framework | None
) -> list[ReasonGroup]:
    """Return `reasons` by standard, in the order in which the standards first occur.

    Args:
        reasons: some or all reasons of the decision.
        decision: all of its reasons count as not in place.
        framework: gives titles and counts; without it a group has only its name.
    """
    groups: dict[str, list[GateReason]] = {}
    for number, reason in enumerate(reasons):
        standard, colon, _ = reason.about.partition(":")
        known = framework is None or standard in framework.standards
        groups.setdefault(standard if colon and known else f"\n{number}", []).append(reason)
    return [_group(key, found, decision, framework) for key, found in groups.items()]


def _group(
    key: str, reasons: list[GateReason], decision: Decision, framework: Framework | None
) -> ReasonGroup:
    if key.startswith("\n"):
        lines = tuple(_line(reason) for reason in reasons)
        return ReasonGroup(about=clean(reasons[0].about), lines=lines)
    missing = [reason for reason in reasons if reason.code == MISSING]
    found = [_line(reason) for reason in reasons if reason.code != MISSING]
    if missing:
        names = ", ".join(dict.fromkeys(_name(reason.about) for reason in missing))
        verdict = Verdict(missing[0].verdict)
        found.append(ReasonLine(text=f"missing: {names}", code=MISSING, verdict=verdict))
    title, standing = _standing(key, decision, framework)
    return ReasonGroup(
        about=clean(key), title=title, standing=standing, by_standard=True, lines=tuple(found)
    )


def _line(reason: GateReason) -> ReasonLine:
    return ReasonLine(
        text=clean(reason.says), code=clean(reason.code), verdict=Verdict(reason.verdict)
    )


def _name(path: str) -> str:
    return clean(path.rpartition(":")[2])


def _standing(standard: str, decision: Decision, framework: Framework | None) -> tuple[str, str]:
    """Return a standard's title and how much of it is in place, as far as it is known."""
    defined = framework.standards.get(standard) if framework is not None else None
    if framework is None or defined is None:
        return "", ""
    always = ", always owed" if _is_baseline(standard, framework) else ""
    owed = [name for name, criterion in defined.criteria.items() if criterion.modality == "must"]
    shut = {reason.about for reason in decision.reasons}
    done = sum(f"{standard}:{name}" not in shut for name in owed)
    return clean(defined.title) + always, f"{done} of {len(owed)} in place"


def _is_baseline(standard: str, framework: Framework) -> bool:
    scope = framework.scope.baseline if framework.scope is not None else ()
    return standard in framework.baseline or standard in scope


def causes(
    reasons: Sequence[GateReason],
    *,
    decision: Decision,
    explanation: Explanation,
    framework: Framework,
) -> tuple[Cause, ...]:
    """Return the thresholds from which what `reasons` are about stems, with the number behind.

    A threshold that has a reason of its own (`threshold.held`) needs no cause beside it.
    """
    stated = {reason.about for reason in decision.reasons}
    owed = {reason.about.partition(":")[0] for reason in reasons}
    owed = {name for name in owed if not _is_baseline(name, framework)}
    return tuple(
        Cause(
            threshold=clean(entry.threshold),
            outcome=entry.outcome,
            text=f"{clean(entry.threshold)} is {entry.outcome.words}"
            + _number(entry, explanation, framework)
            + ", so its safeguards are owed",
        )
        for entry in explanation.deciding
        if entry.outcome is not Outcome.RULED_OUT
        and entry.threshold in framework.thresholds
        and entry.threshold not in stated
        and owed & set(framework.thresholds[entry.threshold].obliges)
    )


def _number(entry: Deciding, explanation: Explanation, framework: Framework) -> str:
    """Return the one measured limit that crosses its bound; nothing where there are several."""
    found = [m for m in explanation.margins if m.path in entry.paths and m.limit is not None]
    crossed = framework.thresholds[entry.threshold].crossed_if
    by_path = {f"{entry.threshold}:{leaf.name}": leaf for leaf in leaves(crossed)}
    if entry.outcome is not Outcome.UNDETERMINED or len(found) != 1:
        return ""
    margin, leaf = found[0], by_path.get(found[0].path)
    if not isinstance(leaf, Measured) or margin.limit is None or (margin.relative or 0) > 0:
        return ""
    evaluation = framework.evaluations.get(leaf.evaluation)
    scale = scale_of(leaf, limits=None, span=evaluation.range if evaluation else None)
    side = "upper" if leaf.higher_is_worse else "lower"
    limit = scale.show(margin.limit, beside=margin.bound)
    return f" ({clean(leaf.name)}: {side} {limit} crosses {scale.show(margin.bound)})"


def why(decision: Decision, *, explanation: Explanation, framework: Framework) -> str:
    """Return why the gate is closed as one clause, most important first; empty for ALLOW."""
    reasons = reasons_of(decision)
    if decision.verdict is Verdict.ALLOW or not reasons:
        return ""
    found = causes(reasons, decision=decision, explanation=explanation, framework=framework)
    behind = _thresholds_clause(found, reasons, framework)
    if decision.verdict is Verdict.DENY:
        denied = [reason for reason in reasons if reason.verdict == "DENY"]
        more = len(denied) - 1
        tail = f" (and {count_of(more, one='more reason')})" if more else ""
        return clean(denied[0].says) + tail + (f"; {behind}" if behind else "")
    return "; ".join(_held_clauses(found, behind, reasons, framework))


def _thresholds_clause(
    found: Sequence[Cause], reasons: Sequence[GateReason], framework: Framework
) -> str:
    reached = [cause.threshold for cause in found if cause.outcome is Outcome.REACHED]
    opened = [cause.threshold for cause in found if cause.outcome is not Outcome.REACHED]
    opened += [clean(r.about) for r in reasons if r.about in framework.thresholds]
    parts = []
    if reached:
        parts.append(f"{all_of(reached)} {'is' if len(reached) == 1 else 'are'} reached")
    if opened:
        parts.append(f"{all_of(opened)} {'is' if len(opened) == 1 else 'are'} not ruled out")
    return ", ".join(parts)


def _held_clauses(
    found: Sequence[Cause], behind: str, reasons: Sequence[GateReason], framework: Framework
) -> Iterator[str]:
    owed: set[str] = set()
    always: set[str] = set()
    others = []
    for reason in reasons:
        standard, colon, _ = reason.about.partition(":")
        if colon and standard in framework.standards:
            (always if _is_baseline(standard, framework) else owed).add(reason.about)
        elif reason.about not in framework.thresholds:
            others.append(reason)
    its = "its" if len(found) == 1 else "their" if found else "the owed"
    lacking = f"{len(owed)} of {its} safeguards {_are(len(owed))} not in place" if owed else ""
    if behind or lacking:
        yield ", and ".join(part for part in (behind, lacking) if part)
    if always:
        counted = count_of(len(always), one="safeguard")
        yield f"{counted} that every subject owes {_are(len(always))} not in place"
    if others:
        more = len(others) - 1
        yield clean(others[0].says) + (f" (and {count_of(more, one='more reason')})" * bool(more))


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def all_of(names: Sequence[str]) -> str:
    """Return names as prose.

    >>> all_of(["a"]), all_of(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
