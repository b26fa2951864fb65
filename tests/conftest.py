"""What all tests share: Hypothesis profiles, the data folder, no network, no silent skips.

Environment variables:
    HYPOTHESIS_PROFILE: `default`, `ci` (the same examples in every run) or `fuzz`.
    TIERLOCK_FUZZ_EXAMPLES: examples per test under the profile `fuzz`.
    EVERY_EVAL_EVER: the command of HELM's converter; without it those runs are not looked at.
    TIERLOCK_SHARED_DATA: the folder of real result files; by default `../shared/data`.
    TIERLOCK_FORBID_SKIPS: when set, a skipped test fails.
    TIERLOCK_MAY_SKIP: reasons, with `|` between, that may be skipped for all that: what CI found
        out beforehand that no package source offers.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
# A program for the environment that has PyTorch: it can not be looked at from here.
collect_ignore = [] if find_spec("torch") else ["acceptance/trainer_run.py"]
# HELM's converter needs a Python and an environment of its own: asked for by naming its command.
if "EVERY_EVAL_EVER" not in os.environ:
    collect_ignore.append("unit/importers/test_every_eval_ever_helm.py")

# Time limits per example would make results depend on the machine.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=int(os.environ.get("TIERLOCK_FUZZ_EXAMPLES", "2000")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real result files from other tools."""
    folder = Path(os.environ.get("TIERLOCK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder `{folder}`; set TIERLOCK_SHARED_DATA")
    return folder


class NetworkForbiddenError(RuntimeError):
    """A test tried to reach another machine."""


def _check_host(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost", "None"}:
        return
    try:
        local = ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NetworkForbiddenError(f"tests stay on this machine, not `{name}`")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Let sockets reach this machine only, in every test."""
    patch = pytest.MonkeyPatch()

    def guard(method: str) -> None:
        original: Callable[..., Any] = getattr(socket.socket, method)

        def guarded(self: socket.socket, *arguments: Any) -> Any:
            # The address is the last argument of connect, connect_ex and sendto.
            if self.family in {socket.AF_INET, socket.AF_INET6}:
                _check_host(arguments[-1][0])
            return original(self, *arguments)

        patch.setattr(socket.socket, method, guarded)

    for method in ("connect", "connect_ex", "sendto"):
        guard(method)
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        _check_host(host)
        return resolve(host, *arguments, **named)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn the skip in `report` into a failure that tells the reason of the skip."""
    expected_failure = hasattr(report, "wasxfail")
    if "TIERLOCK_FORBID_SKIPS" not in os.environ or not report.skipped or expected_failure:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    known = [one for one in os.environ.get("TIERLOCK_MAY_SKIP", "").split("|") if one]
    if any(one in reason for one in known):
        return
    report.outcome = "failed"
    report.longrepr = f"skipped although TIERLOCK_FORBID_SKIPS is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skip(report)
    return report
