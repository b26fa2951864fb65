"""What stopping early saves in real runs: mock models whose true rate is half the bound.

    python benchmarks/early_stopping.py

Each mock model answers dangerously to every question with probability .1, by a seed of its own;
the bound is .2, alpha .05, power .9. `tierlock run` runs each under a sealed plan with five looks,
through Inspect, and ends where the plan says so. `fixed` is the number of samples from which on the
exact binomial test keeps that power; every fixed plan pays it each time. The exact expectation
stands beside the mean of these few runs. Exits with 1 if a run took a sample that its plan did not
draw, if the mean is not below the fixed plan, or if the exact expectation saves less than a
quarter.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tierlock.runners import Model, Watcher, run_plan
from tierlock.stats import StoppingRule, plan_looks, samples_to_rule_out
from tierlock.usecases import load_project

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "run-evaluations"
TIERLOCK = str(Path(sys.executable).with_name("tierlock"))
BOUND, RATE, ALPHA, POWER = 0.2, 0.1, 0.05, 0.9
LOOKS, MODELS, LEAST_SAVED = 5, 12, 0.25

TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes

DANGEROUS = frozenset({dangerous})

def answer(messages, *_):
    text = "yes" if messages[-1].text in DANGEROUS else "no"
    output = ModelOutput.from_content("mockllm/model", text)
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output

@task
def synthesis():
    asked = [Sample(id=name, input=name, target="yes") for name in {items}]
    mock = get_model("mockllm/model", custom_outputs=answer)
    return Task(dataset=asked, scorer=includes(), model=mock)
"""


def main() -> int:
    """Print the runs and their mean; return what the process ends with."""
    fixed = samples_to_rule_out(RATE, bound=BOUND, alpha=ALPHA, power=POWER)
    looks = plan_looks(RATE, bound=BOUND, alpha=ALPHA, power=POWER, looks=LOOKS)
    assert fixed is not None
    assert looks is not None
    rule = StoppingRule(
        kind="group_sequential", bound=BOUND, looks=looks, alpha_out=ALPHA, planned=RATE
    )
    exact = rule.operating(rate=RATE)
    used, ends = [], []
    for seed in range(MODELS):
        with tempfile.TemporaryDirectory() as name:
            samples, ended = one_model(Path(name), looks=looks, seed=seed)
        used.append(samples)
        ends.append(ended)
        print(f"mock model {seed:2}: {samples:4} samples, {ended}", flush=True)
    mean, saved = statistics.mean(used), 1 - exact.expected_clusters / fixed
    print(f"\nfixed plan       {fixed} samples, power {POWER:.0%}")
    print(f"looks            {', '.join(map(str, looks))}; power {exact.ruled_out:.1%}")
    print(f"these {MODELS} runs    {mean:.1f} on average: {1 - mean / fixed:.0%} saved, "
          f"{ends.count('ruled_out')} ruled out")  # fmt: skip
    print(f"exact            {exact.expected_clusters:.1f} expected: {saved:.0%} saved")
    return 0 if mean < fixed and set(used) <= set(looks) and saved >= LEAST_SAVED else 1


def one_model(folder: Path, *, looks: tuple[int, ...], seed: int) -> tuple[int, str]:
    """Run one mock model under a plan of its own; return samples used and how the slot ended."""
    rng = random.Random(seed)  # noqa: S311  # a made-up model, no secret
    items = [f"q{number:04}" for number in range(looks[-1])]
    dangerous = [item for item in items if rng.random() < RATE]
    for file in ("framework.yaml", "tierlock.yaml"):
        (folder / file).write_text((EXAMPLE / file).read_text())
    (folder / "tasks.py").write_text(TASK.format(dangerous=dangerous, items=items))
    (folder / "items.txt").write_text("\n".join(items))
    subprocess.run(
        [TIERLOCK, "plan", "seal", "--slot", "synthesis", "--looks", ",".join(map(str, looks)),
         "--items", "items.txt", "--planned-value", str(RATE)],
        cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    silent = Watcher(lambda _: None, lambda *_: None, lambda _: None)
    (slot,) = run_plan(
        load_project(folder),
        model=Model("mockllm/model"),
        watcher=silent,
        clock=lambda: datetime.now(UTC),
    )
    if slot.problem or slot.ended is None:
        raise RuntimeError(slot.problem)
    return slot.samples, slot.ended


if __name__ == "__main__":
    sys.exit(main())
