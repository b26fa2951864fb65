"""The server of the benchmark, in a process of its own: a team's, as `tierlock serve` runs it.

    python benchmarks/server_process.py URL DATA PORT WATCH WORKERS

Its clock begins at the instant of the benchmark, so that what was kept when the store was made is
still good. Answers are as in a team's server, and so are limits but those on the rate of requests.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn
from server_store import AT, server_file
from starlette.types import ASGIApp

from tierlock.server import Clock, create_team_app

HERE: Final = Path(__file__).resolve().parent
_WHERE: Final = "TIERLOCK_BENCH_STORE"
_PATIENCE: Final = 60.0


def clock_from(begin: datetime) -> Clock:
    """Returns a clock that says `begin` now, and goes on."""
    started = time.monotonic()
    return lambda: begin + timedelta(seconds=time.monotonic() - started)


def app() -> ASGIApp:
    """Returns what a worker process runs."""
    url, data, watch = os.environ[_WHERE].split("\n")
    file = server_file(url, data=Path(data), watch=int(watch))
    return create_team_app(file, root=Path(data), environment={}, clock=clock_from(AT))


def free_port() -> int:
    """Returns a port of the loopback address that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(
    url: str, *, data: Path, port: int, watch: int, workers: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """Yields a server that answers; it is ended afterwards, with its workers."""
    server = started(url, data=data, port=port, watch=watch, workers=workers)
    try:
        yield server
    finally:
        end(server, how=signal.SIGTERM)


def started(
    url: str, *, data: Path, port: int, watch: int, workers: int = 1
) -> subprocess.Popen[bytes]:
    """Returns a server that answers.

    Raises:
        RuntimeError: it does not within a minute.
    """
    command = [sys.executable, str(HERE / "server_process.py"), url, str(data), str(port)]
    command += [str(watch), str(workers)]
    # A group of its own: its workers are ended with it.
    server = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + _PATIENCE
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            end(server, how=signal.SIGKILL)
            raise RuntimeError("the server does not answer")
        time.sleep(0.05)
    return server


def end(server: subprocess.Popen[bytes], *, how: int) -> None:
    """Ends a server and its workers by a signal, and waits until they are gone."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, how)
    server.wait(timeout=_PATIENCE)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/health", timeout=5) as answer:
            found: bool = answer.status == 200
            return found
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    where, folder, number, watching, processes = sys.argv[1:]
    os.environ[_WHERE] = f"{where}\n{folder}\n{watching}"
    uvicorn.run(
        "server_process:app",
        app_dir=str(HERE),
        factory=True,
        host="127.0.0.1",
        port=int(number),
        workers=int(processes),
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )
