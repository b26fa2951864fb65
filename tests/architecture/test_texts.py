"""No file of the project leaves work unfinished or names somebody's machine or a registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

# The character classes keep these patterns from finding themselves.
FORBIDDEN = {
    "unfinished work": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"),
    "a registry's host": re.compile(
        r"pyp[i]\.org|pythonhoste[d]|npmj[s]\.(?:org|com)|deb\.debia[n]"
    ),
    "somebody's machine": re.compile(r"(?<![\w.:/-])/(?:home|root|work|tmp|Users)/\w"),
}


def problems(text: str) -> list[str]:
    """Return what `text` must not say, with its line."""
    return [
        f"line {number}: {what}: {match.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(line))
    ]


def project_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_texts_are_clean() -> None:
    found = []
    files = project_files()
    assert Path(__file__) in files
    for path in files:
        data = path.read_bytes()
        if b"\0" not in data:
            text = data.decode("utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)} {problem}" for problem in problems(text)]
    assert not found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# TO" + "DO: later", True),
        ("see https://pyp" + "i.org/project/x", True),
        ("run /ho" + "me/ann/tierlock", True),
        ("the hackathon at https://example.org/wo" + "rk/notes", False),
    ],
)
def test_the_rule_notices(text: str, found: bool) -> None:
    assert bool(problems(text)) == found
