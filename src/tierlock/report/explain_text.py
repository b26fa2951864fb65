"""Why: the trace as a tree, the distance to every bound, what flips the answer, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Margin, Outcome, Step, ThresholdFinding
from tierlock.report.assess_text import mock_lines
from tierlock.report.flips import flip_lines
from tierlock.report.implied import STATED, changed_sentence
from tierlock.report.layout import Paint, bullets, cells, finish, style_of, wrap
from tierlock.report.lines import CriterionLine, criterion_lines
from tierlock.report.numbers import NBSP, count_of, show_count, show_plain
from tierlock.report.sanitize import clean
from tierlock.report.sensitivity import sensitivity_words
from tierlock.report.values import AssessReport
from tierlock.report.wording import answer, conditions, gaps, rests_on
from tierlock.report.work import way_texts

_FLIPS_SHOWN = 12


def render_explain_text(report: AssessReport, *, width: int = 80, color: bool = False) -> str:
    """Return the explanation of an assessment for a terminal of `width` columns."""
    paint = Paint(color=color)
    word, sentence = answer(report)
    determination = report.determination
    lines = [
        *mock_lines(report.mock_models, width=width, paint=paint),
        paint(word, "bold"),
        *(f"  {line}" for line in wrap(sentence, width=width - 2)),
        *bullets([f"condition: {term}" for term in conditions(report)], width=width, mark="!"),
    ]
    for threshold in determination.thresholds:
        lines += ["", *_threshold(report, threshold, width=width, paint=paint)]
    outside = [clean(path) for path in determination.outside_guarantee]
    missing = [
        f"{clean(o.what)}: {clean(o.says)}{' (owed by a plan or run)' if o.owed else ''}"
        for o in determination.omissions
    ]
    parts: list[tuple[str, list[str]]] = [
        ("What one fact would change", _flips(report, width=width)),
        ("Missing", bullets(missing, width=width, mark="·")),
        ("Work", list(_work(report, width=width))),
        ("Outside the error guarantee", bullets(outside, width=width, mark="·")),
        ("What this does not establish", bullets(gaps(report), width=width, mark="·")),
        ("Rests on", [f"  {rests_on(determination)}"]),
    ]
    for title, body in parts:
        if body:
            lines += ["", paint(title, "bold"), *body]
    return finish(lines)


def connective_words(step: Step) -> str:
    """Return a connective as the reader needs it: when it is crossed, when it is ruled out."""
    total = len(step.steps)
    if step.op == "all":
        return f"crossed when {'both' if total == 2 else f'all {total}'} are, ruled out when one is"
    k = 1 if step.op == "any" else step.k or 1
    if k == 1:
        return f"crossed when any of {total} is, ruled out when every one is"
    return f"crossed when at least {k} of {total} are, ruled out when {total - k + 1} are"


def distance_words(line: CriterionLine) -> list[str]:
    """Return how far a criterion is from its bound and how much its rule-out would bear."""
    distance = line.distance
    found = [text for text in (line.margin, *line.settling) if text]
    if distance is None:
        return found
    if line.outcome is Outcome.UNDETERMINED:
        if distance.samples is not None or distance.likely_samples is not None:
            found.append(_likelihood(line, distance))
        elif distance.not_computable:
            found.append(f"more samples: not computable: {clean(distance.not_computable)}")
    if distance.elicitation_factor is not None:
        beyond = ""
        declared = distance.sensitivity.declared_factor if distance.sensitivity else 1.0
        if declared != 1.0:
            beyond = f", beyond the {show_plain(declared)}× that the bound allows for"
        found.append(f"bears {show_plain(distance.elicitation_factor)}× better elicitation{beyond}")
    if distance.fragility is not None:
        sample = count_of(distance.fragility, one="safe sample")
        found.append(f"lost if {sample} turned dangerous")
    return [*found, *sensitivity_words(distance, outcome=line.outcome)]


def _likelihood(line: CriterionLine, distance: Margin) -> str:
    """Return under which rate the likely number of samples was computed."""
    measured = line.finding.estimate is not None and line.finding.estimate.units > 0
    if distance.likely_samples is None:
        rate = "seen" if measured else "of half the bound"
        return f"at the rate {rate}, more samples are unlikely to settle it"
    rate = "the rate seen is the true one" if measured else "the true rate is half the bound"
    stated = f"likely {show_count(distance.likely_samples)}"
    if any(stated in text for text in line.settling):
        return f"likely: with 80{NBSP}% probability if {rate}"
    likely = count_of(distance.likely_samples, one="sample")
    return f"{likely} settle it with 80{NBSP}% probability if {rate}"


def _threshold(
    report: AssessReport, threshold: ThresholdFinding, *, width: int, paint: Paint
) -> Iterator[str]:
    name, words = clean(threshold.threshold), threshold.outcome.words
    yield f"{paint(name, 'bold')}  {paint(words, style_of(threshold.outcome))}"
    defined = report.framework.thresholds.get(threshold.threshold)
    cite = f" [{clean(defined.cite)}]" if defined and defined.cite else ""
    if defined:
        yield from (f"  {line}" for line in wrap(clean(defined.says) + cite, width=width - 2))
    notes = [changed_sentence(report, threshold=threshold)]
    notes += [clean(reason.says) for reason in threshold.reasons if reason.code not in STATED]
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
            if clean(reason.says) not in {line.evidence, *line.settling}:
                yield f"{clean(reason.says)} [{clean(reason.code)}]"


def _hanging(text: str, *, first: str, rest: str, width: int) -> Iterator[str]:
    head, *tail = wrap(text, width=max(20, width - max(cells(first), cells(rest))))
    yield first + head
    yield from (rest + line for line in tail)


def _flips(report: AssessReport, *, width: int) -> list[str]:
    lines = flip_lines(report.explanation.flips)
    shown = bullets(lines[:_FLIPS_SHOWN], width=width, mark="·")
    more = len(lines) - _FLIPS_SHOWN
    return [*shown, f"  and {more} more in --format json"] if more > 0 else shown


def _work(report: AssessReport, *, width: int) -> Iterator[str]:
    explanation = report.explanation
    for way in way_texts(
        explanation.work,
        framework=report.framework,
        explanation=explanation,
        decision=report.decision,
        full=True,
    ):
        # A heading is followed by its lines even where there is one: they are sentences here.
        yield from bullets([way.title] if way.heading else way.lines, width=width, mark="·")
        if way.heading:
            yield from bullets(way.lines, width=width, mark="-", indent=4)
