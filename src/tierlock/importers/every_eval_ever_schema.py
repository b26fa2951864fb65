"""The parts of Every Eval Ever records that Tierlock reads, as types for partial decoding.

Source: the JSON schemas `eval` and `instance_level_eval` of Every Eval Ever, 0.2.0 to 0.3.0.
"""

from __future__ import annotations

from typing import Any

import msgspec


class StandardError(msgspec.Struct, frozen=True):
    """The standard error of a score."""

    value: float | None = None


class ConfidenceInterval(msgspec.Struct, frozen=True):
    """A two-sided interval; without a level it says nothing."""

    lower: float | None = None
    upper: float | None = None
    confidence_level: float | None = None


class Uncertainty(msgspec.Struct, frozen=True):
    """How sure the source is of a score."""

    standard_error: StandardError | None = None
    confidence_interval: ConfidenceInterval | None = None
    standard_deviation: float | None = None
    num_samples: int | None = None


class ScoreDetails(msgspec.Struct, frozen=True):
    """A score and its uncertainty."""

    score: Any = None
    uncertainty: Uncertainty | None = None


class MetricConfig(msgspec.Struct, frozen=True):
    """What the score is."""

    lower_is_better: bool | None = None
    metric_id: str | None = None
    metric_unit: str | None = None


class Result(msgspec.Struct, frozen=True):
    """One score of the record."""

    evaluation_name: str
    score_details: ScoreDetails
    metric_config: MetricConfig = MetricConfig()
    evaluation_result_id: str | None = None
    evaluation_timestamp: str | None = None
    generation_config: dict[str, Any] | None = None


class Origin(msgspec.Struct, frozen=True):
    """Who says so."""

    source_type: str = ""
    source_organization_name: str = ""
    source_name: str | None = None
    source_organization_url: str | None = None
    evaluator_relationship: str = ""


class ModelInfo(msgspec.Struct, frozen=True):
    """Whom the record is about."""

    id: str


class Library(msgspec.Struct, frozen=True):
    """The tool that measured."""

    name: str = ""
    version: str = ""
    additional_details: dict[str, Any] | None = None

    @property
    def details(self) -> dict[str, str]:
        """The details that are text."""
        found = self.additional_details or {}
        return {name: text for name, text in found.items() if isinstance(text, str)}


class Instances(msgspec.Struct, frozen=True):
    """Where the instances lie, and what they must be."""

    file_path: str
    hash_algorithm: str | None = None
    checksum: str | None = None
    total_rows: int | None = None


class Aggregate(msgspec.Struct, frozen=True):
    """The parts of an aggregate record that are read."""

    schema_version: str
    evaluation_id: str
    retrieved_timestamp: str
    source_metadata: Origin
    model_info: ModelInfo
    evaluation_results: tuple[Result, ...]
    evaluation_timestamp: str | None = None
    eval_library: Library | None = None
    detailed_evaluation_results: Instances | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The score of one instance."""

    score: Any = None


class Instance(msgspec.Struct, frozen=True):
    """One line of instances."""

    evaluation_id: str
    evaluation_name: str
    sample_id: str
    evaluation: Verdict
    evaluation_result_id: str | None = None
    error: str | None = None
    metadata: dict[str, Any] | None = None
    token_usage: Any = None
