"""The fixed sentences: question, answer, level, confidence, and what the answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierlock.core import Action, Decision, Determination, Framework, Outcome, Verdict
from tierlock.report.lines import trace_paths
from tierlock.report.numbers import count_of, show_share
from tierlock.report.reasons import all_of, conditions_of, why
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport

TIME: Final = "time: self-asserted"

# How an action of a framework reads after "may"; an unlisted action is named as it is.
_DOING: Final = {
    "continue_training": "continue training",
    "deploy_internal": "be used internally",
    "fine_tune_access": "be opened for fine-tuning",
    "deploy": "be deployed",
    "keep_deployed": "stay deployed",
    "keep_stored": "stay stored",
    "publish_weights": "have its weights published",
    "release": "be released",
    "store": "be stored",
    "train": "be trained",
}


def target_of(action: Action) -> str:
    """Return where an action leads: `api/general`, `api`, or nothing."""
    return "/".join(clean(part) for part in (action.surface, action.audience) if part)


def doing(action: Action) -> str:
    """Return the action as it reads after `may`."""
    words = _DOING.get(action.name, f"proceed with `{clean(action.name)}`")
    target = target_of(action)
    if not target:
        return words
    return f"{words} {'to' if action.name == 'deploy' else 'on'} {target}"


def verdict_sentence(decision: Decision) -> str:
    """Return the answer in one sentence, without the verdict's word.

    A closed gate never reads like an open one: HOLD says `may not ... yet`, DENY says `may not`.
    """
    subject, words = clean(decision.subject), doing(decision.action)
    if decision.verdict is Verdict.ALLOW:
        until = f" until {day(decision.expires_at)}" if decision.expires_at else ""
        terms = f", under {count_of(len(decision.conditions), one='condition')}"
        return f"{subject} may {words}{until}{terms if decision.conditions else ''}"
    return f"{subject} may not {words}{' yet' if decision.verdict is Verdict.HOLD else ''}"


def instruction_words(instruction: str) -> str:
    """Return an instruction of the framework as words: `pause_training` is `pause training`."""
    return clean(instruction).replace("_", " ")


def question(report: AssessReport) -> str:
    """Return what the report answers."""
    subject = clean(report.subject.name)
    if report.decision is None:
        return f"Which dangerous capabilities of {subject} are ruled out?"
    return f"May {subject} {doing(report.decision.action)}?"


def answer(report: AssessReport) -> tuple[str, str]:
    """Return the answer as one word and one sentence."""
    determination = report.determination
    if report.decision is not None:
        decision = report.decision
        sentence = verdict_sentence(decision)
        if decision.verdict is Verdict.ALLOW:
            stands = _why_allowed(report)
            return decision.verdict.value, f"{sentence}; {stands}." if stands else f"{sentence}."
        because = why(decision, explanation=report.explanation, framework=report.framework)
        return decision.verdict.value, f"{sentence}: {because.removesuffix('.')}."
    total = len(determination.thresholds)
    out = [t for t in determination.thresholds if t.outcome is Outcome.RULED_OUT]
    reached = [t for t in determination.thresholds if t.outcome is Outcome.REACHED]
    word = "Reached" if reached else "Undetermined"
    if total and len(out) == total:
        word = "Ruled out"
    counted = f"{len(out)} of {count_of(total, one='threshold')} ruled out"
    return word, f"{counted}; {level_sentence(determination)}."


def conditions(report: AssessReport) -> tuple[str, ...]:
    """Return the terms of a permission as sentences; a closed gate has none to offer."""
    decision = report.decision
    if decision is None:
        return ()
    return tuple(clean(condition.says) for condition in conditions_of(decision))


def reading_lines(decision: Decision, *, framework: Framework) -> tuple[str, ...]:
    """Return one line per contested clause of which a reading was chosen (spec/gate.md G-16).

    One that is still open is a reason of the gate, and said there.
    """
    lines = []
    for name, chosen in decision.readings.items():
        interpretation = framework.interpretations.get(name)
        by = " and ".join(interpretation.by) if interpretation is not None else ""
        if chosen:
            who = f", chosen by {by}" if by else ""
            lines.append(clean(f"{name}: {' and '.join(chosen)}{who}"))
    return tuple(lines)


def _why_allowed(report: AssessReport) -> str:
    """Return on what a permission stands; nothing where people ruled, for that is not computed."""
    thresholds = report.determination.thresholds
    if report.rulings or not thresholds:
        return ""
    opened = [clean(t.threshold) for t in thresholds if t.outcome is not Outcome.RULED_OUT]
    if not opened:
        return "every threshold is ruled out, and the safeguards owed are in place"
    are = "is" if len(opened) == 1 else "are"
    return f"{all_of(opened)} {are} not ruled out, and the safeguards owed are in place"


def level_sentence(determination: Determination) -> str:
    """Return the derived label, and what it would be if the undetermined were settled."""
    label, settled = clean(determination.label), clean(determination.label_if_settled)
    if label == settled:
        return label
    return f"{label} until settled; {settled} if all that is open is ruled out"


def owed_sentence(report: AssessReport) -> str:
    """Return the standards that the subject owes; one that nobody can meet says so."""
    names = []
    for owed in report.determination.owed:
        standard = report.framework.standards.get(owed.standard)
        undefined = standard is None or standard.undefined
        names.append(clean(owed.standard) + (" (undefined)" if undefined else ""))
    return ", ".join(names) or "nothing: the framework names no baseline"


def scope_sentence(outcome: Outcome) -> str:
    """Return whether declared facts put the subject out of the framework's scope."""
    if outcome is Outcome.RULED_OUT:
        return "out of scope by declared facts, where nothing measured says otherwise"
    if outcome is Outcome.REACHED:
        return "in scope by declared facts"
    return "in scope: the facts that could put it out of scope are not all declared"


