"""promptfoo: the JSON file of an evaluation or a red-team run, one record per prompt and provider.

promptfoo counts some attempts as passed or failed that measured nothing: tests without an
assertion, empty answers, graders that broke. Here they have no value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from tierlock.core import Evidence, Problem, Source, State, SubjectRef, parse_instant
from tierlock.importers.accounting import sum_known, sum_tokens, to_tokens
from tierlock.importers.columns import Row, Texts, scalars, to_samples, to_text
from tierlock.importers.companions import plain_number
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.promptfoo_schema import ERROR, Document, Outcome, Prompt
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_json import decode_json

_DOCUMENT: Final = msgspec.json.Decoder(Document)
_VERSION: Final = 3
_ROW_MARKS: Final = ("gradingResult", "promptIdx", "testIdx", "failureReason")
_RED_TEAM: Final = ("pluginId", "strategyId", "severity")
_SETTINGS: Final = (
    "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "seed", "stop",
    "reasoning_effort", "presence_penalty", "frequency_penalty",
)  # fmt: skip
# Reasons that promptfoo's assertions give where the grader broke, not the answer.
_BROKEN_GRADER: Final = re.compile(
    r"threw error|code execution failed|webhook error|API error|grading calls failed"
    r"|evaluation failed|could not extract JSON|^no output|invalid regex pattern",
    re.IGNORECASE,
)


class _Judged(NamedTuple):
    """A row, and the codes of what kept it from having a value or makes it older."""

    row: Row
    codes: tuple[str, ...]


_SAYS: Final = {
    "output.empty": "{} attempts gave no output and were graded all the same",
    "score.ungraded": "{} attempts passed without any assertion",
    "score.grader-failed": "{} attempts count as failed at promptfoo because a grader broke",
    "time.cached": "{} answers came from a cache, so they are older than this run",
}


def recognises(glance: Glance) -> bool:
    """Tell whether the document has the keys of a result file, or a line those of a row."""
    if glance.name.endswith(".jsonl"):
        return glance.mentions("promptIdx", "testIdx") and glance.mentions("provider", "testCase")
    starts = glance.head.lstrip()[:1] == b"{" and glance.mentions("evalId", "results")
    return starts and (glance.mentions("prompts") or glance.mentions(*_ROW_MARKS))


def read(log: LogFile) -> Imported:
    """Return one record per prompt and provider.

    Raises:
        ImportFailed: the file can not be read, or is of another version of the format.
    """
    if log.name.endswith(".jsonl"):
        says = "rows alone do not say when they were made; export the evaluation as `.json`"
        return Imported(omissions=(omission("log.no-time", what=log.name, says=says),))
    document = decode_json(log.data, decoder=_DOCUMENT, where=log.where())
    if document.results.version != _VERSION:
        says = f"results of version {document.results.version}; only version {_VERSION} is known"
        raise log.failed("import.schema", says=says)
    groups: defaultdict[tuple[int, str], list[Outcome]] = defaultdict(list)
    for outcome in document.results.results:
        groups[outcome.prompt_idx, outcome.provider.id].append(outcome)
    if not groups:
        return Imported(omissions=(omission("log.no-samples", what=log.name),))
    return Imported(
        tuple(_evidence(own, document=document, log=log) for _, own in sorted(groups.items()))
    )


def _evidence(own: Sequence[Outcome], *, document: Document, log: LogFile) -> Evidence:
    results, texts = document.results, Texts()
    first = own[0]
    prompt = _prompt(results.prompts, index=first.prompt_idx)
    judged = list(_rows(own))
    samples, problems = to_samples(each.row for each in judged)
    evaluation = document.config.description or "promptfoo"
    run = document.eval_id or results.timestamp
    planned, counted = _counted(own, prompt=prompt)
    version = document.metadata.promptfoo_version or ""
    return Evidence(
        evaluation=texts.one(evaluation),
        run_id=texts.one(f"{run}/{first.prompt_idx}/{first.provider.id}"),
        subject=SubjectRef(name=texts.one(first.provider.id or "unnamed")),
        measured_at=parse_instant(results.timestamp),
        planned_samples=planned,
        higher_is_better=True,
        configuration={
            texts.one(name): texts.one(text)
            for name, text in _configuration(first, prompt=prompt, document=document)
        },
        seconds=_seconds(own),
        tokens=sum_tokens(_tokens(each.token_usage) for each in own),
        other_tokens=_graders(own),
        usd=_money(own),
        samples=samples,
        source=Source(
            format="promptfoo",
            file=texts.one(log.name),
            sha256=log.sha256,
            tool=texts.one(f"promptfoo {version}".strip()),
        ),
        problems=(*problems, *counted, *_of_rows(judged), *texts.problems),
    )


def _prompt(prompts: Sequence[Prompt], *, index: int) -> Prompt:
    return prompts[index] if 0 <= index < len(prompts) else Prompt()


def _rows(own: Iterable[Outcome]) -> Iterator[_Judged]:
    """Yield one row per outcome; a test that was asked again is an epoch of one sample."""
    epochs: Counter[str] = Counter()
    for outcome in sorted(own, key=lambda each: each.test_idx):
        name = _identity(outcome)
        epochs[name] += 1
        state, code = _state(outcome)
        response = outcome.response
        row = Row(
            id=name,
            epoch=epochs[name],
            state=state,
            refused=bool(response and response.is_refusal),
            scores=dict(_scores(outcome)),
            attributes=_attributes(outcome),
        )
        cached = "time.cached" if response and response.cached else ""
        yield _Judged(row, tuple(filter(None, (code, cached))))


def _identity(outcome: Outcome) -> str:
    """Digest of variables and assertions: it is the same in every run of the same test."""
    case = outcome.test_case
    variables = outcome.vars if case is None or case.vars is None else case.vars
    asked = {"vars": variables, "assert": None if case is None else case.asserts}
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _state(outcome: Outcome) -> tuple[State, str]:
    """Return whether an attempt has a value, and the problem's code where that needs words."""
    grade, response = outcome.grading_result, outcome.response
    if outcome.failure_reason == ERROR or (response is not None and response.error):
        return "errored", ""
    parts = (grade.parts or ()) if grade else ()
    if not parts:
        return "unscored", "score.ungraded"
    if any(map(_is_broken, parts)):
        return "errored", "score.grader-failed"
    refused = response is not None and response.is_refusal
    if not refused and _is_empty(response.output if response else None):
        return "unscored", "output.empty"
    return "scored", ""


