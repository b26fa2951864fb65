"""lm-evaluation-harness: `results_<time>.json` with its `samples_<task>_<time>.jsonl`.

Samples are preferred: values per document and filter can be recomputed, an aggregate can not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec

from tierlock.core import Evidence, Omission, Problem, Reported, Source, SubjectRef
from tierlock.importers.columns import Row, Texts, to_samples, to_text
from tierlock.importers.companions import check_mean, plain_number, require_instant, unix_instant
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_json import decode_json, json_lines

_SETTINGS: Final = (
    "model", "model_args", "model_revision", "model_sha", "model_dtype", "limit", "gen_kwargs",
    "random_seed", "numpy_seed", "torch_seed", "fewshot_seed",
)  # fmt: skip
_IDENTITY: Final = ("git_hash", "chat_template_sha", "system_instruction_sha")


class Counted(msgspec.Struct, frozen=True):
    """Documents of a task: in the whole set, and in this run."""

    original: int | None = None
    effective: int | None = None


class Results(msgspec.Struct, frozen=True, rename={"n_samples": "n-samples", "n_shot": "n-shot"}):
    """The parts of a results file that are read."""

    results: dict[str, dict[str, Any]]
    group_subtasks: dict[str, list[str]] = {}
    versions: dict[str, Any] = {}
    n_shot: dict[str, Any] = {}
    higher_is_better: dict[str, dict[str, bool | None]] = {}
    n_samples: dict[str, Counted] = {}
    config: dict[str, Any] = {}
    task_hashes: dict[str, str] = {}
    git_hash: str | None = None
    chat_template_sha: str | None = None
    system_instruction_sha: str | None = None
    date: float | None = None
    lm_eval_version: str | None = None
    model_name: str | None = None
    total_evaluation_time_seconds: str | float | None = None


class Document(msgspec.Struct, frozen=True):
    """One line of samples; the metrics' own keys are taken from the whole line."""

    doc_id: int | str
    filter: str = "none"
    doc_hash: str = ""


_RESULTS: Final = msgspec.json.Decoder(Results)
_LINE: Final = msgspec.json.Decoder(dict[str, Any])


def recognises(glance: Glance) -> bool:
    """Tell whether the document has the keys of a results file."""
    marks = ("configs", "n-shot", "lm_eval_version", "higher_is_better", "n-samples")
    is_document = glance.head.lstrip()[:1] == b"{" and not glance.name.endswith(".jsonl")
    return is_document and glance.mentions("results") and any(map(glance.mentions, marks))


def read(log: LogFile) -> Imported:
    """Return one record per task; without samples, one per task, metric and filter.

    Raises:
        ImportFailed: the results or a file of samples can not be read.
    """
    results = decode_json(log.data, decoder=_RESULTS, where=log.where())
    evidence: list[Evidence] = []
    omissions: list[Omission] = []
    for task, scores in results.results.items():
        if results.group_subtasks.get(task):
            omissions.append(omission("log.group", what=f"{log.name}: {Texts().one(task)}"))
            continue
        reader = _Task(task, scores=scores, results=results, log=log)
        found = reader.read()
        evidence += found
        if not found:
            omissions.append(omission("log.no-number", what=f"{log.name}: {Texts().one(task)}"))
    if not results.results:
        omissions.append(omission("log.no-number", what=log.name))
    return Imported(tuple(evidence), tuple(omissions))


