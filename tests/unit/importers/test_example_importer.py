"""The example package of the guide, installed as a stranger's package and asked for its files."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed
from tierlock.importers import find_logs, formats, read

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "write-an-importer"
LOG = EXAMPLE / "logs" / "locks.jsonl"
ASK = """
import json, sys
from pathlib import Path
from tierlock.importers import formats, read
(evidence,) = read(Path(sys.argv[1])).evidence
print(json.dumps([formats()[-1], evidence.digest, evidence.source.format]))
"""


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer the example as an installed package would, without installing it."""
    monkeypatch.syspath_prepend(EXAMPLE)
    point = EntryPoint("acme-trials", "acme_trials.importer", "tierlock.importers")
    monkeypatch.setattr(
        "tierlock.importers.registry.entry_points", lambda **_: EntryPoints([point])
    )


@pytest.fixture
def evidence(offered: None) -> Evidence:
    return only(read(LOG))


def test_what_the_guide_says_about_it(evidence: Evidence) -> None:
    assert formats()[-1] == "acme-trials"
    assert evidence.samples.state == ("scored", "scored", "scored", "errored", "scored")
    assert evidence.samples.epoch == (1, 2, 1, 1, 1)
    assert evidence.samples.refused == (False, False, True, False, False)
    assert evidence.samples.scores == {"solved": (1.0, 0.0, 0.0, None, 0.0)}
    assert evidence.missing() == {"errored": 1, "absent": 1}
    assert codes(evidence) == []


def test_it_is_found_in_a_folder(offered: None) -> None:
    assert find_logs([EXAMPLE / "logs"]) == ([LOG], ())


HEAD = json.loads(LOG.read_text("utf-8").splitlines()[0])


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([HEAD | {"acme_trials": 2}], "import.schema"),
        ([HEAD | {"started": "soon"}, {"item": "a", "outcome": "solved"}], "import.value"),
        ([HEAD, {"item": "a"}], "import.schema"),
        ([HEAD, {"item": "a", "outcome": "solved", "try": 2**60}], "import.value"),
    ],
)
def test_it_refuses_with_codes(lines: list, code: str, offered: None, tmp_path: Path) -> None:
    path = write(tmp_path, "x.jsonl", "\n".join(map(json.dumps, lines)))
    with pytest.raises(ImportFailed) as caught:
        read(path)
    assert caught.value.code == code


def test_it_drops_nothing_in_silence(offered: None, tmp_path: Path) -> None:
    path = write(tmp_path, "x.jsonl", json.dumps(HEAD))
    assert [left.code for left in read(path).omissions] == ["log.no-samples"]
    odd = [HEAD, {"item": "a", "outcome": "novel"}]
    found = only(read(write(tmp_path, "y.jsonl", "\n".join(map(json.dumps, odd)))))
    assert codes(found) == ["acme.outcome"]
    assert found.missing() == {"unscored": 1, "absent": 5}


def test_it_is_installed_like_any_package(evidence: Evidence, tmp_path: Path) -> None:
    """One real installation: the entry point is found where pip put it."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("no pip in this environment")
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    place = tmp_path / "place"
    install = [
        "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
        "--disable-pip-version-check", "--target", str(place), str(source),
    ]  # fmt: skip
    subprocess.run([sys.executable, *install], check=True, capture_output=True, timeout=300)
    ran = subprocess.run(
        [sys.executable, "-c", ASK, str(LOG)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(place)},
    )
    assert json.loads(ran.stdout) == ["acme-trials", evidence.digest, "acme-trials"]
