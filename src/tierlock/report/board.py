"""The board's page: what one person must know before signing, and what the signature says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tierlock.core import Approval, Assurance, Decision, Outcome, Verdict
from tierlock.report.document import Board, short
from tierlock.report.flips import flip_lines
from tierlock.report.lines import CriterionLine, deciding_line, obstacle
from tierlock.report.sanitize import clean
from tierlock.report.seen import elicitations
from tierlock.report.values import AssessReport
from tierlock.report.wording import (
    answer,
    binding_line,
    binding_sentence,
    conditions,
    day,
    plan_line,
    plan_sentence,
    question,
)
from tierlock.report.work import Way, way_text, work_ways

_LINES = 3
_NAMES = 4


def board_of(report: AssessReport) -> Board:
    """Return the first page of a report."""
    word, sentence = answer(report)
    outcomes = [threshold.outcome for threshold in report.determination.thresholds]
    worst = max(outcomes, default=Outcome.UNDETERMINED)
    names = ", ".join(f"`{clean(name)}`" for name in report.mock_models)
    return Board(
        question=question(report),
        word=word,
        sentence=sentence,
        terms=tuple(conditions(report)),
        verdict=report.decision.verdict if report.decision is not None else worst,
        warning=f"Mock model: evidence by {names} shows how Tierlock works and nothing about a "
        "model."
        if names
        else "",
        known=tuple(_known(report)),
        unknown=tuple(_unknown(report)),
        changes=tuple(_changes(report)),
        asserts=tuple(_asserts(report)),
        signed=tuple(_signed(report)),
        dissent=tuple(_dissent(report)),
    )


def _known(report: AssessReport) -> Iterator[str]:
    """Yield the numbers that decide: open thresholds first, then the closest to their bounds."""
    found = [
        (threshold.threshold, line)
        for threshold in report.determination.thresholds
        if not threshold.changed_by
        and (line := deciding_line(report, threshold=threshold)) is not None
        and line.finding.estimate is not None
    ]

    def urgency(entry: tuple[str, CriterionLine]) -> tuple[int, float]:
        distance = entry[1].distance
        relative = distance.relative if distance is not None else None
        return -entry[1].outcome.rank, 1.0 if relative is None else relative

    for threshold, line in sorted(found, key=urgency)[:_LINES]:
        yield f"{clean(threshold)} is {line.outcome.words}. {_measured(line)}"
    if not found:
        yield "Nothing: no evaluation that the framework asks for has a usable result."


def _measured(line: CriterionLine) -> str:
    estimate, limits, show = line.finding.estimate, line.finding.limits, line.scale.show
    title = line.title[:1].upper() + line.title[1:]
    if estimate is None or estimate.value is None or limits is None:
        return f"{title}: {line.evidence}."
    upper = "unbounded" if estimate.upper is None else show(estimate.upper, beside=limits.rule_out)
    lower = show(estimate.lower, beside=limits.rule_out)
    side, safe = ("upper", "below") if limits.higher_is_worse else ("lower", "above")
    asked = f"to rule out, the {side} one must lie {safe} {show(limits.rule_out)}"
    if line.outcome is Outcome.RULED_OUT:
        asked = f"the {side} one lies {safe} {show(limits.rule_out)}"
    elif line.outcome is Outcome.REACHED:
        side, bad = ("lower", "above") if limits.higher_is_worse else ("upper", "below")
        asked = f"the {side} one lies {bad} {show(limits.rule_in)}"
    against = obstacle(line.finding)
    if against:
        # Where the limit would do, only the rest keeps it open.
        safe_side = line.distance is not None and (line.distance.relative or 0) > 0
        asked = against if safe_side else f"{asked}; {against}"
    worst = elicitations(line.finding)
    tried = f" in the worst of {worst} elicitations" if worst > 1 else ""
    behind = f"over {estimate.counts.scored:,} attempts"
    if not estimate.counts.planned:  # published: no attempts were seen
        behind = f"as published (n {estimate.units:,})" if estimate.units else "as published"
    return f"{title}: {show(estimate.value)} {behind}{tried}, limits {lower} to {upper}; {asked}."


def _unknown(report: AssessReport) -> Iterator[str]:
    if report.explanation.unknown:
        yield from (_sentence(clean(text)) for text in report.explanation.unknown[:_LINES])
        return
    opened = [
        f"Whether {clean(threshold.threshold)} is crossed."
        for threshold in report.determination.thresholds
        if threshold.outcome is Outcome.UNDETERMINED
    ]
    missing = [f"{clean(o.what)}: {clean(o.says)}." for o in report.determination.omissions]
    found = [*opened, *missing][:_LINES]
    yield from found or ["No question of this framework is open; what it does not ask is below."]


def _changes(report: AssessReport) -> Iterator[str]:
    """Yield the ways that open a closed gate, or what would close an open one."""
    explanation, decision = report.explanation, report.decision
    found, covered = [], set()
    if decision is None or decision.verdict is not Verdict.ALLOW:
        work = explanation.work if decision is None else decision.work or explanation.work
        ways = work_ways(
            work, framework=report.framework, explanation=explanation, decision=decision
        )
        found = [_way(way) for way in ways]
        covered = {item.settles for way in ways for item in way.items}
    wanted = {"closes"} if decision and decision.verdict is Verdict.ALLOW else {"opens", "lowers"}
    flips = [f for f in explanation.flips if f.direction in wanted and f.path not in covered]
    found += flip_lines(flips, names=_NAMES, verdict_only=decision is not None)
    for text in found[:_LINES]:
        yield _sentence(text)
    if not found:
        yield "No single fact would change the answer."


def _way(way: Way) -> str:
    """Return a way forward in one sentence; many safeguards are counted."""
    if way.standards and len(way.items) > _NAMES:
        counts = Counter(item.group for item in way.items)
        parts = ", ".join(f"{count} of `{clean(group)}`" for group, count in counts.items())
        return f"{way.heading} {len(way.items)} safeguards: {parts}"
    text = way_text(way)
    return f"{text.first} {'; '.join(text.rest)}".strip()


def _asserts(report: AssessReport) -> Iterator[str]:
    determination, subject = report.determination, clean(report.subject.name)
    yield "I read this page and the list “What this does not establish”."
    yield f"I know of no run, incident or objection about {subject} that is missing here."
    if determination.subject.binding != "measured":
        yield (
            f"The logs are about {subject} ({binding_line(determination)}: "
            f"{binding_sentence(determination)})."
        )
    if determination.plan_declared == "after":
        yield f"I know that {plan_sentence(determination)} ({plan_line(determination)})."
    lapse = determination.expires_at
    decision = report.decision
    if decision is not None and decision.expires_at is not None:
        lapse = min(decision.expires_at, lapse or decision.expires_at)
    until = f", and lapses on {day(lapse)}" if lapse is not None else ""
    yield f"This binds to determination `{short(report.determination_digest)}` only{until}."
    yield f"It does not say that {subject} is safe."


def _signed(report: AssessReport) -> Iterator[str]:
    digest = report.determination_digest
    asked, signed = asked_roles(report), signed_roles(report)
    for approval in report.approvals:
        counts = approval.determination == digest and _is_for(approval, report.decision)
        note = "" if counts else "; for another determination or action, so it does not count"
        when = day(approval.approved_at)
        who = f"{clean(approval.signer)} as {clean(approval.role)}"
        yield f"Signed off: {who}, {when} ({_vouched(report, approval.assurance)}{note})."
    for ruling in report.rulings:
        counts = ruling.determination == digest
        note = "" if counts else "; for another determination, so it does not count"
        for signature in ruling.signatures:
            who = f"{clean(signature.signer)} as {clean(signature.role)}"
            vouched = _vouched(report, signature.assurance)
            yield f"Ruled: {who}, {day(ruling.ruled_at)} ({vouched}{note})."
        yield f"Reasons of the ruling: {_sentence(clean(ruling.reasons))}"
    if not signed:
        yield "Nobody has signed this one." if report.approvals else "Nobody has signed."
    missing = [role for role in asked if role not in signed]
    if missing:
        yield f"Asked to sign: {'; '.join(_office(report, role) for role in missing)}."


def _vouched(report: AssessReport, assurance: Assurance) -> str:
    """How a statement is vouched for, in words."""
    if assurance != "attested":
        return assurance
    return "attested by a server" + (
        "" if _takes(report, assurance) else ", which the framework does not accept"
    )


def _takes(report: AssessReport, assurance: Assurance) -> bool:
    """Whether a role has signed by this: never by the word of a server that is refused."""
    return assurance != "attested" or report.framework.accepts(assurance)


def asked_roles(report: AssessReport) -> tuple[str, ...]:
    """Return the roles whose signature the framework asks for, for the action asked about."""
    rule = None
    if report.decision is not None:
        rule = report.framework.actions.get(report.decision.action.name)
    ruling = report.framework.ruling
    return tuple(
        dict.fromkeys(
            (*(rule.sign_offs if rule else ()), *(ruling.roles if ruling.required else ()))
        )
    )


def signed_roles(report: AssessReport) -> frozenset[str]:
    """Return the roles that signed for this determination and action."""
    digest = report.determination_digest
    approvals = {
        one.role
        for one in report.approvals
        if one.determination == digest
        and _is_for(one, report.decision)
        and (one.expires_at is None or report.at < one.expires_at)
        and _takes(report, one.assurance)
    }
    rulings = [one for one in report.rulings if one.determination == digest]
    ruled = {part for one in rulings for part in one.signatures if _takes(report, part.assurance)}
    return frozenset(approvals | {part.role for part in ruled})


def _office(report: AssessReport, role: str) -> str:
    known = report.framework.roles.get(role)
    return f"{clean(role)} ({clean(known.says)})" if known else clean(role)


def _is_for(approval: Approval, decision: Decision | None) -> bool:
    if decision is None:
        return True
    asked = decision.action
    return approval.is_for(asked.name, surface=asked.surface, audience=asked.audience)


def _dissent(report: AssessReport) -> Iterator[str]:
    found = False
    for record in report.negatives.records:
        if record.kind in {"dissent", "objection"}:
            found = True
            state = f", resolved {day(record.resolved_at)}" if record.resolved_at else ""
            when = day(record.happened_at)
            yield f"{record.kind.capitalize()} of {when}{state}: {_sentence(clean(record.says))}"
    complete = report.negatives.complete_as_of
    if not found:
        known = "nothing shows that the record is complete"
        if complete is not None:
            known = f"the record is said to be complete up to {day(complete)}"
        yield f"No dissent is on record; {known}."


def _sentence(text: str) -> str:
    """Return `text` with a capital and a full stop, unless it starts with a name or code."""
    head = (
        text[:1].upper() + text[1:]
        if text[:1].isalpha() and text.split(" ", maxsplit=1)[0].islower()
        else text
    )
    return head if head.endswith((".", "!", "?", "…")) else f"{head}."
