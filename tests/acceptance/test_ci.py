"""What other systems are given to run: every script of theirs is run here, without a network."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.acceptance.projects import ROOT, STATEMENTS, assess, log, project

ACTION = ROOT / "integrations" / "github" / "action.yml"
GITLAB = ROOT / "integrations" / "gitlab" / "tierlock.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
GUIDE = ROOT / "docs" / "guides" / "gate-in-ci.md"
CODES = {"ALLOW": 0, "DENY": 1, "HOLD": 10}
MARK = "<!-- tierlock-gate model-1/deploy/api/everybody -->"

# Everything dated shortly before these tests run, because a pipeline asks about now.
_CLOCK = ["date", "-u", "-d", "2 days ago", "+%Y-%m-%dT00:00:00Z"]
RECENT = subprocess.run(_CLOCK, capture_output=True, check=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands as a runner finds them: tierlock, and a `gh` that only writes down its calls."""
    folder = tmp_path_factory.mktemp("bin")
    scripts = {
        "tierlock": f'exec {sys.executable} -c "from tierlock.cli import main; main()" "$@"',
        "gh": 'printf "%s\\n" "$*" >> "$GH_CALLS"\n'
        'case "$*" in *--paginate*) printf "%s" "$GH_KNOWN";; esac',
        "python": 'printf "%s\\n" "$*" >> "$PIP_CALLS"',
    }
    for name, text in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One project per verdict, with recent records."""
    base = tmp_path_factory.mktemp("ci")
    recent = re.sub(r"2026-03-0\dT00:00:00Z", RECENT, STATEMENTS)
    found = {}
    for name, statements in (
        ("ALLOW", recent),
        ("HOLD", recent),
        ("DENY", recent.replace("status: met", "status: unmet")),
    ):
        folder = project(base / name.lower(), statements=statements)
        if name != "HOLD":
            # The logs of these tests are of March 2026; only the gate's clock is the real one.
            lab = folder / "lab.yaml"
            lab.write_text(lab.read_text().replace("P6M}, expires", "P50Y}, expires"))
            assert assess(folder, log(folder / "logs"), at=_now()).code == 0
        found[name] = folder
    return found


def _now() -> str:
    done = subprocess.run(
        ["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


class Run(NamedTuple):
    """What a run of the action did."""

    code: int
    outputs: Mapping[str, str]
    printed: str
    summary: str
    calls: str


# The conditions of the action's steps; an unknown one fails the test that meets it.
CONDITIONS: Mapping[str, Callable[[Mapping[str, str], Mapping[str, str]], bool]] = {
    "inputs.install != ''": lambda inputs, _: inputs["install"] != "",
    "inputs.logs != ''": lambda inputs, _: inputs["logs"] != "",
    "inputs.comment == 'true' && github.event_name == 'pull_request' && "
    "steps.gate.outputs.verdict != ''": lambda inputs, outputs: (
        inputs["comment"] == "true" and outputs.get("verdict", "") != ""
    ),
}


def run_action(folder: Path, tools: Path, **given: str) -> Run:
    """Run the steps of the composite action as a runner does."""
    action = yaml.safe_load(ACTION.read_text())
    inputs = {name: str(spec["default"]) for name, spec in action["inputs"].items()}
    assert given.keys() - {"known"} <= inputs.keys()
    inputs |= {"project": ".", **{k: v for k, v in given.items() if k != "known"}}
    files = {name: folder / f".{name.lower()}" for name in ("OUTPUT", "SUMMARY", "GH", "PIP")}
    for path in files.values():
        path.write_text("")
    outputs: dict[str, str] = {}
    failed, printed = False, ""

    def value(text: str) -> str:
        known = {
            **{f"inputs.{name}": text for name, text in inputs.items()},
            **{f"steps.gate.outputs.{name}": text for name, text in outputs.items()},
            "github.event.pull_request.number": "7",
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: known.get(match[1], ""), text)

    code = 0
    for step in action["runs"]["steps"]:
        condition = step.get("if", "")
        always = condition == "always()"
        if not always and (failed or (condition and not CONDITIONS[condition](inputs, outputs))):
            continue
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={
                "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
                "LC_ALL": "C.UTF-8",
                "GITHUB_OUTPUT": str(files["OUTPUT"]),
                "GITHUB_STEP_SUMMARY": str(files["SUMMARY"]),
                "GITHUB_REPOSITORY": "lab/models",
                "GH_CALLS": str(files["GH"]),
                "GH_KNOWN": given.get("known", ""),
                "PIP_CALLS": str(files["PIP"]),
                **{name: value(text) for name, text in step.get("env", {}).items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )
        printed += done.stdout + done.stderr
        if done.returncode and not step.get("continue-on-error"):
            failed, code = True, done.returncode
        lines = files["OUTPUT"].read_text().splitlines()
        outputs |= dict(line.split("=", 1) for line in lines)
    calls = files["GH"].read_text() + files["PIP"].read_text()
    return Run(code, outputs, printed, files["SUMMARY"].read_text(), calls)


@pytest.mark.parametrize("verdict", CODES)
def test_the_action_ends_with_the_gates_own_code(
    projects: dict[str, Path], tools: Path, verdict: str
) -> None:
    ran = run_action(projects[verdict], tools)
    assert (ran.code, ran.outputs["verdict"]) == (CODES[verdict], verdict), ran.printed
    assert ran.outputs["exit-code"] == str(CODES[verdict])
    assert ran.summary.startswith(MARK)
    assert verdict in ran.summary
    for style in ("sarif", "junit"):
        assert Path(ran.outputs[style]).stat().st_size > 100
    assert ("::error" in ran.printed) is (verdict != "ALLOW")
    assert "permission ends soon" in ran.printed or verdict == "HOLD"


@pytest.mark.parametrize("verdict", ["DENY", "HOLD"])
def test_the_advisory_action_says_so_and_goes_on(
    projects: dict[str, Path], tools: Path, verdict: str
) -> None:
    ran = run_action(projects[verdict], tools, advisory="true", within="")
    assert (ran.code, ran.outputs["verdict"]) == (0, verdict)
    assert "::warning title=advisory::" in ran.printed


def test_an_error_is_no_permission_even_where_the_gate_is_advisory(
    projects: dict[str, Path], tools: Path, tmp_path: Path
) -> None:
    ran = run_action(projects["ALLOW"], tools, action="no-such-action", advisory="true")
    assert ran.code == 2
    assert "verdict" not in ran.outputs
    assert "::error title=no answer::" in ran.printed
    assert run_action(tmp_path, tools, advisory="true").code == 2


def test_new_logs_are_assessed_first(
    projects: dict[str, Path], tools: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(projects["ALLOW"], tmp_path / "p")
    shutil.rmtree(folder / ".tierlock")
    assert run_action(folder, tools, within="").code == 10
    ran = run_action(folder, tools, logs="logs/bio.eval\n\n", install="tierlock==1.0")
    assert ran.code == 0, ran.printed
    assert ran.calls == "-m pip install --quiet tierlock==1.0\n"
    missing = run_action(folder, tools, logs="no-such-folder", advisory="true")
    assert missing.code == 70


@pytest.mark.parametrize(("known", "way"), [("", "POST"), ("41", "PATCH")])
def test_one_comment_is_written_and_then_edited(
    projects: dict[str, Path], tools: Path, known: str, way: str
) -> None:
    ran = run_action(projects["HOLD"], tools, comment="true", known=known, within="")
    assert ran.code == 10
    first, second = ran.calls.splitlines()
    assert first.startswith("api --paginate repos/lab/models/issues/7/comments")
    assert f"--method {way} repos/lab/models/issues/" in second
    assert (f"comments/{known}" in second) is bool(known)
    body = second.split("body=@")[1].split()[0]
    assert Path(body).read_text().startswith(MARK)


def test_what_an_input_says_is_never_run(projects: dict[str, Path], tools: Path) -> None:
    folder = projects["HOLD"]
    hostile = '$(touch pwned) `touch pwned` "; touch pwned; "'
    run_action(folder, tools, logs=hostile, install=hostile)
    run_action(folder, tools, action=hostile, surface=hostile, audience=hostile)
    run_action(folder, tools, within=hostile)
    assert not (folder / "pwned").exists()
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    assert not [step["name"] for step in steps if "${{" in step["run"]]


def run_lines(lines: list[str], folder: Path, tools: Path, variables: Mapping[str, str]) -> int:
    """Run a GitLab script: one shell for all lines, ended by the first failure."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=folder,
        env={"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", **variables},
        capture_output=True,
        check=False,
    ).returncode


