"""A callback of the Hugging Face Trainer: training goes on only while it may.

It asks when training starts, every so many steps, and after each checkpoint. Where the answer is
no, or there is none, the Trainer saves a checkpoint and stops before the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tierlock.core import InputError
from tierlock.integrations.asking import LOG, Asked, Permission, Refused, allowed_by, as_refused
from tierlock.integrations.compute import EffectiveCompute
from tierlock.usecases import subject_digest

try:
    from transformers import TrainerCallback
except ImportError:  # told where somebody wants to train
    TrainerCallback = None

# What a run needs from the library, or nothing where it is not installed.
_Base: Final[Any] = object if TrainerCallback is None else TrainerCallback


class TierlockCallback(_Base):
    """Pauses a run of `transformers.Trainer` when it may not go on; it can be resumed later.

    On several machines or processes the main one asks, and all of them do what it says.

    Args:
        permission: whom to ask: `ProjectGate`, `PermitFiles`.
        compute: what went into the model, and when it has grown enough to be judged again.
        action: what the run is in the framework: `train`, `continue_training`.
        surface, audience: None where the action has none.
        weights: folder of the weights from which the run starts; hashed before the first step.
        digests: part of the subject to its `sha256:<hex>` digest, of the other parts.
        every: how many optimizer steps may be made between two questions.
        clock: returns now.

    Raises:
        InputError: `integration.settings`, transformers is not installed; `integration.compute`,
            nobody would look at compute; `input.number`.
    """

    def __init__(
        self,
        permission: Permission,
        *,
        compute: EffectiveCompute,
        action: str = "continue_training",
        surface: str | None = None,
        audience: str | None = None,
        weights: str | Path | None = None,
        digests: Mapping[str, str] | None = None,
        every: int = 100,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if TrainerCallback is None:
            raise InputError(
                "integration.settings",
                "transformers is not installed",
                hint="install the extra: pip install 'tierlock[trainer]'",
            )
        if compute.determined_at is None and not permission.judges_compute:
            raise InputError(
                "integration.compute",
                "a permit says nothing of compute, and neither does the callback",
                hint="EffectiveCompute(determined_at=..., multiple=...), as the framework has it",
            )
        if type(every) is not int or every < 1:
            raise InputError("input.number", f"`every` can not be `{every}`")
        self._permission = permission
        self._compute = compute
        self._asked = Asked(action, surface, audience, dict(digests or {}))
        self._weights = weights
        self._every = every
        self._clock = clock
        self._due = False
        self._saved = False
        self.paused: Refused | None = None
        """Why training was paused; None while it was not."""

    def raise_if_paused(self) -> None:
        """Raise why training was paused, if it was: call it after `trainer.train()`.

        Raises:
            Refused: the run is not finished.
        """
        if self.paused is not None:
            raise self.paused

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Ask before anything is trained.

        Raises:
            Refused: nothing was trained.
        """
        del control
        self.paused, self._due, self._saved = None, False, False
        refused = _agreed(args, state, ask=lambda: self._at_start(args, state))
        if refused is not None:
            self._tell(refused, step=state.global_step)
            raise refused

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Make no step after a refusal, whatever other callbacks did to the Trainer's flags.

        Raises:
            Refused: the run was to stop, or to be asked about, and goes on all the same.
        """
        del args, control
        if self._due and self.paused is None:
            self.paused = _refusal(
                "integration.compute",
                f"the Trainer did not count the compute of step {state.global_step}",
                hint="another callback kept it from logging; remove it",
            )
            self._tell(self.paused, step=state.global_step)
        self.raise_if_paused()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Have the Trainer count its compute, which it does when it logs."""
        del args
        if state.global_step % self._every == 0:
            self._due = control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Ask, with the compute of this step; on a refusal save and stop."""
        if self._due and self.paused is None:
            self._due = False
            self._ask(args, state, control, save=True)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Ask after each checkpoint: it is there already, so that on a refusal only to stop."""
        self._saved = True
        if self.paused is None:
            self._ask(args, state, control, save=False)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Say so if a run was stopped, and no checkpoint was written."""
        del args, control
        if self.paused is not None and not self._saved:
            LOG.error("paused at step %d WITHOUT a checkpoint", state.global_step)

    def _at_start(self, args: Any, state: Any) -> Refused | None:
        if args.save_only_model:
            return _refusal(
                "integration.checkpoint",
                "`save_only_model` leaves out what a run needs to go on",
                hint="TrainingArguments(save_only_model=False)",
            )
        try:
            if self._weights is not None:
                digest = subject_digest(str(self._weights)).digest
                live = {**self._asked.digests, "weights": digest}
                self._asked = self._asked._replace(digests=live)
        except Exception as error:  # noqa: BLE001  # whatever it is, nothing was permitted
            return as_refused(error)
        return self._answer(state)

    def _ask(self, args: Any, state: Any, control: Any, *, save: bool) -> None:
        refused = _agreed(args, state, ask=lambda: self._answer(state))
        if refused is None:
            return
        self.paused = refused
        self._saved = not save
        control.should_training_stop = True
        if save:
            # An evaluation could decide that this checkpoint is not worth saving.
            control.should_save, control.should_evaluate = True, False
        self._tell(refused, step=state.global_step)

    def _answer(self, state: Any) -> Refused | None:
        """Why the run may not go on, as the main process sees it; None if it may."""
        try:
            now = self._compute.now(counted=float(state.total_flos), step=state.global_step)
            if now is None:
                raise _refusal(
                    "integration.compute",
                    f"the compute of {state.global_step} steps is not known",
                    hint="EffectiveCompute(per_step=...) where the Trainer can not count",
                )
            if self._compute.fired(now):
                raise _refusal(
                    "integration.compute",
                    f"effective compute is {now:.3g} FLOP, {self._compute.multiple:g} times the "
                    f"{self._compute.determined_at:.3g} of the last determination",
                    hint="have the checkpoint judged, then go on from it",
                )
            asked = self._asked
            if self._permission.judges_compute:
                asked = asked._replace(effective_compute=now)
            allowed_by(self._permission, asked=asked, at=self._clock())
        except Exception as error:  # noqa: BLE001  # whatever it is, nothing was permitted
            return as_refused(error)
        return None

    def _tell(self, refused: Refused, *, step: int) -> None:
        LOG.warning("training paused at step %d: %s", step, refused)


def _refusal(code: str, message: str, *, hint: str) -> Refused:
    return as_refused(InputError(code, message, hint=hint))


def _agreed(args: Any, state: Any, *, ask: Callable[[], Refused | None]) -> Refused | None:
    """What the main process was answered, in every process; no common answer is a refusal."""
    if args.world_size <= 1:
        return ask()
    from torch import distributed

    if not (distributed.is_available() and distributed.is_initialized()):
        return _refusal(
            "integration.settings",
            f"{args.world_size} processes train, and can not be told of one answer",
            hint="train with torch.distributed",
        )
    told: list[Refused | None] = [ask() if state.is_world_process_zero else None]
    distributed.broadcast_object_list(told, src=0)
    return told[0]
