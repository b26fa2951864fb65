"""Makes a folder of Inspect logs of realistic size, to time readers on.

    python benchmarks/corpus.py OUT --logs 20 --samples 500

Inspect runs one agent evaluation with its mock model: three turns with a shell tool, two scorers,
about 40 kB of JSON per sample. That log is then copied with another task name and other ids, so
that a reader sees as many different runs as there are logs. Ids, texts and scores are the same in
every build with the same numbers; times are those of the run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, accuracy, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver, use_tools
from inspect_ai.tool import Tool, ToolChoice, ToolInfo, tool

MODEL = "mockllm/model"
BASE_TASK = "corpus_task_base"
TURNS = 3
FAMILY_SIZE = 5
ZSTANDARD = 93
_FILLER = (
    "the of and to in is that for it as was with be by on not from have had they which one you all"
    " would there their we him been has when who will more if out so said what its about into them"
    " can only other new some could time these two may then first my now over even most made after"
    " network process file socket buffer heap stack kernel key token certificate log node path map"
)
# Inspect's ids: 22 letters and digits, without those that look alike.
_ID = re.compile(rb'"([2-9A-HJ-NP-Za-km-z]{22})"')


def text(length: int, *, seed: str) -> str:
    """Returns at least `length` characters of word salad, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - filler text, not a secret
    filler, words = _FILLER.split(), []
    size = 0
    while size < length:
        word = hex(rng.getrandbits(32)) if rng.random() < 0.12 else rng.choice(filler)
        words.append(word)
        size += len(word) + 1
    return " ".join(words)


@tool
def shell() -> Tool:
    async def execute(command: str) -> str:
        """Run a command.

        Args:
            command: The command to run.
        """
        return text(1800, seed=command)

    return execute


@solver
def agent() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        for _ in range(TURNS):
            state = await generate(state, tool_calls="single")
        return state

    return solve


def _number(state: TaskState) -> int:
    return int(str(state.sample_id).rsplit("-", 1)[1])


@scorer(metrics=[accuracy(), stderr(cluster="family")])
def solved() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        number = _number(state)
        return Score(
            value="C" if number * 7 % 10 < 3 else "I",
            answer=state.output.completion[:40],
            explanation=text(400, seed=f"why {number}"),
        )

    return score


@scorer(metrics=[mean(), stderr(cluster="family")])
def progress() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=_number(state) * 37 % 101 / 100)

    return score


def _reply(
    messages: list[ChatMessage], _tools: list[ToolInfo], _choice: ToolChoice, _: GenerateConfig
) -> ModelOutput:
    seed = f"{messages[0].text[:40]} {len(messages)}"
    command = text(200, seed=f"command {seed}")
    output = ModelOutput.for_tool_call(
        MODEL, "shell", {"command": command}, content=text(700, seed=f"thought {seed}")
    )
    # Without a usage Inspect would fetch a tokenizer over the network.
    output.usage = ModelUsage(input_tokens=3000, output_tokens=400, total_tokens=3400)
    return output


def corpus_task(samples: int) -> Task:
    """Returns the agent evaluation with the given number of samples."""
    dataset = [
        Sample(
            id=f"challenge-{number:05d}",
            input=f"Challenge {number:05d}: {text(900, seed=f'challenge {number}')}",
            target=f"flag-{number:05d}",
            metadata={"family": f"family-{number // FAMILY_SIZE:04d}", "difficulty": number % 5},
        )
        for number in range(samples)
    ]
    return Task(
        name=BASE_TASK,
        dataset=MemoryDataset(dataset, name=BASE_TASK),
        solver=[use_tools(shell()), agent()],
        scorer=[solved(), progress()],
        config=GenerateConfig(temperature=0.7, max_tokens=4096, seed=42),
        message_limit=60,
        version=1,
    )


def base_log(folder: Path, *, samples: int, model: Model) -> Path:
    """Runs the evaluation once and returns the path of its log.

    Raises:
        RuntimeError: Inspect did not finish.
    """
    log = evaluate(
        corpus_task(samples),
        model=model,
        log_dir=str(folder),
        log_format="eval",
        log_realtime=False,
        display="none",
        max_samples=1,
    )[0]
    if log.status != "success":
        raise RuntimeError(f"the evaluation ended with status {log.status}")
    return Path(log.location)


def _renaming(copy: int) -> Callable[[bytes], bytes]:
    """Returns a function that gives a member the copy's task name and its own ids.

    An id is renamed by the order in which ids first appear, so references stay whole.
    """
    alphabet = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    renamed: dict[bytes, bytes] = {}

    def new_id(found: re.Match[bytes]) -> bytes:
        old = found.group(1)
        if old not in renamed:
            digest = hashlib.sha256(f"{copy}/{len(renamed)}".encode()).digest()
            renamed[old] = bytes(alphabet[byte % len(alphabet)] for byte in digest[:22])
        return b'"%s"' % renamed[old]

    def rename(content: bytes) -> bytes:
        named = content.replace(BASE_TASK.encode(), f"corpus_task_{copy:04d}".encode())
        return _ID.sub(new_id, named)

    return rename


def make_corpus(out: Path, *, logs: int, samples: int) -> list[Path]:
    """Writes the logs into the folder and returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as folder:
        base = base_log(
            Path(folder), samples=samples, model=get_model(MODEL, custom_outputs=_reply)
        )
        with zipfile.ZipFile(base) as source:
            members = [(name, source.read(name)) for name in source.namelist()]
        for copy in range(logs):
            rename = _renaming(copy)
            path = out / f"corpus_task_{copy:04d}.eval"
            with zipfile.ZipFile(path, "w", compression=ZSTANDARD) as target:
                for name, content in members:
                    target.writestr(name, rename(content))
            made.append(path)
    return made


def main() -> None:
    """Makes the corpus that the command line asks for and prints its size."""
    parser = argparse.ArgumentParser(description="Make Inspect logs to time readers on.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--logs", type=int, default=20)
    parser.add_argument("--samples", type=int, default=500)
    options = parser.parse_args()
    # The logs shall not depend on the commit of the folder that they were made in.
    out = options.out.resolve()
    os.chdir(Path(__file__).resolve().parent)
    os.environ["GIT_CEILING_DIRECTORIES"] = str(Path.cwd().parent)
    made = make_corpus(out, logs=options.logs, samples=options.samples)
    size = sum(path.stat().st_size for path in made)
    print(f"{len(made)} logs, {len(made) * options.samples} samples, {size / 1e6:.1f} MB in {out}")


if __name__ == "__main__":
    main()