@pytest.mark.parametrize("verdict", CODES)
def test_the_gitlab_job_keeps_its_report_and_ends_with_the_code(
    projects: dict[str, Path], tools: Path, verdict: str
) -> None:
    jobs = yaml.safe_load(GITLAB.read_text())
    job = jobs[".tierlock-gate"]
    folder = projects[verdict]
    named = {**job["variables"], "TIERLOCK_ACTION": "deploy", "TIERLOCK_SURFACE": "api"}
    named["TIERLOCK_AUDIENCE"] = "everybody"
    variables = named if verdict == "DENY" else job["variables"]
    assert run_lines(job["script"], folder, tools, variables) == CODES[verdict]
    assert "<testsuites" in (folder / job["artifacts"]["reports"]["junit"]).read_text()
    assert (folder / job["artifacts"]["paths"][0]).read_text().startswith(MARK)
    if verdict == "DENY":
        return
    expiring = jobs[".tierlock-expiring"]
    ended = run_lines(expiring["script"], folder, tools, expiring["variables"])
    assert ended == 4


def run_hook(name: str, folder: Path, tools: Path, *files: str) -> int:
    hook = next(hook for hook in yaml.safe_load(HOOKS.read_text()) if hook["id"] == name)
    return subprocess.run(
        [*shlex.split(hook["entry"]), *files],
        cwd=folder,
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        check=False,
    ).returncode


