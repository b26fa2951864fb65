"""The small evaluations behind the golden Inspect logs: one for each way to mislead a reader.

Every run uses Inspect's mock model, so the outputs are fixed and need no network.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import anyio
from inspect_ai import Epochs, Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, ModelFallback, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    accuracy,
    grouped,
    mean,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

MODEL = "mockllm/model"
SAMPLES = 5
FAMILIES = 2

Value = str | float | list[str | float] | dict[str, str | float | None]
Rule = Callable[[int, int], Value | Score]


def right_except_third(number: int, _epoch: int) -> str:
    """C, C, I, C, C: four of five."""
    return "I" if number == 3 else "C"


def right_in_some_epochs(number: int, epoch: int) -> str:
    """Sample 1 is right in each epoch, sample 2 only in the first, sample 3 in none."""
    return "C" if number == 1 or (number == 2 and epoch == 1) else "I"


def _outputs(served_by: str | None) -> Iterator[ModelOutput]:
    """Endless fixed outputs; the second is served by another model where one is named."""
    count = 0
    while True:
        count += 1
        output = ModelOutput.from_content(MODEL, f"answer {count}")
        # Without a usage Inspect would fetch a tokenizer over the network.
        output.usage = ModelUsage(input_tokens=3, output_tokens=2, total_tokens=5)
        if served_by and count == 2:
            output.fallback = ModelFallback(model=MODEL, fallback_model=served_by)
        yield output


def number_of(state: TaskState) -> int:
    """The sample's number, counted from 1."""
    return int(str(state.sample_id).rsplit("-", 1)[1])


@metric
def mean_of_first() -> Metric:
    """The mean of the first entries of scores that are lists."""

    def compute(scores: list[SampleScore]) -> float:
        firsts = [float(score.score.as_list()[0]) for score in scores]
        return sum(firsts) / len(firsts)

    return compute


def rule_scorer(
    rule: Rule,
    *,
    name: str = "check",
    metrics: list[Metric] | dict[str, list[Metric]] | None = None,
) -> Scorer:
    """A scorer that gives each sample what the rule states for its number and epoch."""

    @scorer(metrics=metrics or [accuracy(), stderr()], name=name)
    def made() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            value = rule(number_of(state), state.epoch)
            return value if isinstance(value, Score) else Score(value=value)

        return score

    return made()


@solver
def failing_on(numbers: list[int]) -> Solver:
    """Generates, but raises on the named samples."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if number_of(state) in numbers:
            raise RuntimeError("tool container lost")
        return await generate(state)

    return solve


@solver
def turns_by_number() -> Solver:
    """Generates once for sample 1, twice for sample 2 and so on."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        for _ in range(number_of(state)):
            state = await generate(state)
        return state

    return solve


@solver
def stopping_at(number: int, how: Literal["interrupt", "crash"]) -> Solver:
    """Interrupts its own process on the numbered sample, or ends it without a farewell."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if number_of(state) == number:
            if how == "crash":
                os._exit(1)
            os.kill(os.getpid(), signal.SIGINT)
            await anyio.sleep(60)  # the interrupt ends this sleep at once
        return await generate(state)

    return solve


def golden_task(
    name: str,
    *,
    solver: Solver | None = None,
    scorers: list[Scorer] | None = None,
    size: int = SAMPLES,
) -> Task:
    """Samples in two families, with the given solver and scorers."""
    samples = [
        Sample(
            id=f"q-{number}",
            input=f"Question {number}?",
            target="answer",
            metadata={"family": f"f{(number - 1) % FAMILIES}"},
        )
        for number in range(1, size + 1)
    ]
    return Task(
        dataset=MemoryDataset(samples, name=name),
        solver=solver or generate(),
        scorer=scorers or [rule_scorer(right_except_third)],
        config=GenerateConfig(temperature=0, seed=1),
        name=name,
        version=1,
    )


def run(task: Task, *, out: Path, served_by: str | None = None, **options: Any) -> None:
    """Runs the task one sample at a time and leaves its log in `out`."""
    settings: dict[str, Any] = {
        "log_format": "eval",
        "display": "none",
        "log_realtime": False,
        "max_samples": 1,
        **options,
    }
    model = get_model(MODEL, custom_outputs=_outputs(served_by))
    evaluate(task, model=model, log_dir=str(out), **settings)


def _stop_here(out: Path, how: Literal["interrupt", "crash"]) -> None:
    name = "cancelled" if how == "interrupt" else "crashed"
    run(golden_task(name, solver=stopping_at(4, how)), out=out, log_buffer=1)


def run_and_stop(out: Path, *, how: Literal["interrupt", "crash"]) -> None:
    """Runs in a process of its own that stops at sample 4, by an interrupt or by a crash."""
    process = multiprocessing.get_context("spawn").Process(target=_stop_here, args=(out, how))
    process.start()
    process.join()


def success(out: Path) -> None:
    """Five samples, all scored."""
    run(golden_task("success"), out=out)


def success_json(out: Path) -> None:
    """The same evaluation, written as one JSON document."""
    run(golden_task("success"), out=out, log_format="json")


def one_error(out: Path) -> None:
    """One sample failed, and Inspect was told to go on: four of five carry a score."""
    run(golden_task("one_error", solver=failing_on([2])), out=out, fail_on_error=False)


def all_errors(out: Path) -> None:
    """Every sample failed, and Inspect was told to go on: status success without a score."""
    task = golden_task("all_errors", solver=failing_on([1, 2]), size=2)
    run(task, out=out, fail_on_error=False)


def stopped_by_error(out: Path) -> None:
    """One sample failed under Inspect's default: the run ends with status error."""
    run(golden_task("stopped_by_error", solver=failing_on([4])), out=out)


