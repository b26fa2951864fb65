"""A training run that goes on only while the gate of a project allows it."""

from __future__ import annotations

from typing import Any

from tierlock.integrations import EffectiveCompute, ProjectGate, TierlockCallback


def train(trainer: Any, *, project: str, start: str, before: float) -> None:
    """Train, or go on; raises `Refused` where the run was paused.

    Args:
        trainer: a `transformers.Trainer`.
        project: folder of the `tierlock.yaml` about the starting point.
        start: folder of the weights from which the run starts.
        before: effective FLOP that went into them.
    """
    callback = TierlockCallback(
        ProjectGate(project),
        compute=EffectiveCompute(before=before),
        action="continue_training",
        weights=start,
        every=100,
    )
    trainer.add_callback(callback)
    trainer.train()
    callback.raise_if_paused()
