"""The parts of garak's `report.jsonl` that Tierlock reads, as types for partial decoding.

Source: reports that garak 0.13 to 0.17 writes; older ones hold prompts and outputs as plain text.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

COMPLETE: Final = 2
"""`status` of an attempt whose detectors have run; garak writes each attempt before that too."""


class Kind(msgspec.Struct, frozen=True):
    """What a line is."""

    entry_type: str = ""


class Setup(
    msgspec.Struct,
    frozen=True,
    rename={
        "target_type": "plugins.target_type",
        "target_name": "plugins.target_name",
        "model_type": "plugins.model_type",
        "model_name": "plugins.model_name",
        "seed": "run.seed",
        "generations": "run.generations",
        "threshold": "run.eval_threshold",
        "prompt_cap": "run.soft_probe_prompt_cap",
        "system_prompt": "run.system_prompt",
        "buffs": "plugins.buff_spec",
    },
):
    """How the run was configured; until 0.13 targets were called models."""

    target_type: str | None = None
    target_name: str | None = None
    model_type: str | None = None
    model_name: str | None = None
    seed: Any = None
    generations: int | None = None
    threshold: float | None = None
    prompt_cap: Any = None
    system_prompt: str | None = None
    buffs: Any = None


class Init(msgspec.Struct, frozen=True):
    """Start of a run."""

    run: str
    start_time: str
    garak_version: str = ""


class Completion(msgspec.Struct, frozen=True):
    """End of a run that was not broken off."""

    end_time: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One prompt of a probe with all outputs that were generated for it."""

    uuid: str
    status: int
    probe_classname: str
    seq: int = 0
    prompt: Any = None
    outputs: tuple[Any, ...] = ()
    detector_results: dict[str, tuple[Any, ...]] = {}
    goal: str | None = None
    intent: Any = None


class Evaluated(msgspec.Struct, frozen=True):
    """What garak counted for one probe and detector."""

    probe: str
    detector: str
    passed: int
    fails: int | None = None
    nones: int | None = None
    total: int | None = None
    total_evaluated: int | None = None

    @property
    def hits(self) -> int:
        """Outputs at or above the threshold; until 0.13 known from the total."""
        if self.fails is not None:
            return self.fails
        total = self.total if self.total_evaluated is None else self.total_evaluated
        return max(0, (total or 0) - self.passed)


class Report(NamedTuple):
    """A whole report, each attempt in its last state."""

    setup: Setup
    init: Init
    attempts: dict[str, Attempt]
    evaluated: dict[tuple[str, str], Evaluated]
    completion: Completion | None
