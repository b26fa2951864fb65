"""Published aggregates, typed from a document into YAML, each with its citation.

A publication's numbers are kept as it gives them: a mean stays a mean and is never turned into a
count, and a plus-or-minus without a label stays `unlabelled`, because what it means changes what
follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, get_args

import yaml
from pydantic import ValidationError

from tierlock.core import Evidence, Problem, Reported, Source, SubjectRef
from tierlock.importers.columns import Texts
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_yaml import Fields, compose_yaml, failed

_Spread = Literal["sd", "se", "ci95", "unlabelled"]
_NUMBERS: Final = ("n", "successes", "mean", "spread", "spread_is", "lower", "upper", "confidence")
ARM_KEYS: Final = ("arm", *_NUMBERS)
ENTRY_KEYS: Final = (
    "subject", "evaluation", "task_version", "run_id", "measured_at", "citation",
    "higher_is_better", "configuration", "arms", *_NUMBERS,
)  # fmt: skip
_TOP: Final = re.compile(rb"^reported\s*:", re.MULTILINE)


def recognises(glance: Glance) -> bool:
    """Tell whether a YAML file has the key `reported` at its top."""
    return glance.name.endswith((".yaml", ".yml")) and _TOP.search(glance.head) is not None


def read(log: LogFile) -> Imported:
    """Return one record per entry of the list `reported`.

    Raises:
        ImportFailed: with line and column: an unknown or doubled key, a missing citation, a value
            of another type, numbers that contradict each other.
    """
    top = Fields(compose_yaml(log), log=log, known=("reported",))
    evidence = tuple(_evidence(entry, log=log) for entry in top.items("reported"))
    if not evidence:
        return Imported(omissions=(omission("log.no-number", what=log.name),))
    return Imported(evidence)


def _evidence(node: yaml.Node, *, log: LogFile) -> Evidence:
    entry, texts = Fields(node, log=log, known=ENTRY_KEYS), Texts()
    subject, evaluation = texts.one(entry.text("subject")), texts.one(entry.text("evaluation"))
    citation = texts.one(entry.text("citation"))
    reported, problems = _arms(entry, node=node, log=log)
    return Evidence(
        evaluation=evaluation,
        task_version=texts.one(entry.text("task_version", default="")),
        run_id=texts.one(entry.text("run_id", default=f"{subject}/{evaluation}: {citation}")),
        subject=SubjectRef(name=subject),
        measured_at=entry.instant("measured_at"),
        higher_is_better=entry.truth("higher_is_better"),
        configuration={
            texts.one(name): texts.one(text) for name, text in entry.texts("configuration").items()
        },
        reported=reported,
        source=Source(
            format="reported", file=texts.one(log.name), sha256=log.sha256, citation=citation
        ),
        problems=(*problems, *texts.problems),
    )


def _arms(
    entry: Fields, *, node: yaml.Node, log: LogFile
) -> tuple[tuple[Reported, ...], tuple[Problem, ...]]:
    """Return the aggregates of an entry: its own numbers, or one per arm."""
    if "arms" not in entry:
        return (_reported(entry, node=node, log=log),), tuple(_check(entry))
    doubled = [name for name in _NUMBERS if name in entry]
    if doubled:
        raise entry.failed(doubled[0], says=f"`{doubled[0]}` belongs into one of the `arms`")
    arms = [(arm, Fields(arm, log=log, known=ARM_KEYS)) for arm in entry.items("arms")]
    names = [fields.text("arm") for _, fields in arms]
    if not arms or len(set(names)) < len(names):
        raise entry.failed("arms", says="`arms` must be a list of arms with different names")
    reported = tuple(_reported(fields, node=arm, log=log) for arm, fields in arms)
    return reported, tuple(found for _, fields in arms for found in _check(fields))


def _reported(fields: Fields, *, node: yaml.Node, log: LogFile) -> Reported:
    try:
        return Reported(
            arm=Texts().one(fields.text("arm", default="")),
            n=fields.whole("n"),
            successes=fields.whole("successes"),
            mean=fields.number("mean"),
            spread=fields.number("spread"),
            spread_is=_spread_is(fields),
            lower=fields.number("lower"),
            upper=fields.number("upper"),
            confidence=fields.number("confidence"),
        )
    except ValidationError as error:
        says = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ").lower()
        raise failed(node, log=log, says=says) from None


def _spread_is(fields: Fields) -> _Spread:
    label = fields.text("spread_is", default="unlabelled")
    for known in get_args(_Spread):
        if label == known:
            return known  # type: ignore[no-any-return]  # one of the literals just listed
    raise fields.failed("spread_is", says=f"`spread_is` must be one of {get_args(_Spread)}")


def _check(fields: Fields) -> Iterator[Problem]:
    """Yield a problem where count and mean disagree by more than the mean's rounding."""
    n, successes, mean = fields.whole("n"), fields.whole("successes"), fields.number("mean")
    if not n or successes is None or mean is None:
        return
    rounding = 0.5 * 10.0 ** -fields.decimals("mean")
    if abs(successes / n - mean) > rounding * (1 + 1e-9):
        says = f"{successes} of {n} is {successes / n:.6g}, the publication says {mean:g}"
        yield problem("reported.inconsistent", says=f"{says}: another denominator, or a mean")