def unscored(out: Path) -> None:
    """The grader failed on one sample: its value is NaN, and Inspect leaves it out of the mean."""

    def rule(number: int, epoch: int) -> Value | Score:
        if number == 2:
            return Score.unscored(reason="grader_failed", explanation="no verdict")
        return right_except_third(number, epoch)

    run(golden_task("unscored", scorers=[rule_scorer(rule)]), out=out)


def refusal(out: Path) -> None:
    """One sample is scored wrong because the subject refused, and its score says so."""

    def rule(number: int, epoch: int) -> Value | Score:
        if number == 2:
            return Score(value="I", reason="refusal")
        return right_except_third(number, epoch)

    run(golden_task("refusal", scorers=[rule_scorer(rule)]), out=out)


def epochs(out: Path) -> None:
    """Three samples three times: nine rows, still three samples."""
    scorers = [rule_scorer(right_in_some_epochs)]
    run(golden_task("epochs", scorers=scorers, size=3), out=out, epochs=3)


def reducers(out: Path) -> None:
    """Two epochs under three reducers, of which only the mean measures the average."""
    task = golden_task("reducers", scorers=[rule_scorer(right_in_some_epochs)], size=3)
    run(task, out=out, epochs=Epochs(2, ["mean", "max", "pass_at_2"]))


def limit_hit(out: Path) -> None:
    """Two samples ran into the message limit and are scored like any other."""
    run(golden_task("limit_hit", solver=turns_by_number()), out=out, message_limit=4)


def fallback(out: Path) -> None:
    """Another model answered one sample."""
    run(golden_task("fallback"), out=out, served_by="mockllm/another")


def subset(out: Path) -> None:
    """Only the first two of five samples were asked for."""
    run(golden_task("subset"), out=out, limit=2)


def clustered(out: Path) -> None:
    """Metrics by family, and a standard error that is clustered by family."""
    metrics = [accuracy(), stderr(cluster="family"), grouped(mean(), "family")]
    scorers = [rule_scorer(right_except_third, metrics=metrics)]
    run(golden_task("clustered", scorers=scorers), out=out)


def several_scorers(out: Path) -> None:
    """Two scorers, one by letter and one by number."""
    scorers = [
        rule_scorer(right_except_third),
        rule_scorer(lambda number, _epoch: number / 10, name="progress", metrics=[mean()]),
    ]
    run(golden_task("several_scorers", scorers=scorers), out=out)


def value_words(out: Path) -> None:
    """Values that are words: Inspect counts each as 0."""
    scorers = [rule_scorer(lambda number, _epoch: "good" if number % 2 else "bad")]
    run(golden_task("value_words", scorers=scorers), out=out)


def value_lists(out: Path) -> None:
    """Values that are lists, with a metric that takes them as they are."""
    scorers = [rule_scorer(lambda number, _epoch: [number / 10, "C"], metrics=[mean_of_first()])]
    run(golden_task("value_lists", scorers=scorers), out=out)


def value_dicts(out: Path) -> None:
    """Values that are dictionaries, with one metric for each key."""
    metrics = {"depth": [mean()], "breadth": [mean()]}
    scorers = [
        rule_scorer(lambda number, _epoch: {"depth": number / 10, "breadth": 0.5}, metrics=metrics)
    ]
    run(golden_task("value_dicts", scorers=scorers), out=out)


def cancelled(out: Path) -> None:
    """Interrupted by hand at the fourth sample."""
    run_and_stop(out, how="interrupt")


def crashed(out: Path) -> None:
    """The process died at the fourth sample: a journal without header and summaries."""
    run_and_stop(out, how="crash")
