"""The published record, comparison by comparison: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from tierlock.core import Finding, Outcome, RegisterEntry
from tierlock.report.layout import Paint, cells, finish, labelled, pad, style_of, wrap
from tierlock.report.numbers import count_of, show_plain
from tierlock.report.sanitize import clean, escape_json

Sign = Literal["<", "<=", ">", ">="]
_SIGNS: Final[Mapping[Sign, str]] = {
    "<": "under",
    "<=": "at most",
    ">": "above",
    ">=": "at least",
}
_LEGEND: Final = (
    "Each number that was published together with a bar. On the left what a plain comparison "
    "says; on the right what the published data can show about that one bar, allowing an error "
    "of 5 %: RULED OUT (on the safe side), REACHED (on the dangerous side) or "
    "UNDETERMINED (they can not tell). One bar is not a verdict on a model: developers weigh "
    "many results, and most of what they know is not published."
)

_NO_SAMPLE: Final = "what was counted is not a sample"
_BOTH_SIDES: Final = "the data fit both sides of the bar"
_FURTHER: Final = (
    ("tierlock register", "what developers and others stated, with sources"),
    ("tierlock register --numbers", "the folder of the numbers, for `assess`"),
    ("docs/concepts/opus-4.md", "one of these comparisons worked through"),
    ("docs/reference/published-record.md", "where the numbers come from"),
)


class Comparison(NamedTuple):
    """One published bar and one published number.

    Attributes:
        published: the bar in the publication's words, paraphrased.
        holds: whether the literal comparison holds.
        finding: what the engine finds with the bar as the only bound.
    """

    published: str
    sign: Sign
    bound: float
    holds: bool
    finding: Finding

    @property
    def resolved(self) -> bool:
        """Whether the published data show on which side of the bar the value is."""
        return self.finding.outcome is not Outcome.UNDETERMINED


class PublishedNumber(NamedTuple):
    """A published number with its bars.

    Attributes:
        run_id: its name in the record.
        score: the value as published.
        sized: whether a sample size is published for it.
        detail: what it counts (best of five, one subset), as far as that is known.
        stated: what the publication concluded from it; empty where it says nothing.
        remark: why its units are no sample; empty where nothing speaks against that.
    """

    run_id: str
    evaluation: str
    score: float
    citation: str
    sized: bool
    detail: str
    stated: str
    remark: str
    comparisons: tuple[Comparison, ...]


class RecordedModel(NamedTuple):
    """A model with what its publisher stated, and its numbers in the order of the record."""

    name: str
    title: str
    stated: tuple[RegisterEntry, ...]
    numbers: tuple[PublishedNumber, ...]


def render_record_text(
    models: Sequence[RecordedModel], *, width: int = 80, color: bool = False
) -> str:
    """Return the comparisons by model, and how many of them the published data can resolve.

    Args:
        models: in the order to print.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = [paint("The published record, bar by bar", "bold"), *wrap(_LEGEND, width=width)]
    for model in models:
        lines += ["", "=" * width, paint(clean(model.title), "bold")]
        for entry in model.stated:
            lines += labelled(_stated(entry), width=width)
        if not model.stated:
            lines.append("  nothing stated in the register")
        if not model.numbers:
            says = "The record holds no number of this model with a published bar: nothing to test."
            lines += ["", *(f"  {line}" for line in wrap(says, width=width - 2))]
        lines += _numbers(model, width=width, paint=paint)
    return finish([*lines, "", "=" * width, *_summary(models, width=width, paint=paint)])


