"""Every Eval Ever: an aggregate record, and the instances that it names when they lie beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Final

import msgspec

from tierlock.core import (
    Evidence,
    InputError,
    Omission,
    Problem,
    Reported,
    Source,
    SubjectRef,
    parse_instant,
)
from tierlock.importers.accounting import sum_tokens, to_tokens
from tierlock.importers.columns import Row, Texts, scalars, to_samples, to_text
from tierlock.importers.companions import check_mean, plain_number, require_instant, unix_instant
from tierlock.importers.every_eval_ever_back import is_ours, restore
from tierlock.importers.every_eval_ever_schema import (
    Aggregate,
    Instance,
    Library,
    Origin,
    Result,
    Uncertainty,
)
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_json import decode_json, json_lines

_HASHES: Final = {"sha256": hashlib.sha256, "md5": hashlib.md5}
_COLUMN: Final = "score"
_TOGETHER: Final = "keep the record and its file of samples in one folder, as they were written"


_AGGREGATE: Final = msgspec.json.Decoder(Aggregate)
_INSTANCE: Final = msgspec.json.Decoder(Instance)


def recognises(glance: Glance) -> bool:
    """Tell whether the document has the keys of an aggregate record."""
    return (
        glance.head.lstrip()[:1] == b"{"
        and not glance.name.endswith(".jsonl")
        and glance.mentions("schema_version", "evaluation_id", "model_info")
    )


def read(log: LogFile) -> Imported:
    """Return one record per score, with its instances where they lie beside the file.

    A record that Tierlock wrote is the one record that was written, with all its scores.

    Raises:
        ImportFailed: a file can not be read, the instances differ from the stated checksum, or a
            record of Tierlock's was changed or lacks its instances.
    """
    record = decode_json(log.data, decoder=_AGGREGATE, where=log.where())
    instances, problems = _instances(record, log=log)
    if is_ours(record):
        if problems:
            raise log.failed("import.unreadable", says=problems[0].says, hint=_TOGETHER)
        return Imported((restore(record, rows=instances, log=log),))
    names = _names(record.evaluation_results)
    evidence: list[Evidence] = []
    omissions: list[Omission] = []
    for result, name in zip(record.evaluation_results, names, strict=True):
        found = _evidence(result, name=name, record=record, instances=instances, log=log)
        if found is None:
            omissions.append(omission("log.no-number", what=f"{log.name}: {Texts().one(name)}"))
        else:
            evidence.append(found.model_copy(update={"problems": (*found.problems, *problems)}))
    if not record.evaluation_results:
        omissions.append(omission("log.no-number", what=log.name))
    return Imported(tuple(evidence), tuple(omissions))


def _names(results: tuple[Result, ...]) -> list[str]:
    """Return the name of each score: several scores under one name would count as several runs.

    A converter of HELM gives each metric one result per split and kind of perturbation. They share
    name and metric, hold the same questions, and differ in their own ids alone.
    """
    often = Counter(one.evaluation_name for one in results)
    names = [
        f"{one.evaluation_name}/{one.metric_config.metric_id}"
        if often[one.evaluation_name] > 1 and one.metric_config.metric_id
        else one.evaluation_name
        for one in results
    ]
    still = Counter(names)
    return [
        f"{one.evaluation_name}/{one.evaluation_result_id}"
        if still[name] > 1 and one.evaluation_result_id
        else name
        for one, name in zip(results, names, strict=True)
    ]


def _instances(
    record: Aggregate, *, log: LogFile
) -> tuple[tuple[Instance, ...], tuple[Problem, ...]]:
    """Return the instances beside the record; of the path in the record only the name counts."""
    stated = record.detailed_evaluation_results
    if stated is None:
        return (), ()
    name = stated.file_path.rpartition("/")[2]
    lines = log.beside(name)
    if lines is None:
        says = "the record names a file of instances that does not lie beside it"
        return (), (problem("companion.unread", says=says),)
    digest = _HASHES.get(stated.hash_algorithm or "sha256")
    if stated.checksum and digest and digest(lines.data).hexdigest() != stated.checksum.lower():
        says = "differs from the checksum that the record states"
        raise lines.failed("import.unreadable", says=says)
    rows = tuple(
        instance
        for _, instance in json_lines(lines, decoder=_INSTANCE)
        if instance.evaluation_id == record.evaluation_id
    )
    if stated.total_rows is None or stated.total_rows == len(rows):
        return rows, ()
    says = f"the record states {stated.total_rows} instances, {len(rows)} are there"
    return rows, (problem("companion.rows", says=says),)


def _evidence(
    result: Result,
    *,
    name: str,
    record: Aggregate,
    instances: tuple[Instance, ...],
    log: LogFile,
) -> Evidence | None:
    """Return the record of one score, None where there is neither a number nor an instance."""
    texts, score = Texts(), plain_number(result.score_details.score)
    lines = [line for line in instances if _is_about(line, result=result)]
    rows = tuple(map(_row, lines))
    samples, problems = to_samples(rows)
    reported = () if len(samples) or score is None else (_reported(result, mean=score),)
    if not len(samples) and not reported:
        return None
    measured_at, timing = _measured_at(result, record=record)
    origin = record.source_metadata
    better = result.metric_config.lower_is_better
    uncertainty = result.score_details.uncertainty
    return Evidence(
        evaluation=texts.one(name),
        run_id=texts.one(f"{record.evaluation_id}#{result.evaluation_result_id or name}"),
        subject=SubjectRef(name=texts.one(record.model_info.id)),
        measured_at=measured_at,
        planned_samples=uncertainty.num_samples if uncertainty and not reported else None,
        higher_is_better=None if better is None else not better,
        configuration={
            texts.one(key): texts.one(text) for key, text in _configuration(result).items()
        },
        tokens=sum_tokens(to_tokens(line.token_usage) for line in lines),
        samples=samples,
        reported=reported,
        source=Source(
            format="every-eval-ever",
            file=texts.one(log.name),
            sha256=log.sha256,
            tool=texts.one(_tool(record.eval_library)),
            citation=texts.one(_citation(origin)),
        ),
        problems=(
            *problems,
            *check_mean(rows, column=_COLUMN, reported=score),
            *timing,
            problem(
                "reported.relationship",
                says=texts.one(f"the evaluator is `{origin.evaluator_relationship or 'unknown'}`"),
            ),
            *texts.problems,
        ),
    )


def _is_about(line: Instance, *, result: Result) -> bool:
    if line.evaluation_result_id is not None and result.evaluation_result_id is not None:
        return line.evaluation_result_id == result.evaluation_result_id
    return line.evaluation_name == result.evaluation_name


def _row(line: Instance) -> Row:
    number = plain_number(line.evaluation.score)
    return Row(
        id=line.sample_id,
        state="errored" if line.error else "unscored" if number is None else "scored",
        scores={_COLUMN: number},
        attributes=scalars(line.metadata or {}),
    )


def _reported(result: Result, *, mean: float) -> Reported:
    found = result.score_details.uncertainty or Uncertainty()
    error = found.standard_error.value if found.standard_error else None
    interval = found.confidence_interval
    level = interval.confidence_level if interval else None
    stated = interval if level is not None and 0 < level < 1 else None
    spread = found.standard_deviation if error is None else error
    return Reported(
        n=found.num_samples,
        mean=mean,
        spread=spread,
        spread_is="unlabelled" if spread is None else "sd" if error is None else "se",
        lower=stated.lower if stated else None,
        upper=stated.upper if stated else None,
        confidence=level if stated else None,
    )


def _measured_at(result: Result, *, record: Aggregate) -> tuple[datetime, tuple[Problem, ...]]:
    """Return when it was measured; a date of retrieval makes evidence look younger than it is."""
    for text in (result.evaluation_timestamp, record.evaluation_timestamp):
        if text:
            return require_instant(_instant(text), what="evaluation_timestamp"), ()
    retrieved = require_instant(_instant(record.retrieved_timestamp), what="retrieved_timestamp")
    says = "only the date of retrieval is known, which is later than the measurement"
    return retrieved, (problem("time.retrieved", says=says),)


def _instant(text: str) -> datetime | None:
    unix = unix_instant(text)
    if unix is not None:
        return unix
    try:
        return parse_instant(text)
    except InputError:
        return None


def _configuration(result: Result) -> dict[str, str]:
    settings = {
        "metric": result.metric_config.metric_id,
        "unit": result.metric_config.metric_unit,
    }
    generation = (result.generation_config or {}).get("generation_args")
    found = scalars(generation) if isinstance(generation, dict) else {}
    return found | {name: text for name, value in settings.items() if (text := to_text(value))}


def _tool(library: Library | None) -> str:
    return f"{library.name} {library.version}".strip() if library else ""


def _citation(origin: Origin) -> str:
    parts = (origin.source_organization_name, origin.source_name, origin.source_organization_url)
    return ", ".join(part for part in parts if part)
