"""The header of an Inspect log as settings, plan and notes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from tierlock.core import InputError, Problem, canonical_json, digest_bytes
from tierlock.importers.columns import MAX_TEXT
from tierlock.importers.inspect_schema import Header, Spec
from tierlock.importers.reasons import problem

_RUN_SETTINGS: Final = (
    "limit", "sample_id", "sample_shuffle", "epochs", "epochs_reducer", "fail_on_error",
    "continue_on_fail", "retry_on_error", "score_on_error", "message_limit", "token_limit",
    "token_limit_type", "turn_limit", "time_limit", "working_limit", "cost_limit",
)  # fmt: skip
"""Fields of the run's configuration that bear on what was measured."""

OPERATIONAL: Final = frozenset({
    "adaptive_connections", "attempt_timeout", "batch", "cache", "cache_prompt", "log_buffer",
    "log_shared", "max_connections", "max_retries", "max_sandboxes", "max_samples",
    "max_subprocesses", "max_tasks", "timeout",
})  # fmt: skip
"""Settings of throughput: changing them does not change what is measured."""


def configuration(header: Header) -> dict[str, str]:
    """Return the settings that define the elicitation, as flat text.

    Numbers are written as RFC 8785 writes them, so `0` and `0.0` are one setting; objects are
    canonical JSON; what is null or empty is left out. Text longer than 200 characters, and every
    system message, is replaced by its digest.
    """
    spec = header.eval
    generation = {**_set(spec.model_generate_config), **_set(header.plan.config)}
    settings: dict[str, object] = {
        name: value for name, value in generation.items() if name not in OPERATIONAL
    }
    config = _set(spec.config)
    config.setdefault("message_limit", config.get("max_messages"))
    settings |= {name: config.get(name) for name in _RUN_SETTINGS}
    if isinstance(config.get("epochs_reducer"), list):
        settings["epochs_reducer"] = ",".join(map(str, config["epochs_reducer"]))  # type: ignore[call-overload]  # a list, see above
    steps = [step.solver for step in header.plan.steps]
    settings |= {
        "task_args": spec.task_args,
        "solver": spec.solver or " > ".join(steps),
        "solver_args": spec.solver_args,
        "steps": " > ".join(steps),
        "steps_params": [step.params for step in header.plan.steps if step.params],
        "model_args": spec.model_args,
        "model_base_url": spec.model_base_url,
        "model_roles": _lean(spec.model_roles),
        "dataset": spec.dataset.name,
        "revision": _revision(spec),
        "packages": ", ".join(f"{name} {spec.packages[name]}" for name in sorted(spec.packages)),
        "scorers": ", ".join(scorer.name for scorer in spec.scorers or ()),
        "system_message": _system_message(header, generation=generation),
    }
    return {name: _text(value) for name, value in settings.items() if value not in _EMPTY}


_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})


def planned_samples(header: Header, *, held: int) -> int:
    """Return the attempts that the run set out to make, never fewer than the log holds.

    The largest of what the header says: its total, its selection times epochs, and, in logs that
    do not list the selection, the dataset's size cut to `limit`, times epochs.
    """
    spec = header.eval
    epochs = spec.config.get("epochs")
    times = epochs if isinstance(epochs, int) and epochs > 0 else 1
    total = (header.results.total_samples if header.results else None) or 0
    return max(total, (_selected(spec) or 0) * times, held)


def header_problems(header: Header) -> Iterator[Problem]:
    """Yield what the header alone shows: subsets, edits of the log, changes during the run."""
    spec = header.eval
    selected, whole = _selected(spec), spec.dataset.samples
    if selected is not None and whole is not None and selected < whole:
        yield problem("dataset.subset", says=f"the run used {selected} of {whole} samples")
    elif _is_cut(spec):
        yield problem("dataset.subset", says="the run was limited to a part of the dataset")
    if spec.config.get("sample_shuffle") or spec.dataset.shuffled:
        yield problem("dataset.shuffled", says="the samples were drawn in shuffled order")
    if spec.revision is not None and spec.revision.dirty:
        yield problem("revision.dirty", says="the run's repository had uncommitted changes")
    if header.log_updates:
        yield problem("log.updated", says="tags or metadata of the log were edited after the run")
    changes = [change for update in header.config_updates or () for change in update.changes]
    names = ", ".join(sorted({change.name[:40] for change in changes}))
    if any(c.config != "concurrency" and c.name not in OPERATIONAL for c in changes):
        yield problem("config.updated", says=f"settings changed during the run: {names}")
    elif changes:
        yield problem("config.retuned", says=f"throughput changed during the run: {names}")


def _selected(spec: Spec) -> int | None:
    """Return the number of samples that the run selected, None where the header does not say."""
    if spec.dataset.sample_ids is not None:
        return len(spec.dataset.sample_ids)
    whole, limit = spec.dataset.samples, spec.config.get("limit")
    if whole is None or isinstance(spec.config.get("sample_id"), str | int | list):
        return None
    if isinstance(limit, list):
        return None
    return min(whole, limit) if isinstance(limit, int) else whole


def _is_cut(spec: Spec) -> bool:
    """Tell whether the settings ask for a part of the dataset, as far as they can be compared."""
    limit, whole = spec.config.get("limit"), spec.dataset.samples
    if isinstance(limit, int) and whole is not None and limit >= whole:
        limit = None
    return limit is not None or spec.config.get("sample_id") is not None


def _system_message(header: Header, *, generation: Mapping[str, object]) -> str | None:
    """Return the digest of every system message that the settings spell out."""
    texts = [generation.get("system_message")]
    texts += [
        step.params.get("template") for step in header.plan.steps if step.solver == "system_message"
    ]
    known = [text for text in texts if isinstance(text, str)]
    return _digest(known) if known else None


def _revision(spec: Spec) -> str | None:
    if spec.revision is None:
        return None
    return spec.revision.commit + ("+dirty" if spec.revision.dirty else "")


def _set(settings: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that have a value: null means that the default was used."""
    return {name: value for name, value in settings.items() if value is not None}


def _lean(value: object) -> object:
    """Return `value` without null and empty entries, which depend on the version that wrote it."""
    if isinstance(value, Mapping):
        lean = {name: _lean(entry) for name, entry in value.items()}
        return {name: entry for name, entry in lean.items() if entry not in _EMPTY}
    return value


def _text(value: object) -> str:
    text = value if isinstance(value, str) else _json(value).decode()
    return text if len(text) <= MAX_TEXT else _digest(value)


def _digest(value: object) -> str:
    return digest_bytes(_json(value))


def _json(value: object) -> bytes:
    try:
        return canonical_json(value)
    except (InputError, UnicodeEncodeError):
        # NaN, an integer beyond 2**53 as some seeds are, a lone surrogate: still one text each.
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
