"""`demo record`: the published numbers, held against the bars that were published with them.

Every comparison is judged by the engine, under a framework of one criterion whose bound is the bar.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from tierlock.core import (
    ActionRule,
    AsPublished,
    Correction,
    Corrections,
    Domain,
    ErrorControl,
    Estimand,
    Evaluation,
    Evidence,
    Finding,
    Framework,
    FrameworkSource,
    InputError,
    Measured,
    Record,
    Reported,
    SafeguardCriterion,
    Standard,
    Subject,
    Threshold,
    Tier,
)
from tierlock.frameworks import parse_record, read_register
from tierlock.importers import RECORD, read_record
from tierlock.policy import determine, plan_after, register_of
from tierlock.report import Comparison, PublishedNumber, RecordedModel

BARS: Final = RECORD.parent / "record-bars.yaml"
"""The published bars; not in the folder of the record, where every file is evidence."""
SHOWN: Final[Mapping[str, str]] = {
    "claude-3-7-sonnet": "Claude 3.7 Sonnet",
    "claude-sonnet-4": "Claude Sonnet 4",
    "claude-opus-4": "Claude Opus 4",
    "claude-opus-4-5": "Claude Opus 4.5",
    "gpt-5.3-codex": "GPT-5.3-Codex",
    "gemini-3.1-pro": "Gemini 3.1 Pro",
    "gemini-3.7-flash": "Gemini 3.7 Flash",
}
"""The models that are shown, by their names in the record and the register."""
ERROR: Final = 0.05
_ARMS: Final = ("control", "model")
_UNSAID: Final = frozenset({"", "-", "(history)"})
_DETAILS: Final = ("statistic", "set", "counts", "differs")
_HOLDS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class PublishedBar(Record):
    """One bar as its publisher words it, and as a comparison.

    Attributes:
        higher_is: whether a higher value is `worse` or `better` for safety.
    """

    published: str = Field(min_length=1)
    comparison: Literal["<", "<=", ">", ">="]
    bound: float
    higher_is: Literal["worse", "better"] = "worse"


class BarRow(Record):
    """The bars of one number of the record.

    Attributes:
        score: the value as published; the ratio of rounded arms can differ from it.
        share: whether the score lies between 0 and 1.
        doubt: why the counted units are no sample; empty where nothing speaks against that.
        in_passing: whether the document is about another model, whose `determination` it is then.
        determination: what the publication concluded from the number.
    """

    row: str
    run_id: str
    subject: str
    evaluation: str
    card: str
    score: float
    share: bool = False
    doubt: str = ""
    in_passing: bool = False
    bars: tuple[PublishedBar, ...] = Field(min_length=1)
    determination: str = ""


class _Bars(Record):
    rows: tuple[BarRow, ...] = Field(min_length=1)


def read_bars(path: Path = BARS) -> tuple[BarRow, ...]:
    """Return the published bars of every number of the record.

    Raises:
        InputError: the file can not be read, or is not such a list; with line and column.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError("input.file", f"`{path}` can not be read: {reason}") from None
    return parse_record(data, kind=_Bars, name=str(path)).rows


def compare_record() -> tuple[RecordedModel, ...]:
    """Return the shown models with what was stated, and every published bar judged anew."""
    runs = {item.run_id: item for item in read_record()}
    rows, stated = read_bars(), read_register()
    return tuple(
        RecordedModel(
            name=name,
            title=title,
            stated=tuple(
                entry
                for entry in stated
                if entry.subject == name and entry.asserted_by.kind == "publisher"
            ),
            numbers=tuple(
                _number(row, evidence=runs[row.run_id]) for row in rows if row.subject == name
            ),
        )
        for name, title in SHOWN.items()
    )


def judge_bar(bar: PublishedBar, *, row: BarRow, evidence: Evidence) -> Finding:
    """Return what the engine finds about one number when the bar is its only bound."""
    if row.doubt:  # what was counted is no sample, so its number is no sample size
        evidence = evidence.model_copy(update={"reported": (Reported(mean=row.score),)})
    framework = _framework(bar, row=row, evidence=evidence)
    # An input may not be later than the question, and nothing here ages.
    at, subject = evidence.measured_at + timedelta(days=1), Subject(name=evidence.subject.name)
    plan = plan_after(
        framework, subject=subject, register=register_of([evidence], framework=framework)
    )
    (finding,) = determine(framework, plan, [evidence], subject=subject, at=at).findings
    return finding


def _number(row: BarRow, *, evidence: Evidence) -> PublishedNumber:
    told = evidence.configuration
    return PublishedNumber(
        run_id=row.run_id,
        evaluation=row.evaluation,
        score=row.score,
        citation=evidence.source.citation,
        sized=all(part.n is not None for part in evidence.reported),
        detail="; ".join(told[key] for key in _DETAILS if key in told),
        stated="" if row.in_passing or row.determination in _UNSAID else row.determination,
        remark=row.doubt,
        comparisons=tuple(
            Comparison(
                published=bar.published,
                sign=bar.comparison,
                bound=bar.bound,
                holds=_HOLDS[bar.comparison](row.score, bar.bound),
                finding=judge_bar(bar, row=row, evidence=evidence),
            )
            for bar in row.bars
        ),
    )


def _framework(bar: PublishedBar, *, row: BarRow, evidence: Evidence) -> Framework:
    """The smallest framework that asks one question: is the value beyond this bar?"""
    unstated = "the published comparison makes no such correction"
    two_arms = {part.arm for part in evidence.reported} == set(_ARMS)
    return Framework(
        framework="record/bar",
        version="1",
        title="One published bar",
        publisher="Tierlock",
        effective=evidence.measured_at.date(),
        source=FrameworkSource(title=evidence.source.citation),
        precaution="hold",
        error_control=ErrorControl(rule_out=ERROR, rule_in=ERROR, period="P1Y"),
        corrections=Corrections(
            elicitation_factor=Correction(value=1.0, reason=unstated),
            buffer=Correction(value=0.0, reason=unstated),
        ),
        tiers=(
            Tier(id="this-side", says="the bar is not crossed"),
            Tier(id="beyond", says="it is"),
        ),
        baseline_tier="this-side",
        baseline=("none",),
        domains={"record": Domain(title="The published record")},
        evaluations={
            "number": Evaluation(
                title=row.evaluation,
                tasks=(row.evaluation,),
                range=(0.0, 1.0 if row.share or two_arms else None),
                higher_is=bar.higher_is,
            )
        },
        thresholds={
            "bar": Threshold(
                domain="record",
                tier="beyond",
                says=bar.published,
                obliges=("none",),
                crossed_if=_criterion(bar, evidence=evidence, two_arms=two_arms),
            )
        },
        standards={
            "none": Standard(
                title="nothing is owed",
                kind="deployment",
                criteria={"shown": SafeguardCriterion(says="the comparison is shown")},
            )
        },
        actions={"show": ActionRule(needs=("deployment",))},
    )


def _criterion(bar: PublishedBar, *, evidence: Evidence, two_arms: bool) -> Measured:
    worse = bar.higher_is == "worse"
    return Measured(
        evaluation="number",
        says=bar.published,
        estimand=Estimand(name="uplift_ratio", arms=_ARMS)
        if two_arms
        else Estimand(name="mean_score"),
        rule_out_below=bar.bound if worse else None,
        rule_out_above=None if worse else bar.bound,
        basis="published",
        cite=evidence.source.citation,
        as_published=AsPublished(comparison=bar.comparison, bound=bar.bound),
    )