def confidence_sentence(determination: Determination) -> str:
    """Return the guarantee per threshold and, by the union bound, for all of them together.

    Only thresholds with a measured criterion have one; attestations and facts have no error bound.
    """
    measured = {finding.path for finding in determination.findings if finding.kind == "measured"}
    guarded = [
        threshold.alpha_rule_out
        for threshold in determination.thresholds
        if not measured.isdisjoint(trace_paths(threshold.trace))
    ]
    if not guarded:
        return f"no {'measured ' if determination.thresholds else ''}threshold, no guarantee"
    low, high = show_share(1 - max(guarded)), show_share(1 - min(guarded))
    each = low if low == high else f"{low} to {high}"
    if len(guarded) == 1:
        return f"{each} for the one measured threshold"
    together = show_share(max(0.0, 1 - determination.union_bound))
    total = len(determination.thresholds)
    them = f"all {total}" if len(guarded) == total else f"the {len(guarded)} measured ones"
    return f"{each} per threshold, {together} for {them} together"


def plan_line(determination: Determination) -> str:
    """Return `declared: before` or `declared: after`."""
    return f"declared: {determination.plan_declared}"


def plan_sentence(determination: Determination) -> str:
    """Return what the declaration of the plan means for the reader."""
    if determination.plan_declared == "before":
        return "the plan was recorded before any run started"
    return "the plan was recorded after runs had started"


def binding_line(determination: Determination) -> str:
    """Return `binding: declared`, `signed` or `measured`."""
    return f"binding: {determination.subject.binding}"


def binding_sentence(determination: Determination) -> str:
    """Return how the logs are known to be about the subject."""
    if determination.subject.binding == "measured":
        return "the weights that ran were measured"
    if determination.subject.binding == "signed":
        return "somebody signed that the logs are about the subject"
    known = "" if determination.subject.parts.weights else "; no weights digest is known"
    return f"the logs name the subject, nothing proves it{known}"


def time_sentence() -> str:
    """Return what the missing outside anchor means for the reader."""
    return "no outside clock; runs never logged can not be excluded"


def rests_on(determination: Determination) -> str:
    """Return the three labels that every output carries, in one line."""
    return f"{plan_line(determination)} · {binding_line(determination)} · {TIME}"


def gaps(report: AssessReport) -> tuple[str, ...]:
    """Return what the answer does not establish; the explanation's list holds the framework's."""
    stated = report.explanation.does_not_establish or report.framework.does_not_establish
    return tuple(dict.fromkeys(map(clean, stated)))


def day(instant: datetime) -> str:
    """Return the UTC date of an instant.

    >>> day(datetime.fromisoformat("2026-11-22T23:30:00+00:00"))
    '2026-11-22'
    """
    return instant.date().isoformat()