class _Task:
    """One task of a results file."""

    def __init__(
        self, task: str, *, scores: dict[str, Any], results: Results, log: LogFile
    ) -> None:
        self._task = task
        self._results = results
        self._log = log
        self._counted = results.n_samples.get(task, Counted())
        self._means = {
            name: number
            for name, value in scores.items()
            if "_stderr," not in name
            and "," in name
            and (number := plain_number(value)) is not None
        }
        self._errors = {
            name.replace("_stderr,", ",", 1): plain_number(value)
            for name, value in scores.items()
            if "_stderr," in name
        }

    def read(self) -> list[Evidence]:
        """Return the records of this task."""
        stamp = self._log.name.removeprefix("results_").removesuffix(".json")
        lines = self._log.beside(f"samples_{self._task}_{stamp}.jsonl")
        if lines is not None:
            rows = tuple(_rows(lines))
            samples, problems = to_samples(rows)
            for column, mean in self._means.items():
                problems += check_mean(rows, column=column, reported=mean)
            if len(samples):
                one = self._evidence(self._task, metric="", problems=problems)
                return [one.model_copy(update={"samples": samples})]
        alone = len(self._means) == 1
        return [
            self._evidence(
                self._task if alone else f"{self._task}/{metric}",
                metric=metric,
                reported=self._reported(metric),
            )
            for metric in self._means
        ]

    def _reported(self, metric: str) -> tuple[Reported, ...]:
        error = self._errors.get(metric)
        return (
            Reported(
                n=self._counted.effective,
                mean=self._means[metric],
                spread=error,
                spread_is="unlabelled" if error is None else "se",
            ),
        )

    def _evidence(
        self,
        evaluation: str,
        *,
        metric: str,
        reported: tuple[Reported, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> Evidence:
        results, texts = self._results, Texts()
        started = require_instant(unix_instant(results.date), what="date")
        seconds = _seconds(results)
        better = set(results.higher_is_better.get(self._task, {}).values())
        version = to_text(results.versions.get(self._task)) or ""
        return Evidence(
            evaluation=texts.one(evaluation),
            task_version=texts.one(version),
            run_id=texts.one(f"{_subject(results)}/{evaluation}/{results.date!r}"),
            subject=SubjectRef(name=texts.one(_subject(results))),
            measured_at=started,
            finished_at=None if seconds is None else started + timedelta(seconds=seconds),
            planned_samples=None if reported else self._counted.effective,
            higher_is_better=better.pop() if len(better) == 1 else None,
            configuration={
                texts.one(name): texts.one(text)
                for name, text in _configuration(results, task=self._task, metric=metric)
            },
            seconds=seconds if len(results.results) == 1 else None,
            reported=reported,
            source=Source(
                format="lm-eval",
                file=texts.one(self._log.name),
                sha256=self._log.sha256,
                tool=texts.one(f"lm_eval {results.lm_eval_version or ''}".rstrip()),
                citation="results file without samples" if reported else "",
            ),
            problems=(*problems, *self._subset(), *texts.problems),
        )

    def _subset(self) -> Iterator[Problem]:
        used, whole = self._counted.effective, self._counted.original
        if used is not None and whole is not None and used < whole:
            yield problem("dataset.subset", says=f"the run used {used} of {whole} documents")


def _rows(lines: LogFile) -> Iterator[Row]:
    """Yield one row per document, with one column per metric and filter."""
    rows: dict[str, Row] = {}
    for number, line in json_lines(lines, decoder=_LINE):
        try:
            document = msgspec.convert(line, Document)
        except msgspec.ValidationError as error:
            raise lines.failed("import.schema", says=str(error).lower(), part=number) from None
        metrics = line.get("metrics")
        row = Row(id=str(document.doc_id), state="unscored")
        row = rows.get(row.id, row)
        if isinstance(metrics, list):
            for metric in metrics:
                column = f"{metric},{document.filter}"
                if column in row.scores:
                    # A second value for one document and filter: the later stands, in doubt.
                    yield row
                    row = Row(id=row.id, state="unscored")
                row.scores[column] = plain_number(line.get(metric) if metric in line else None)
        if document.doc_hash:
            row.attributes = {"doc_hash": document.doc_hash[:64]}
        if any(value is not None for value in row.scores.values()):
            row.state = "scored"
        rows[row.id] = row
    yield from rows.values()


def _configuration(results: Results, *, task: str, metric: str) -> Iterator[tuple[str, str]]:
    settings: dict[str, object] = {name: results.config.get(name) for name in _SETTINGS}
    settings |= {name: getattr(results, name) for name in _IDENTITY}
    settings |= {
        "n_shot": results.n_shot.get(task),
        "task_hash": results.task_hashes.get(task),
        "metric": metric or None,
    }
    for name, value in settings.items():
        text = to_text(value)
        if text:
            yield name, text


def _subject(results: Results) -> str:
    """Return the subject's name; without one, how its model was named on the command line."""
    named = results.model_name
    if named:
        return named
    args = results.config.get("model_args")
    for part in args.split(",") if isinstance(args, str) else ():
        key, _, value = part.partition("=")
        if key in {"pretrained", "model"} and value:
            return str(value)
    return to_text(results.config.get("model")) or "unnamed"


def _seconds(results: Results) -> float | None:
    value = results.total_evaluation_time_seconds
    try:
        seconds = math.nan if value is None else float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < timedelta.max.total_seconds() / 2 else None
