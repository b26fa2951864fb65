"""garak: `*.report.jsonl`, one record per probe with a column of hits per detector.

A hit is an output that the detector rates at or above the run's threshold: the attack succeeded.
Outputs of one prompt are epochs of one sample, so generations never count as n.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from tierlock.core import Evidence, Omission, Source, State, SubjectRef
from tierlock.importers.columns import Row, Texts, to_samples, to_text
from tierlock.importers.companions import plain_number
from tierlock.importers.garak_checks import Output, check_counts
from tierlock.importers.garak_schema import (
    COMPLETE,
    Attempt,
    Completion,
    Evaluated,
    Init,
    Kind,
    Report,
    Setup,
)
from tierlock.importers.inspect_values import to_instant
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_json import decode_json

_DEFAULT_THRESHOLD: Final = 0.5
_LINES: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    "start_run setup": msgspec.json.Decoder(Setup),
    "init": msgspec.json.Decoder(Init),
    "attempt": msgspec.json.Decoder(Attempt),
    "eval": msgspec.json.Decoder(Evaluated),
    "completion": msgspec.json.Decoder(Completion),
}
_SUMMARIES: Final = frozenset({"plugin_cache", "probe_summary", "digest", "config", ""})
"""Kinds of lines that repeat or describe what the others hold."""
_KIND: Final = msgspec.json.Decoder(Kind)
_HIT_MARKS: Final = ("generator", "probe", "detector", "attempt_id")


def recognises(glance: Glance) -> bool:
    """Tell whether the first line is a report's, or that of a list of hits."""
    first = Glance(glance.name, glance.head.partition(b"\n")[0])
    is_report = first.mentions("entry_type") and (
        first.mentions("start_run setup") or first.mentions("garak_version")
    )
    return glance.name.endswith(".jsonl") and (is_report or first.mentions(*_HIT_MARKS))


def read(log: LogFile) -> Imported:
    """Return one record per probe.

    Raises:
        ImportFailed: with the line: not JSON, two runs in one file, an attempt that was completed
            twice with different results.
    """
    if not Glance(log.name, log.glance.head.partition(b"\n")[0]).mentions("entry_type"):
        says = "a list of hits without the attempts that failed says nothing about a rate"
        return Imported(omissions=(omission("log.hits-only", what=log.name, says=says),))
    report, omissions = _report(log)
    probes: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in report.attempts.values():
        probes[attempt.probe_classname].append(attempt)
    evidence = [
        _evidence(probe, own=own, report=report, log=log) for probe, own in sorted(probes.items())
    ]
    for probe in sorted({probe for probe, _ in report.evaluated} - probes.keys()):
        says = "the report counts outputs of this probe and holds none of its attempts"
        what = Texts().one(f"{log.name}: {probe}")
        omissions.append(omission("log.no-samples", what=what, says=says))
    if not evidence and not omissions:
        omissions.append(omission("log.no-samples", what=log.name))
    return Imported(tuple(evidence), tuple(omissions))


def _report(log: LogFile) -> tuple[Report, list[Omission]]:
    """Return the report's lines by kind, every attempt in its last state."""
    setup, init, completion = Setup(), None, None
    attempts: dict[str, Attempt] = {}
    evaluated: dict[tuple[str, str], Evaluated] = {}
    unknown: Counter[str] = Counter()
    for line, kind, data in _lines(log):
        if kind not in _LINES:
            if kind not in _SUMMARIES:
                unknown[kind] += 1
            continue
        entry = decode_json(data, decoder=_LINES[kind], where=log.where(line))
        if isinstance(entry, Init):
            if init is not None:
                raise log.failed("import.schema", says="a second run in one file", part=line)
            init = entry
        elif isinstance(entry, Attempt):
            _keep(entry, attempts=attempts, log=log, line=line)
        elif isinstance(entry, Evaluated):
            evaluated[entry.probe, entry.detector] = entry
        elif isinstance(entry, Completion):
            completion = entry
        else:
            setup = entry
    threshold = setup.threshold
    if threshold is not None and not 0 < threshold <= 1:
        # Above it nothing would be a hit, so a hostile threshold would hide every attack.
        raise log.failed("import.value", says="`run.eval_threshold` is not in (0, 1]")
    if init is None:
        raise log.failed("import.schema", says="no line `init`, so neither run nor time is known")
    omissions = [
        omission("log.unknown-part", what=Texts().one(f"{log.name}: {kind[:80]}"),
                 says=f"{count} lines of this kind, which no known version writes")
        for kind, count in sorted(unknown.items())
    ]  # fmt: skip
    return Report(setup, init, attempts, evaluated, completion), omissions


def _lines(log: LogFile) -> Iterator[tuple[int, str, bytes]]:
    for number, data in enumerate(log.data.split(b"\n"), start=1):
        if number > log.limits.rows:
            raise log.failed("import.limit", says=f"more than {log.limits.rows} lines")
        if data.strip():
            yield number, decode_json(data, decoder=_KIND, where=log.where(number)).entry_type, data