def test_the_hooks_run(projects: dict[str, Path], tools: Path, tmp_path: Path) -> None:
    assert {hook["id"] for hook in yaml.safe_load(HOOKS.read_text())} == {
        "tierlock-framework",
        "tierlock-gate",
        "tierlock-expiring",
    }
    folder = projects["HOLD"]
    (tmp_path / "bad.yaml").write_text("framework: x\n")
    bad = str(tmp_path / "bad.yaml")
    assert run_hook("tierlock-framework", folder, tools, "lab.yaml", "lab.yaml") == 0
    assert run_hook("tierlock-framework", folder, tools, "lab.yaml", bad, "lab.yaml") != 0
    assert run_hook("tierlock-gate", folder, tools) == 0
    assert run_hook("tierlock-expiring", folder, tools) == 4


def fenced(language: str) -> list[Any]:
    text = GUIDE.read_text(encoding="utf-8")
    return [
        yaml.safe_load(block) for block in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    ]


def test_the_guides_snippets_use_what_there_is() -> None:
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    jobs = yaml.safe_load(GITLAB.read_text())
    hooks = {hook["id"] for hook in yaml.safe_load(HOOKS.read_text())}
    workflows, pipelines, configured = [], [], []
    for block in fenced("yaml"):
        if "jobs" in block:
            steps = [step for job in block["jobs"].values() for step in job["steps"]]
            workflows += [s for s in steps if "integrations/github" in s.get("uses", "")]
        elif "repos" in block:
            configured += [hook["id"] for repo in block["repos"] for hook in repo["hooks"]]
        else:
            pipelines += [job["extends"] for job in block.values() if "extends" in job]
    assert workflows
    assert all(step["with"].keys() <= inputs.keys() for step in workflows)
    assert set(pipelines) == set(jobs)
    assert set(configured) == hooks
