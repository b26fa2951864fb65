"""Why: the trace as a tree, the distance to every bound, what flips the answer, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Flip, Outcome, Step, ThresholdFinding
from tierlock.report.assess_text import mock_lines
from tierlock.report.layout import Paint, bullets, cells, finish, labelled, style_of, wrap
from tierlock.report.lines import CriterionLine, criterion_lines
from tierlock.report.numbers import NBSP, count_of, show_plain
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.wording import answer, gaps, rests_on
from tierlock.report.work import way_lines

_WORSE = ("closes", "raises")
_CHANGED_BY = {
    "implied_below": "ruled out by another threshold that implies it",
    "implied_above": "raised by another threshold that implies it",
    "scope": "out of scope by declared facts",
}


def render_explain_text(report: AssessReport, *, width: int = 80, color: bool = False) -> str:
    """Return the explanation of an assessment for a terminal of `width` columns."""
    paint = Paint(color=color)
    word, sentence = answer(report)
    determination = report.determination
    lines = [
        *mock_lines(report, width=width, paint=paint),
        paint(word, "bold"),
        *(f"  {line}" for line in wrap(sentence, width=width - 2)),
    ]
    for threshold in determination.thresholds:
        lines += ["", *_threshold(report, threshold, width=width, paint=paint)]
    outside = [clean(path) for path in determination.outside_guarantee]
    missing = [
        f"{clean(o.what)}: {clean(o.says)}{' (owed by a plan or run)' if o.owed else ''}"
        for o in determination.omissions
    ]
    ordered = sorted(report.explanation.flips, key=lambda flip: flip.direction in _WORSE)
    flips = [flip_words(flip) for flip in ordered]
    parts: list[tuple[str, list[str]]] = [
        ("What one fact would change", bullets(flips, width=width, mark="·")),
        ("Missing", bullets(missing, width=width, mark="·")),
        ("Work", _work(report, width=width)),
        ("Outside the error guarantee", bullets(outside, width=width, mark="·")),
        ("What this does not establish", bullets(gaps(report), width=width, mark="·")),
        ("Rests on", [f"  {rests_on(determination)}"]),
    ]
    for title, body in parts:
        if body:
            lines += ["", paint(title, "bold"), *body]
    return finish(lines)


def flip_words(flip: Flip) -> str:
    """Return a single fact that would change the answer, as a clause."""
    becomes = clean(flip.to).replace("_", " ")
    changes = clean(flip.changes).replace("->", "→").replace("_", " ")
    return f"if {clean(flip.path)} were {becomes}: {changes}"


def connective_words(step: Step) -> str:
    """Return a connective as the reader needs it: when it is crossed, when it is ruled out."""
    total = len(step.steps)
    if step.op == "all":
        return f"crossed when all {total} are, ruled out when one is"
    k = 1 if step.op == "any" else step.k or 1
    if k == 1:
        return f"crossed when any of {total} is, ruled out when every one is"
    return f"crossed when at least {k} of {total} are, ruled out when {total - k + 1} are"


def changed_words(threshold: ThresholdFinding) -> str:
    """Return why the outcome differs from what the criteria alone give; empty if it does not."""
    if not threshold.changed_by:
        return ""
    return f"criteria alone: {threshold.tree_outcome.words}; {_CHANGED_BY[threshold.changed_by]}"


def distance_words(line: CriterionLine) -> list[str]:
    """Return how far a criterion is from its bound and how much its rule-out would bear."""
    found, distance = [line.margin] if line.margin else [], line.distance
    if distance is None:
        return found
    if distance.likely_samples is not None and distance.likely_samples != distance.samples:
        likely = count_of(distance.likely_samples, one="sample")
        found.append(
            f"{likely} settle it with 80{NBSP}% probability if the rate seen is the true one"
        )
    if distance.elicitation_factor is not None:
        found.append(f"bears {show_plain(distance.elicitation_factor)}× better elicitation")
    if distance.fragility is not None:
        sample = count_of(distance.fragility, one="safe sample")
        found.append(f"lost if {sample} turned dangerous")
    return found


def _threshold(
    report: AssessReport, threshold: ThresholdFinding, *, width: int, paint: Paint
) -> Iterator[str]:
    name, words = clean(threshold.threshold), threshold.outcome.words
    yield f"{paint(name, 'bold')}  {paint(words, style_of(threshold.outcome))}"
    defined = report.framework.thresholds.get(threshold.threshold)
    cite = f" [{clean(defined.cite)}]" if defined and defined.cite else ""
    if defined:
        yield from (f"  {line}" for line in wrap(clean(defined.says) + cite, width=width - 2))
    notes = [changed_words(threshold), *(clean(reason.says) for reason in threshold.reasons)]
    if threshold.contradiction:
        notes.append("thresholds that imply each other contradict each other here")
    yield from bullets([note for note in notes if note], width=width, mark="!")
    by_path = {line.finding.path: line for line in criterion_lines(report, threshold=name)}
    yield from _step(threshold.trace, by_path, prefix="  ", branch="", width=width, paint=paint)


def _step(
    step: Step,
    by_path: dict[str, CriterionLine],
    *,
    prefix: str,
    branch: str,
    width: int,
    paint: Paint,
) -> Iterator[str]:
    below = {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
    if step.op != "leaf":
        text = f"{connective_words(step)}: {step.outcome.words}"
        yield from _hanging(text, first=prefix + branch, rest=prefix + below, width=width)
        for number, child in enumerate(step.steps):
            mark = "└─ " if number == len(step.steps) - 1 else "├─ "
            yield from _step(
                child, by_path, prefix=prefix + below, branch=mark, width=width, paint=paint
            )
        return
    line = by_path.get(step.finding or "")
    if line is None:
        missing = f"{clean(step.finding or 'criterion')}: no finding is recorded"
        yield from _hanging(missing, first=prefix + branch, rest=prefix + below, width=width)
        return
    outcome = paint(line.outcome.words, style_of(line.outcome))
    yield f"{prefix}{branch}{paint(line.name, 'bold')}  {outcome}"
    for text in dict.fromkeys(_leaf_texts(line)):
        yield from _hanging(
            text, first=f"{prefix}{below}  ", rest=f"{prefix}{below}  ", width=width
        )


def _leaf_texts(line: CriterionLine) -> Iterator[str]:
    finding = line.finding
    yield line.evidence
    if line.bounds:
        cite = f"; {line.cite}" if line.cite else ""
        yield f"bounds: {line.bounds} [{line.basis}{cite}]"
    yield from distance_words(line)
    if finding.estimate is not None:
        estimate, limits = finding.estimate, finding.limits
        monotone = "" if estimate.monotone else ", not monotone"
        alpha = f" at {show_plain(limits.alpha_rule_out)}" if limits else ""
        yield (
            f"method: {clean(estimate.method)}, {estimate.guarantee} guarantee{monotone}; "
            f"rule-out p {show_plain(estimate.rule_out_p)}{alpha}"
        )
    if not finding.guarded:
        yield f"outside the error guarantee: decided by {finding.decided_by}"
    if finding.as_published is not None:
        crossed = "crossed" if finding.as_published else "not crossed"
        yield f"the publisher's literal comparison: {crossed} (shown only, decides nothing)"
    if finding.outcome is not Outcome.RULED_OUT:
        for reason in finding.reasons:
            if reason.says != line.margin:
                yield f"{clean(reason.says)} [{clean(reason.code)}]"


def _hanging(text: str, *, first: str, rest: str, width: int) -> Iterator[str]:
    head, *tail = wrap(text, width=max(20, width - max(cells(first), cells(rest))))
    yield first + head
    yield from (rest + line for line in tail)


def _work(report: AssessReport, *, width: int) -> list[str]:
    explanation = report.explanation
    ways = way_lines(
        explanation.work,
        framework=report.framework,
        explanation=explanation,
        decision=report.decision,
    )
    return labelled([(f"{i}.", text) for i, text in enumerate(ways, start=1)], width=width)
