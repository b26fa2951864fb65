"""Runs of the real Trainer on a tiny model, in the environment that has PyTorch.

`python -m tests.acceptance.trainer_run FOLDER` prints what came of each as JSON. With RANK set it
is one process of several.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments

from tests.acceptance.projects import FRAMEWORK
from tests.acceptance.registry import Permits, todays_project
from tierlock.core import InputError
from tierlock.integrations import (
    Allowed,
    Asked,
    EffectiveCompute,
    PermitFiles,
    ProjectGate,
    Refused,
    TierlockCallback,
)
from tierlock.usecases import subject_digest

STEPS = 12
FREE = EffectiveCompute(before=1e6)
NOW = datetime.now(UTC)


class Says:
    """Allows so many questions, and then answers as it was told."""

    def __init__(self, allows: int = 10**6, then: Callable[[], Any] | None = None) -> None:
        self.allows = allows
        self.then = then
        self.asked: list[Asked] = []
        self.judges_compute = True

    def check(self, asked: Asked, *, at: datetime) -> Allowed:
        self.asked.append(asked)
        if len(self.asked) > self.allows:
            answer: Allowed = None if self.then is None else self.then()  # type: ignore[assignment]
            return answer
        return Allowed(at + timedelta(hours=1), "as told")


class Rows(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> dict[str, Any]:
        row = torch.arange(8).add(index).remainder(16)
        return {"input_ids": row, "labels": row}


class Plain(torch.nn.Module):
    """A model of which nobody knows how much compute a step takes."""

    def __init__(self) -> None:
        super().__init__()
        self.line = torch.nn.Linear(8, 1)

    def forward(self, input_ids: Any, labels: Any = None) -> dict[str, Any]:
        return {"loss": self.line(input_ids.float()).square().mean()}


def model() -> Any:
    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=16,
        )
    )  # fmt: skip


def trainer(folder: Path, *callbacks: Any, of: Any = None, **settings: Any) -> Any:
    known = {
        "output_dir": str(folder), "max_steps": STEPS, "per_device_train_batch_size": 2,
        "use_cpu": True, "report_to": "none", "save_strategy": "no", "logging_steps": 1000,
        "disable_tqdm": True, "seed": 3,
    }  # fmt: skip
    made = Trainer(
        model=of or model(),
        args=TrainingArguments(**{**known, **settings}),
        train_dataset=Rows(),
        eval_dataset=Rows(),
        callbacks=list(callbacks),
    )
    made.remove_callback(
        next(type(one) for one in made.callback_handler.callbacks if "Print" in type(one).__name__)
    )
    return made


def state(made: Any, callback: Any, folder: Path) -> dict[str, Any]:
    return {
        "step": made.state.global_step,
        "paused": callback.paused and callback.paused.code,
        "saved": sorted(path.name for path in folder.glob("checkpoint-*")),
        "flos": made.state.total_flos,
    }


def outcome(do: Callable[[], Any]) -> str:
    try:
        do()
    except (Refused, InputError) as error:
        return error.code
    return "done"


def weights(made: Any) -> list[float]:
    return [float(value) for row in made.model.parameters() for value in row.detach().flatten()]


def run(folder: Path, permission: Any, *others: Any, compute: Any = FREE, **settings: Any) -> Any:
    callback = TierlockCallback(permission, compute=compute, every=4)
    made = trainer(folder, *others, callback, **settings)
    ended = outcome(made.train)
    return {"ended": ended, **state(made, callback, folder)}


def allowed(folder: Path) -> Any:
    permission = Says()
    found = run(folder, permission)
    grown = [asked.effective_compute or 0.0 for asked in permission.asked]
    return {**found, "asked": len(grown), "grows": grown == sorted(set(grown)), "from": grown[0]}


def trigger(folder: Path) -> Any:
    """Pause at the compute trigger, go on once it is judged, and end where a free run ends."""
    free = trainer(folder / "free")
    free.train()
    per_step = free.state.total_flos / STEPS
    judged = EffectiveCompute(before=0, determined_at=3 * per_step, multiple=2.0)
    callback = TierlockCallback(Says(), compute=judged, every=4)
    made = trainer(folder, callback)
    made.train()
    first = {**state(made, callback, folder), "raised": outcome(callback.raise_if_paused)}
    again = TierlockCallback(Says(), compute=judged, every=4)
    stopped = trainer(folder, again)
    refused = outcome(lambda: stopped.train(resume_from_checkpoint=True))
    later = EffectiveCompute(before=0, determined_at=8 * per_step, multiple=2.0)
    last = TierlockCallback(Says(), compute=later, every=4)
    resumed = trainer(folder, last)
    resumed.train(resume_from_checkpoint=True)
    return {
        "first": first, "refused": refused, "last": state(resumed, last, folder),
        "same": weights(resumed) == weights(free), "flos": free.state.total_flos,
    }  # fmt: skip


def held(folder: Path) -> Any:
    def no() -> Any:
        raise InputError("integration.gate", "the gate says HOLD", hint="ask again")

    return run(folder, Says(1, no))


def broken(folder: Path) -> Any:
    def fall() -> Any:
        raise OSError("the disk is gone")

    return run(folder, Says(2, fall))


def silent(folder: Path) -> Any:
    return run(folder, Says(2, lambda: True))


def at_start(folder: Path) -> Any:
    return run(folder, Says(0))


def at_save(folder: Path) -> Any:
    """A checkpoint of step 3 is followed by a question, and by nothing else."""
    return run(folder, Says(1), save_strategy="steps", save_steps=3)


def uncounted(folder: Path) -> Any:
    return run(folder, Says(), of=Plain())


def declared(folder: Path) -> Any:
    plan = EffectiveCompute(before=1e6, determined_at=1e6, multiple=2.0, per_step=1e5)
    return run(folder, Says(), of=Plain(), compute=plan, max_steps=14)


class GoesOn(TrainerCallback):
    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_training_stop = False

    on_save = on_log


class NeverLogs(TrainerCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_log = False


def overruled(folder: Path) -> Any:
    permission = Says(1)
    callback = TierlockCallback(permission, compute=FREE, every=4)
    made = trainer(folder, callback, GoesOn())
    return {"ended": outcome(made.train), **state(made, callback, folder)}


def unlogged(folder: Path) -> Any:
    callback = TierlockCallback(Says(), compute=FREE, every=4)
    made = trainer(folder, callback, NeverLogs())
    return {"ended": outcome(made.train), **state(made, callback, folder)}


def best_only(folder: Path) -> Any:
    """Only the best checkpoints are kept, and that of the refusal is not one of them."""
    return run(
        folder, Says(3), save_strategy="best", eval_strategy="steps", eval_steps=4,
        metric_for_best_model="loss", greater_is_better=True,
    )  # fmt: skip


def weights_only(folder: Path) -> Any:
    return run(folder, Says(), save_only_model=True)


def permits(folder: Path) -> Any:
    """A permit for the starting point: it holds, expires meanwhile, is not for others."""
    start = folder / "start"
    model().save_pretrained(start)
    files = Permits(folder / "tierlock")
    what: dict[str, Any] = {"action": "continue_training", "surface": None, "audience": None}
    files.permit(subject_digest(str(start)).digest, expires_at=_soon(), **what)
    asked = PermitFiles(
        files.permits, status=files.folder / "status.json", keys=files.folder / "keys.json",
        seen=files.folder / "seen.json",
    )  # fmt: skip
    plan = EffectiveCompute(before=1e6, determined_at=1e6, multiple=100.0)
    found = {}
    for name, steps_until_late in (("holds", 10**6), ("expires", 2)):
        clock = _Clock(steps_until_late)
        callback = TierlockCallback(asked, compute=plan, weights=start, every=4, clock=clock)
        made = trainer(folder / name, callback)
        found[name] = {"ended": outcome(made.train), **state(made, callback, folder / name)}
    (start / "model.safetensors").write_bytes(b"others")
    made = trainer(folder / "x", TierlockCallback(asked, compute=plan, weights=start))
    found["other"] = {"ended": outcome(made.train), "step": made.state.global_step}
    found["no trigger"] = {"ended": outcome(lambda: TierlockCallback(asked, compute=FREE))}
    return found


def _soon() -> datetime:
    return NOW.replace(microsecond=0) + timedelta(minutes=30)


class _Clock:
    def __init__(self, until_late: int) -> None:
        self.left = until_late

    def __call__(self) -> datetime:
        self.left -= 1
        return datetime.now(UTC) + timedelta(minutes=0 if self.left >= 0 else 45)


def project(folder: Path) -> Any:
    """The gate of a project with a compute trigger: it judges growth by itself."""
    start = folder / "start"
    model().save_pretrained(start)
    digest = subject_digest(str(start)).digest
    rules = FRAMEWORK.replace(
        "triggers:\n",
        "triggers:\n  - {id: grown, when: {effective_compute: 2}, expires: [evidence]}\n",
    ).replace("actions:\n", "actions:\n  continue_training: {needs: [deployment, security]}\n")
    # A step is 2 sequences of 8 tokens; what the Trainer counts for it is compared in the test.
    free = trainer(folder / "free", max_steps=1)
    free.train()
    per_step = free.state.total_flos
    before = 6 * per_step
    root = todays_project(folder / "project", digest=digest, lab=rules, compute=before)
    callback = TierlockCallback(
        ProjectGate(root), compute=EffectiveCompute(before=before), weights=start, every=4
    )
    made = trainer(folder / "run", callback)
    found = {"ended": outcome(made.train), **state(made, callback, folder / "run")}
    found["says"] = str(callback.paused)
    unknown = todays_project(folder / "unknown", digest=digest, lab=rules)
    callback = TierlockCallback(ProjectGate(unknown), compute=FREE, weights=start)
    found["unknown"] = outcome(trainer(folder / "y", callback).train)
    return found


SCENARIOS = (
    allowed, trigger, held, broken, silent, at_start, at_save, uncounted, declared, overruled,
    unlogged, best_only, weights_only, permits, project,
)  # fmt: skip


def one_of_several(folder: Path) -> Any:
    """Only the main process can ask; the other one is told."""

    def no() -> Any:
        raise InputError("integration.gate", "the gate says DENY", hint="ask again")

    permission = Says(2, no)
    found = run(folder, permission, ddp_backend="gloo")
    return {**found, "asked": len(permission.asked)}


def main() -> None:
    folder = Path(sys.argv[1])
    if "RANK" in os.environ:
        found = one_of_several(folder)
    else:
        found = {scenario.__name__: scenario(folder / scenario.__name__) for scenario in SCENARIOS}
    sys.stdout.write("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