def _is_broken(part: object) -> bool:
    """Tell whether this assertion failed because its grader did."""
    if not isinstance(part, Mapping) or part.get("pass") is True:
        return False
    metadata = part.get("metadata")
    if isinstance(metadata, Mapping) and metadata.get("graderError"):
        return True
    reason = part.get("reason")
    return isinstance(reason, str) and _BROKEN_GRADER.search(reason[:400]) is not None


def _is_empty(output: object) -> bool:
    return not (output.strip() if isinstance(output, str) else output) and output != 0


def _scores(outcome: Outcome) -> Iterator[tuple[str, float | None]]:
    yield "pass", float(outcome.success)
    yield "score", plain_number(outcome.score)
    for name, value in (outcome.named_scores or {}).items():
        yield f"metric/{name}", plain_number(value)


def _attributes(outcome: Outcome) -> dict[str, str]:
    """Return the labels that the test's author gave; what the model answered stays out."""
    case, found = outcome.test_case, {}
    if case is not None and isinstance(case.metadata, Mapping):
        found = scalars({str(name): value for name, value in case.metadata.items()})
    labels = outcome.metadata or {}
    found |= scalars({name: labels[name] for name in _RED_TEAM if name in labels})
    if case is not None and case.description:
        found["test"] = to_text(case.description) or ""
    return {name: text for name, text in found.items() if text and not name.startswith("_")}


def _counted(own: Sequence[Outcome], *, prompt: Prompt) -> tuple[int | None, tuple[Problem, ...]]:
    """Return how many attempts promptfoo counted, and whether its counts follow from the rows."""
    metrics = prompt.metrics
    if metrics is None:
        return None, ()
    stated = (metrics.test_pass_count, metrics.test_fail_count, metrics.test_error_count)
    errors = sum(each.failure_reason == ERROR for each in own)
    passes = sum(each.success for each in own)
    held = (passes, len(own) - passes - errors, errors)
    planned = sum(count for count in stated if count is not None and count > 0)
    if all(count is None or count == have for count, have in zip(stated, held, strict=True)):
        return planned or None, ()
    numbers = ", ".join("?" if count is None else str(count) for count in stated)
    says = f"promptfoo counts {numbers} passed, failed and in error; the rows give {held}"
    return planned or None, (problem("header.mismatch", says=says),)


def _of_rows(judged: Iterable[_Judged]) -> Iterator[Problem]:
    counts = Counter(code for each in judged for code in each.codes)
    for code in sorted(counts):
        yield problem(code, says=_SAYS[code].format(counts[code]))


def _configuration(
    first: Outcome, *, prompt: Prompt, document: Document
) -> Iterator[tuple[str, str]]:
    options = document.runtime_options
    values: dict[str, object] = {
        "prompt": prompt.id,
        "provider_label": first.provider.label or None,
        "repeat": options.repeat if options else None,
        "cache": options.cache if options else None,
    }
    values |= _settings(document.config.providers, first=first)
    for name, value in values.items():
        text = to_text(value)
        if text:
            yield name, text


def _settings(providers: object, *, first: Outcome) -> dict[str, object]:
    """Return how the provider samples; keys and addresses in its configuration stay out.

    A provider from a file names itself, so a single one is meant whatever it is called.
    """
    listed = providers if isinstance(providers, list) else []
    for provider in listed:
        if not isinstance(provider, Mapping):
            continue
        named = (provider.get("id"), provider.get("label") or None)
        if len(listed) == 1 or named == (first.provider.id, first.provider.label or None):
            config = provider.get("config")
            found = config if isinstance(config, Mapping) else {}
            return {name: found[name] for name in _SETTINGS if name in found}
    return {}


def _tokens(usage: Any) -> Any:
    if not isinstance(usage, Mapping):
        return None
    names = {"input_tokens": "prompt", "output_tokens": "completion", "total_tokens": "total"}
    return to_tokens({ours: usage.get(theirs) for ours, theirs in names.items()})


def _graders(own: Iterable[Outcome]) -> Any:
    """Return what graders used; None where no grader used any."""
    uses = [each.token_usage for each in own]
    found = [_tokens(use.get("assertions")) for use in uses if isinstance(use, Mapping)]
    total = sum_tokens(found)
    return total if total is not None and total.total else None


def _seconds(own: Iterable[Outcome]) -> float | None:
    waits = [plain_number(each.latency_ms) for each in own]
    return sum_known(None if wait is None or wait < 0 else wait / 1000 for wait in waits)


def _money(own: Sequence[Outcome]) -> float | None:
    """Return what all attempts cost; promptfoo writes 0 where nobody knows."""
    costs = [plain_number(each.cost) or 0.0 for each in own]
    return (
        sum_known(cost if cost > 0 else None for cost in costs) if _graders(own) is None else None
    )
