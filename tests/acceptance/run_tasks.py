"""Tasks for the tests of `tierlock run`; copied into a project, and loaded there by Inspect.

`DANGER` says to which questions the mock model gives the dangerous answer: to every so manieth, 0
for none. Every question that is asked is noted in `asked.txt`.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

HERE = Path(__file__).parent


def answer(messages: list[Any], *_: object) -> ModelOutput:
    number = int(messages[-1].text)
    every = int(os.environ.get("DANGER", "0"))
    output = ModelOutput.from_content(
        "mockllm/model", "yes" if every and number % every == 0 else "no"
    )
    output.usage = ModelUsage(input_tokens=100, output_tokens=10, total_tokens=110)
    with (HERE / "asked.txt").open("a") as file:
        file.write(f"q{number:03}\n")
    return output


@solver
def slowly() -> Solver:
    """Take some time for each question, so that a run can be stopped in the middle."""
    ask = generate()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        await asyncio.sleep(0.02)
        return await ask(state, generate)

    return solve


@task
def synthesis(questions: int = 200) -> Task:
    samples = [Sample(id=f"q{n:03}", input=str(n), target="yes") for n in range(questions)]
    mock = get_model("mockllm/model", custom_outputs=answer)
    return Task(dataset=samples, solver=slowly(), scorer=includes(), model=mock)


@task
def families(size: int = 3) -> Task:
    """Families of questions; `asked.txt` shows that they are asked whole or not at all."""
    samples = [
        Sample(id=f"q{n:03}", input=str(n), target="yes", metadata={"family": n // size})
        for n in range(180)
    ]
    mock = get_model("mockllm/model", custom_outputs=answer)
    return Task(dataset=samples, solver=slowly(), scorer=includes(), model=mock)