def render_record_json(models: Sequence[RecordedModel]) -> str:
    """Return the same as indented JSON; `finding` is the engine's, complete."""
    whole = {
        "exitCode": 0,
        "counts": _counts(models),
        "models": [
            {
                "subject": model.name,
                "title": model.title,
                "stated": [one.model_dump(mode="json", by_alias=True) for one in model.stated],
                "numbers": [_number_json(number) for number in model.numbers],
            }
            for model in models
        ],
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def literal_words(score: float, *, comparison: Comparison) -> str:
    """Return the plain comparison as a sentence, such as `2.53 is not above 2.8: below`."""
    bound = comparison.bound
    said = f"{show_plain(score, beside=bound)} is "
    rest = f"{_SIGNS[comparison.sign]} {show_plain(bound)}"
    if comparison.holds:
        return said + rest
    side = "below" if score < bound else "above" if score > bound else "equal"
    return f"{said}not {rest}: {side}"


def why_open(number: PublishedNumber, *, comparison: Comparison) -> str:
    """Return why the published data do not resolve a comparison, in plain words."""
    kind, estimate = _kind(number, comparison=comparison), comparison.finding.estimate
    if kind == _NO_SAMPLE:
        return clean(number.remark)
    if kind == _BOTH_SIDES and estimate is not None and estimate.upper is not None:
        low, high = show_plain(estimate.lower), show_plain(estimate.upper)
        return f"the data fit {low} to {high}, on both sides of the bar"
    return kind


def _kind(number: PublishedNumber, *, comparison: Comparison) -> str:
    """Return the reason as it is counted, without the numbers of one case."""
    finding = comparison.finding
    codes = {reason.code for reason in finding.reasons}
    if "reported.too-little" in codes:
        missing = "spread or interval" if number.sized else "sample size"
        return _NO_SAMPLE if number.remark else f"no {missing} published"
    if "reported.unlabelled" in codes:
        return "what the ± means is not said, and its possible meanings disagree"
    estimate, limits = finding.estimate, finding.limits
    if estimate is not None and limits is not None and estimate.lower <= limits.rule_out:
        upper = limits.rule_out if estimate.upper is None else estimate.upper
        if upper >= limits.rule_out:
            return _BOTH_SIDES
    return clean("; ".join(reason.says for reason in finding.reasons))


def _stated(entry: RegisterEntry) -> Iterator[tuple[str, str]]:
    form = f" ({clean(entry.configuration)})" if entry.configuration else ""
    version = clean(entry.version) or "version unknown"
    yield "stated", f"{entry.date.words}, under {clean(entry.framework)} {version}{form}"
    if entry.level:
        yield "level", clean(entry.level)
    lines = (f"{clean(name)} {said.replace('_', ' ')}" for name, said in entry.thresholds.items())
    yield "lines", "; ".join(lines) or "none stated"
    for objection in entry.disputed_by:
        yield "disputed", clean(objection)
    yield "source", f"{clean(entry.citation)} ({entry.confidence})"


def _numbers(model: RecordedModel, *, width: int, paint: Paint) -> Iterator[str]:
    """Yield the numbers of a model under the documents that print them."""
    documents = dict.fromkeys(_document(number)[0] for number in model.numbers)
    column = max(
        (
            cells(literal_words(n.score, comparison=one))
            for n in model.numbers
            for one in n.comparisons
        ),
        default=0,
    )
    for document in documents:
        yield ""
        yield from (f"  {line}" for line in wrap(f"In: {document}", width=width - 2))
        for number in model.numbers:
            found, name = _document(number)
            if found == document:
                yield ""
                yield from _number(number, name=name, column=column, width=width, paint=paint)


def _document(number: PublishedNumber) -> tuple[str, str]:
    """Return the document of a number, and the place or name of the number in it."""
    title, closed, place = clean(number.citation).partition("), ")
    return (f"{title})", place) if closed else (title, clean(number.evaluation).replace("_", " "))


def _number(
    number: PublishedNumber, *, name: str, column: int, width: int, paint: Paint
) -> Iterator[str]:
    named = f"{name} ({clean(number.detail)})" if number.detail else name
    yield from (f"  {paint(line, 'bold')}" for line in wrap(named, width=width - 2))
    for one in number.comparisons:
        yield from (f"    {line}" for line in wrap(f"bar: {clean(one.published)}", width=width - 4))
        outcome = one.finding.outcome
        why = "" if one.resolved else f": {why_open(number, comparison=one)}"
        said = pad(literal_words(number.score, comparison=one), width=column)
        first, *rest = labelled([(said, outcome.words.upper() + why)], width=width, indent=4)
        word = outcome.words.upper()
        yield first.replace(word, paint(word, style_of(outcome)), 1)
        yield from rest
    if number.stated:
        said = f"the developer concluded: {clean(number.stated)}"
        yield from (f"    {line}" for line in wrap(said, width=width - 4))


def _summary(models: Sequence[RecordedModel], *, width: int, paint: Paint) -> list[str]:
    counts = _counts(models)
    why = Counter(_kind(number, comparison=one) for number, one in _all(models) if not one.resolved)
    found = f"{counts['ruledOut']} ruled out, {counts['reached']} reached"
    rows = [("can", f"{counts['resolved']}: {found}"), ("can not", f"{counts['undetermined']}:")]
    rows += [("", f"{count}: {reason}") for reason, count in why.most_common()]
    compared = count_of(counts["comparisons"], one="published comparison")
    question = f"{compared}. How many can the published data resolve?"
    return [
        *(paint(line, "bold") for line in wrap(question, width=width)),
        *labelled(rows, width=width),
        "",
        paint("Look further", "bold"),
        *labelled(_FURTHER, width=width),
    ]


def _counts(models: Sequence[RecordedModel]) -> dict[str, int]:
    found = Counter(one.finding.outcome for _, one in _all(models))
    return {
        "comparisons": found.total(),
        "resolved": found[Outcome.RULED_OUT] + found[Outcome.REACHED],
        "ruledOut": found[Outcome.RULED_OUT],
        "reached": found[Outcome.REACHED],
        "undetermined": found[Outcome.UNDETERMINED],
    }


def _all(models: Sequence[RecordedModel]) -> Iterator[tuple[PublishedNumber, Comparison]]:
    for model in models:
        for number in model.numbers:
            yield from ((number, one) for one in number.comparisons)


def _number_json(number: PublishedNumber) -> dict[str, object]:
    return {
        "runId": number.run_id,
        "evaluation": number.evaluation,
        "score": number.score,
        "citation": number.citation,
        "detail": number.detail,
        "stated": number.stated,
        "comparisons": [
            {
                "published": one.published,
                "comparison": one.sign,
                "bound": one.bound,
                "holds": one.holds,
                "literal": literal_words(number.score, comparison=one),
                "resolved": one.resolved,
                "why": "" if one.resolved else why_open(number, comparison=one),
                "finding": one.finding.model_dump(mode="json", by_alias=True),
            }
            for one in number.comparisons
        ],
    }