def _keep(entry: Attempt, *, attempts: dict[str, Attempt], log: LogFile, line: int) -> None:
    """Keep the later state of an attempt; two different results of one are an error."""
    known = attempts.get(entry.uuid)
    if known is not None and known.status == COMPLETE:
        if entry.status == COMPLETE and entry.detector_results != known.detector_results:
            says = f"attempt `{entry.uuid[:80]}` has two different results"
            raise log.failed("import.value", says=says, part=line)
        return
    attempts[entry.uuid] = entry


def _evidence(probe: str, *, own: Sequence[Attempt], report: Report, log: LogFile) -> Evidence:
    setup, init, texts = report.setup, report.init, Texts()
    threshold = _DEFAULT_THRESHOLD if setup.threshold is None else setup.threshold
    outputs = list(_outputs(own, threshold=threshold))
    samples, problems = to_samples(output.row for output in outputs)
    start, naive = to_instant(init.start_time)
    end = report.completion.end_time if report.completion else ""
    name = setup.target_name or setup.model_name or setup.target_type or setup.model_type
    if naive:
        says = "garak writes local time without a zone; it was read as UTC"
        problems += (problem("time.naive", says=says),)
    return Evidence(
        evaluation=texts.one(probe),
        task_version=texts.one(init.garak_version),
        run_id=texts.one(f"{init.run}/{probe}"),
        subject=SubjectRef(name=texts.one(name or "unnamed")),
        measured_at=start,
        finished_at=to_instant(end)[0] if end else None,
        status="success" if report.completion else "started",
        planned_samples=_planned(own),
        higher_is_better=False,
        configuration={
            key: texts.one(text) for key, text in _configuration(setup, threshold=threshold)
        },
        samples=samples,
        source=Source(
            format="garak",
            file=texts.one(log.name),
            sha256=log.sha256,
            tool=texts.one(f"garak {init.garak_version}".strip()),
        ),
        problems=(*problems, *check_counts(probe, outputs=outputs, report=report), *texts.problems),
    )


def _planned(own: Sequence[Attempt]) -> int:
    """Return prompts times outputs asked for: the most that any prompt of the probe got.

    Probes may set their own number of generations, so the run's setting does not say it.
    """
    return len(own) * max((len(attempt.outputs) for attempt in own), default=0)


def _outputs(own: Iterable[Attempt], *, threshold: float) -> Iterator[Output]:
    """Yield every output; outputs of equal prompts are epochs of one sample."""
    epochs: Counter[str] = Counter()
    for attempt in sorted(own, key=lambda each: (each.seq, each.uuid)):
        name = _identity(attempt)
        rated = attempt.detector_results
        for i in range(max(1, len(attempt.outputs), *map(len, rated.values()))):
            epochs[name] += 1
            text = attempt.outputs[i] if i < len(attempt.outputs) else None
            raw = {key: values[i] if i < len(values) else None for key, values in rated.items()}
            ratings = {key: plain_number(value) for key, value in raw.items()}
            empty, known = _is_empty(text), [r for r in ratings.values() if r is not None]
            state: State = "scored" if known else "unscored"
            if attempt.status != COMPLETE or text is None:
                state = "errored"
            elif empty:
                state = "unscored"
            row = Row(
                id=name,
                epoch=epochs[name],
                state=state,
                scores={
                    key: None if value is None else float(value >= threshold)
                    for key, value in ratings.items()
                },
                attributes=dict(_attributes(attempt)),
            )
            unusable = any(raw[key] is not None and ratings[key] is None for key in raw)
            yield Output(row, ratings, empty and bool(known), unusable)


def _identity(attempt: Attempt) -> str:
    """Digest of the prompt's text: the same prompt is the same sample in every run.

    A report without prompts, as for a publication, tells samples apart by their number.
    """
    found = attempt.prompt
    if isinstance(found, Mapping) and isinstance(found.get("turns"), list):
        found = [_turn(turn) for turn in found["turns"]]
    elif isinstance(found, Mapping):
        found = found.get("text")
    if not found and found != "":
        return f"#{attempt.seq}"
    text = json.dumps(found, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _turn(turn: object) -> object:
    if not isinstance(turn, Mapping):
        return turn
    content = turn.get("content")
    if isinstance(content, Mapping):
        content = [content.get("text"), content.get("data_checksum")]
    return [turn.get("role"), content]


def _is_empty(output: object) -> bool:
    if isinstance(output, Mapping):
        return not str(output.get("text") or "").strip() and not output.get("data_path")
    return output is None or not str(output).strip()


def _attributes(attempt: Attempt) -> Iterator[tuple[str, str]]:
    values = {"goal": attempt.goal, "intent": attempt.intent, "prompt_number": attempt.seq}
    for name, value in values.items():
        text = to_text(value)
        if text:
            yield name, text


def _configuration(setup: Setup, *, threshold: float) -> Iterator[tuple[str, str]]:
    prompt = setup.system_prompt
    values: dict[str, object] = {
        "target_type": setup.target_type or setup.model_type,
        "generations": setup.generations,
        "seed": setup.seed,
        "threshold": threshold,
        "prompt_cap": setup.prompt_cap,
        "buffs": setup.buffs,
        "system_prompt": hashlib.sha256(prompt.encode()).hexdigest() if prompt else None,
    }
    for name, value in values.items():
        text = to_text(value)
        if text:
            yield name, text
