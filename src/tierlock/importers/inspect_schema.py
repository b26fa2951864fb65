"""The parts of an Inspect log that Tierlock reads, as types for partial decoding.

Everything else in a log (messages, events, outputs) is skipped while decoding. Defaults cover the
versions since May 2024; only what no log can lack is required.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

LOG_VERSIONS: Final = (1, 2, 3)
"""Versions of the log format that Inspect itself reads."""


class Present(msgspec.Struct, frozen=True, gc=False):
    """An object of which only the presence matters."""


class ScoreMetadata(msgspec.Struct, frozen=True, gc=False):
    """Where logs before `reason` existed say why there is no score."""

    unscored_reason: Any = None


class Score(msgspec.Struct, frozen=True, gc=False):
    """One scorer's verdict on one attempt; `history` is not empty if it was edited."""

    value: Any = None
    reason: Any = None
    metadata: ScoreMetadata | None = None
    history: tuple[Present, ...] = ()


class SampleLimit(msgspec.Struct, frozen=True, gc=False):
    """The limit that ended an attempt."""

    type: str = "unknown"


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One attempt as its own record in the log."""

    id: int | str
    epoch: int = 1
    scores: dict[str, Score] | None = None
    score: Score | None = None
    """The only score of an attempt in logs before scorers had names."""
    error: Present | None = None
    limit: SampleLimit | None = None
    invalidation: Present | None = None
    error_retries: tuple[Present, ...] | None = None
    model_fallbacks: tuple[Present, ...] | None = None
    metadata: dict[str, Any] | None = None
    started_at: str | None = None
    total_time: float | None = None
    working_time: float | None = None


class Summary(msgspec.Struct, frozen=True, gc=False):
    """One attempt as the log's summary shows it; edits and invalidation are not in it."""

    id: int | str
    epoch: int = 1
    scores: dict[str, Score] | None = None
    error: str | None = None
    limit: str | None = None
    model_fallbacks: tuple[Present, ...] | None = None
    metadata: dict[str, Any] | None = None
    started_at: str | None = None
    total_time: float | None = None
    working_time: float | None = None

    def as_sample(self) -> Sample:
        """Return the same attempt as far as the summary knows it."""
        return Sample(
            id=self.id,
            epoch=self.epoch,
            scores=self.scores,
            error=None if self.error is None else Present(),
            limit=None if self.limit is None else SampleLimit(self.limit),
            model_fallbacks=self.model_fallbacks,
            metadata=self.metadata,
            started_at=self.started_at,
            total_time=self.total_time,
            working_time=self.working_time,
        )


class Value(msgspec.Struct, frozen=True, gc=False):
    """Of a score only the value."""

    value: Any = None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """Of a row of the summary only what must agree with the attempt's own record."""

    id: int | str
    epoch: int = 1
    scores: dict[str, Value] | None = None
    error: str | None = None
    limit: str | None = None


class Metric(msgspec.Struct, frozen=True):
    """An aggregate in the header; `group` and `params` mark those that are not a plain mean."""

    name: str = ""
    value: float | None = None
    group: str | None = None
    params: dict[str, Any] | None = None


class ScorerName(msgspec.Struct, frozen=True):
    """The scorer of a log from before scorers could be several."""

    name: str = ""


class HeaderScore(msgspec.Struct, frozen=True):
    """The aggregates of one scorer and reducer."""

    name: str = ""
    scorer: str = ""
    reducer: str | None = None
    metrics: dict[str, Metric] = {}


class Results(msgspec.Struct, frozen=True):
    """The header's aggregates; `scorer` and `metrics` stand in logs before mid-2024."""

    total_samples: int | None = None
    scores: tuple[HeaderScore, ...] = ()
    scorer: ScorerName | None = None
    metrics: dict[str, Metric] = {}

    def listed(self) -> tuple[HeaderScore, ...]:
        """Return the aggregates in today's shape."""
        if self.scorer is None:
            return self.scores
        return (HeaderScore(self.scorer.name, self.scorer.name, None, self.metrics),)


class Dataset(msgspec.Struct, frozen=True):
    """What was attempted: `samples` is the size of the whole set, `sample_ids` the selection."""

    name: str | None = None
    samples: int | None = None
    sample_ids: tuple[int | str, ...] | None = None
    shuffled: bool | None = None


class Revision(msgspec.Struct, frozen=True):
    """The state of the repository that the evaluation ran from."""

    commit: str = ""
    dirty: bool | None = None


class Named(msgspec.Struct, frozen=True):
    """Anything of which only the name is used."""

    name: str = ""


class Spec(msgspec.Struct, frozen=True):
    """What was run: task, subject and settings."""

    task: str
    model: str
    created: str
    run_id: str = ""
    eval_id: str = ""
    task_id: str = ""
    task_version: int | str = 0
    task_args: dict[str, Any] = {}
    solver: str | None = None
    solver_args: dict[str, Any] | None = None
    dataset: Dataset = Dataset()
    model_generate_config: dict[str, Any] = {}
    model_base_url: str | None = None
    model_args: dict[str, Any] = {}
    model_roles: dict[str, Any] | None = None
    config: dict[str, Any] = {}
    revision: Revision | None = None
    packages: dict[str, str] = {}
    scorers: tuple[Named, ...] | None = None


class Step(msgspec.Struct, frozen=True):
    """One solver of the plan."""

    solver: str = ""
    params: dict[str, Any] = {}


class Plan(msgspec.Struct, frozen=True):
    """The solvers and the task's own generation settings."""

    steps: tuple[Step, ...] = ()
    config: dict[str, Any] = {}


class Stats(msgspec.Struct, frozen=True):
    """When the run ended, an empty text in a run that has not; and what models and roles used.

    Use is read leniently: a count in another shape must not keep a measurement out.
    """

    completed_at: str | None = None
    model_usage: Any = None
    role_usage: Any = None


class Change(msgspec.Struct, frozen=True):
    """One setting that was changed while the run went on."""

    config: str = ""
    name: str = ""


class ConfigUpdate(msgspec.Struct, frozen=True):
    """Settings that were changed together while the run went on."""

    changes: tuple[Change, ...] = ()


class Header(msgspec.Struct, frozen=True):
    """A log without its samples."""

    eval: Spec
    version: int = 2
    status: str = "started"
    plan: Plan = Plan()
    results: Results | None = None
    stats: Stats = Stats()
    invalidated: bool | None = None
    log_updates: tuple[Present, ...] | None = None
    config_updates: tuple[ConfigUpdate, ...] | None = None


class Log(Header, frozen=True):
    """A whole log in one JSON document."""

    samples: tuple[Sample, ...] | None = None


HEADER: Final = msgspec.json.Decoder(Header)
LOG: Final = msgspec.json.Decoder(Log)
SAMPLE: Final = msgspec.json.Decoder(Sample)
SUMMARIES: Final = msgspec.json.Decoder(tuple[Summary, ...])
OUTCOMES: Final = msgspec.json.Decoder(tuple[Outcome, ...])
