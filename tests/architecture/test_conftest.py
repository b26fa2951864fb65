"""The suite's own rules: a skip can be forbidden, and no test reaches another machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

SKIPPING = """
import pytest

def test_skipped():
    pytest.skip("no browser")

@pytest.mark.skip(reason="no data")
def test_marked():
    raise AssertionError

@pytest.mark.xfail(reason="known", strict=True)
def test_expected_failure():
    raise AssertionError
"""


@pytest.mark.parametrize(
    ("forbid", "allowed", "closing"),
    [
        (False, "", "2 skipped"),
        (True, "", "1 failed"),
        (True, "no sound|no browser", "1 error"),
        (True, "no browser|no data", "2 skipped"),
    ],
)
def test_skips_can_be_forbidden(forbid: bool, allowed: str, closing: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_cases.py").write_text(SKIPPING)
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    variables.pop("TIERLOCK_FORBID_SKIPS", None)
    if forbid:
        variables["TIERLOCK_FORBID_SKIPS"] = "1"
        variables["TIERLOCK_MAY_SKIP"] = allowed
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=variables,
    )
    assert (done.returncode != 0) == ("skipped" not in closing)
    last = done.stdout.splitlines()[-1]
    assert closing in last
    assert "1 xfailed" in last
    assert "no browser" in done.stdout
    assert "no data" in done.stdout


def test_other_machines_are_out_of_reach() -> None:
    with pytest.raises(RuntimeError, match=r"not `192\.0\.2\.1`"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match=r"not `example\.org`"):
        socket.getaddrinfo("example.org", 80)


def test_this_machine_is_in_reach() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()
