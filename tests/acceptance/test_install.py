"""What a user gets who installs the wheel, far from any checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.projects import ROOT

STORY = ROOT / "examples" / "first-release"


def run(*args: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TIERLOCK_"))}
    return subprocess.run(
        list(map(str, args)),
        cwd=cwd,
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the build backend of this environment; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("tierlock-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that borrows its dependencies from this one."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    done = run(*command, "--no-deps", "--no-index", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    # The wheel stands in front: a checkout that is installed here must not be found first.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    found = run(python, "-c", "import tierlock; print(tierlock.__file__)", cwd=home)
    assert Path(found.stdout.strip()).parent == site / "tierlock", found.stderr
    return home / "bin" / "tierlock"


def test_the_demo_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(ALLOW|HOLD|DENY)\b", done.stdout, re.MULTILINE) == [
        "ALLOW",
        "HOLD",
        "ALLOW",
        "DENY",
    ]
    reports = re.findall(r"\S+\.html", done.stdout)[-4:]
    assert len(set(reports)) == 4
    assert all((tmp_path / path).is_file() for path in reports)
    assert [path.name for path in tmp_path.iterdir()] == ["tierlock-demo"]


def test_the_wheel_holds_what_the_story_and_the_frameworks_need(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    logs = [*STORY.glob("logs/release-1/*.eval"), *STORY.glob("logs/release-1-open-answer/*.eval")]
    wanted = [STORY / "tierlock.yaml", *STORY.glob("statements/*.yaml"), *logs]
    assert len(wanted) > 8
    for path in wanted:
        assert f"tierlock/_demo/{path.relative_to(STORY)}" in names
    for path in (ROOT / "src" / "tierlock").rglob("*"):
        if path.is_file() and path.suffix in {".py", ".yaml", ".json", ".html", ".j2", ".css"}:
            assert f"tierlock/{path.relative_to(ROOT / 'src' / 'tierlock')}" in names
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]
    assert "tierlock/py.typed" in names


def test_help_loads_neither_the_values_nor_the_numbers(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tierlock.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "finally:\n"
        "    heavy = {'pydantic', 'numpy', 'scipy', 'yaml', 'msgspec', 'rich', 'jinja2',"
        " 'pandas', 'inspect_ai', 'sqlalchemy'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = run(installed.with_name("python"), "-c", code, cwd=tmp_path)
    assert done.returncode == 0
    assert "assess" in done.stdout
    assert done.stderr == "[]\n"


def test_the_installed_command_knows_its_version_and_frameworks(
    installed: Path, tmp_path: Path
) -> None:
    assert run(installed, "--version", cwd=tmp_path).stdout.startswith("tierlock")
    listed = run(installed, "framework", "list", cwd=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "asl/reference-1" in listed.stdout


def test_nothing_is_written_into_the_installation(installed: Path, tmp_path: Path) -> None:
    package = next(installed.parents[1].glob("lib/python*/site-packages/tierlock"))
    before = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    run(installed, "init", "new", "--subject", "m", cwd=tmp_path)
    run(installed, "gate", "--project", "new", "--at", "2026-11-22", cwd=tmp_path)
    assert (tmp_path / "new" / ".tierlock").is_dir()
    after = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    assert after == before
