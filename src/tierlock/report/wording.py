"""The fixed sentences: question, answer, level, confidence, and what the answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierlock.core import Action, Decision, Determination, GateReason, Outcome, Verdict
from tierlock.report.numbers import count_of, show_share
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport

TIME: Final = "time: self-asserted"

# How an action of a framework reads after "may"; an unlisted action is named as it is.
_DOING: Final = {
    "continue_training": "continue training",
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


def reasons_of(decision: Decision) -> tuple[GateReason, ...]:
    """Return the reasons of a closed gate: DENY first, missing signatures last.

    A closed gate always has a reason.
    """
    if decision.verdict is Verdict.ALLOW:
        return decision.reasons
    if not decision.reasons:
        says = "nothing shows that the action is permitted"
        return (
            GateReason(
                code="gate.default-deny",
                says=says,
                verdict="DENY" if decision.verdict is Verdict.DENY else "HOLD",
                about=decision.action.name,
            ),
        )
    return tuple(sorted(decision.reasons, key=_weight))


def _weight(reason: GateReason) -> tuple[bool, bool]:
    return reason.verdict != "DENY", reason.code.startswith(("approval.", "ruling."))


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
        because = ""
        reasons = reasons_of(decision)
        if reasons:
            because = f": {clean(reasons[0].says)}"
            more = len(reasons) - 1
            because += f" (and {count_of(more, one='more reason')})" if more else ""
        return decision.verdict.value, f"{verdict_sentence(decision)}{because}."
    total = len(determination.thresholds)
    out = [t for t in determination.thresholds if t.outcome is Outcome.RULED_OUT]
    reached = [t for t in determination.thresholds if t.outcome is Outcome.REACHED]
    word = "Reached" if reached else "Undetermined"
    if total and len(out) == total:
        word = "Ruled out"
    counted = f"{len(out)} of {count_of(total, one='threshold')} ruled out"
    return word, f"{counted}; {level_sentence(determination)}."


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
    """Return the guarantee per threshold and, by the union bound, for all of them together."""
    alphas = [threshold.alpha_rule_out for threshold in determination.thresholds]
    if not alphas:
        return "no threshold, no guarantee"
    low, high = show_share(1 - max(alphas)), show_share(1 - min(alphas))
    each = low if low == high else f"{low} to {high}"
    if len(alphas) == 1:
        return f"{each} for the one threshold"
    together = show_share(max(0.0, 1 - determination.union_bound))
    return f"{each} per threshold, {together} for all {len(alphas)} together"


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
