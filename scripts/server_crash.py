"""Kill a team's server while clients write to it, and count what was lost: nothing may be.

    python scripts/server_crash.py --kills 50

Sixteen clients send evidence, signed statements, comments and requests for tokens to `tierlock
serve`. It is ended with SIGKILL at a random instant; on PostgreSQL the database is too, every few
rounds. Then it is started again, and

- every write that was answered is there, whole, once, in its place in the ledger,
- every write without an answer can be sent again, and is there once then,
- every record agrees with its digest, and every ledger with itself and with how it was before.

Prints counts per database, and exits with 1 if anything was lost, doubled or half there.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, cast

import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.server_crash_clients import (  # noqa: E402
    SAMPLES,
    Acknowledged,
    Clients,
    Entrance,
    Outcome,
    Refused,
    Write,
    envelope,
    send_again,
)

from tests.unit.ledger.server import MISSING, Server, binaries, running  # noqa: E402
from tierlock.attest import canonical_envelope, parse_envelope  # noqa: E402
from tierlock.core import InputError, IntegrityError  # noqa: E402
from tierlock.ledger import TreeHead, open_ledger, verify_ledger  # noqa: E402
from tierlock.server import Accounts, Grant, IdentitySettings, list_tokens, make_token  # noqa: E402
from tierlock.server.identity.audit import Audit  # noqa: E402
from tierlock.server.identity.people import Known, welcome  # noqa: E402
from tierlock.server.identity.sessions import begin_session, find_session  # noqa: E402
from tierlock.usecases import (  # noqa: E402
    TeamProject,
    TeamSettings,
    TeamWorkspace,
    check_team,
    list_comments,
)
from tierlock.usecases.project import SubjectFile  # noqa: E402

RULES: Final = ROOT / "benchmarks" / "frameworks" / "server-1.yaml"
SLUGS: Final = ("model-1", "model-2", "model-3", "model-4")
DATABASE_EVERY: Final = 5
"""On PostgreSQL the database is killed in one round of so many."""
_ISSUER: Final = "https://login.example.org"
_PATIENCE: Final = 60.0
_COMMAND: Final = "from tierlock.cli import main; main()"


class Counts(NamedTuple):
    """What a campaign on one database found."""

    kills: int = 0
    database_kills: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    sent_again: int = 0
    lost: int = 0
    half_or_twice: int = 0
    refused: int = 0
    disagreements: int = 0

    @property
    def wrong(self) -> int:
        """How much of it should not be."""
        return self.lost + self.half_or_twice + self.refused + self.disagreements


class Place:
    """A team's database with a server that can be killed.

    Args:
        url: of an empty database.
        folder: for the server's file and data.
    """

    def __init__(self, url: str, *, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.workspace = TeamWorkspace(url, data=folder / "data", create=True)
        rules = RULES.read_text("utf-8")
        for slug in SLUGS:
            settings = TeamSettings(framework="bench/server-1", subject=SubjectFile(name=slug))
            project = TeamProject(settings=settings, framework_file=rules)
            self.workspace.put(project, author="ann", at=datetime.now(UTC))
        self.accounts = Accounts(url)
        self.entrance = self._enter()
        self.process: subprocess.Popen[bytes] | None = None

    def _enter(self) -> Entrance:
        limits = {"burst": 10**9, "per_second": 10**9}
        grant = {"subjects": ["*"], "roles": ["admin"], "people": ["root@example.org"]}
        identity = {
            "public_url": "http://127.0.0.1:1",
            "provider": {"issuer": _ISSUER, "client_id": "tierlock"},
            "grants": [grant],
            "limits": limits,
        }
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        file = {"store": self.url, "data": "data", "identity": identity}
        (self.folder / "server.yaml").write_text(yaml.safe_dump(file))
        settings, at = IdentitySettings.model_validate(identity, strict=False), datetime.now(UTC)
        known = Known(_ISSUER, "root", "root@example.org", ())
        person = welcome(self.accounts, known=known, at=at)
        secret = begin_session(self.accounts, person=person, at=at, settings=settings)
        session = find_session(self.accounts, secret=secret, at=at, settings=settings)
        if session is None:
            raise RuntimeError("there is no session")
        token = make_token(
            self.accounts, label="crash", owner="crash", lasts=timedelta(days=1), by="crash",
            grants=(Grant(roles=("engineer",), subjects=("*",)),), at=at,
            audit=Audit(self.accounts),
        )  # fmt: skip
        return Entrance(port, token.text, secret, session.csrf)

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            RuntimeError: it does not within a minute.
        """
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, "serve", "--config", self.folder / "server.yaml",
                 "--port", str(self.entrance.port)],
                env={**os.environ, "TIERLOCK_OIDC_CLIENT_SECRET": "unused"},
                stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def answers(self, path: str = "/v1/health", *, token: str = "") -> bool:
        """Tells whether the server answers a question."""
        url = f"http://127.0.0.1:{self.entrance.port}{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        asked = urllib.request.Request(url, headers=headers)  # our own server
        try:
            with urllib.request.urlopen(asked, timeout=_PATIENCE):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """Ends the server at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=_PATIENCE)
            self.process = None

    def close(self) -> None:
        """Ends the server and closes all connections."""
        self.kill()
        self.workspace.close()
        self.accounts.close()


def one_round(
    place: Place, *, number: int, seed: int, clients: int, database: Server | None
) -> Outcome:
    """Lets clients write, kills the server, starts it again; returns what became of the writes."""
    rng = random.Random(seed + number)  # noqa: S311  # instants, not secrets
    some = Clients(
        place.entrance, slugs=SLUGS, round_=number, seed=rng.randrange(10**9), count=clients
    )
    some.begin()
    deadline = time.monotonic() + _PATIENCE
    while some.written() < clients and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(rng.uniform(0.0, 0.5))
    if database is not None:
        database.kill()
    place.kill()
    found = some.end()
    if database is not None:
        database.start()
        found = without_refusals(found)
    place.start()
    return found


def without_refusals(found: Outcome) -> Outcome:
    """Returns what became of writes while the database was away: it may be said that it is."""
    away = [one for one in found.refused if one.status == HTTPStatus.SERVICE_UNAVAILABLE]
    return found._replace(
        unanswered=[*found.unanswered, *(one.write for one in away)],
        refused=[one for one in found.refused if one not in away],
    )


def missing(place: Place, found: Sequence[Acknowledged]) -> Iterator[tuple[str, Write]]:
    """Yields what is lost, and what is half there or twice."""
    runs: Counter[tuple[str, str]] = Counter()
    said: Counter[tuple[str, str]] = Counter()
    whole: set[tuple[str, str]] = set()
    signed: dict[tuple[str, int], bytes] = {}
    for slug in SLUGS:
        project = place.workspace.open(slug)
        runs.update((slug, run.run_id) for run in project.store.runs())
        whole |= {(slug, one.run_id) for one in project.store.evidence()
                  if len(one.samples) == SAMPLES}  # fmt: skip
        said.update((slug, comment.says) for _, comment in list_comments(project))
        with suppress(InputError), open_ledger(place.workspace.ledger_of(slug)) as ledger:
            signed |= {(slug, one.index): one.payload for one in ledger.entries()}
    tokens = Counter(one.id for one in list_tokens(place.accounts))
    for write, answer in found:
        times = 1
        if write.kind == "evidence":
            (run,) = cast(list[str], answer["runs"])
            times = runs[write.slug, run] if (write.slug, run) in whole else 0
        elif write.kind == "comment":
            times = said[write.slug, write.name]
        elif write.kind == "token":
            times = tokens[str(answer["id"])]
        elif not _is_there(place, write, answer, signed):
            times = 0
        if times != 1:
            yield ("lost" if times == 0 else "twice"), write


def _is_there(
    place: Place,
    write: Write,
    answer: Mapping[str, object],
    entries: Mapping[tuple[str, int], bytes],
) -> bool:
    """Whether a statement is in the store, and in the ledger at the place that was answered."""
    data = canonical_envelope(parse_envelope(envelope(write.name)))
    stored = place.workspace.store(write.slug).signed().count(data) == 1
    return stored and entries.get((write.slug, cast(int, answer["place"]))) == data


def campaign(
    url: str, *, folder: Path, kills: int, seed: int, clients: int = 16,
    database: Server | None = None,
) -> Counts:  # fmt: skip
    """Returns the counts of a whole campaign on one database."""
    place = Place(url, folder=folder)
    total = Counts()
    heads: dict[str, TreeHead] = {}
    try:
        place.start()
        for number in count(1):
            crashed = database if number % DATABASE_EVERY == 0 else None
            found = one_round(place, number=number, seed=seed, clients=clients, database=crashed)
            total = _add(total, look(place, found=found, heads=heads),
                         Counts(kills=1, database_kills=int(crashed is not None)))  # fmt: skip
            if total.kills >= kills:
                break
    finally:
        place.close()
    return total


def look(place: Place, *, found: Outcome, heads: dict[str, TreeHead]) -> Counts:
    """Returns what is wrong after a round; notes how far each ledger has come."""
    again = [
        send_again(write, entrance=place.entrance)
        for write in found.unanswered
        if write.kind in {"evidence", "statement"}  # those with a key
    ]
    done = [one for one in again if isinstance(one, Acknowledged)]
    refused = [*found.refused, *(one for one in again if isinstance(one, Refused))]
    wrong = list(missing(place, [*found.acknowledged, *done]))
    for one in (*wrong, *refused):
        print(f"  {one}", file=sys.stderr)
    made = [one.said for one in found.acknowledged if one.write.kind == "token"]
    locked = sum(not place.answers("/v1/subjects", token=str(one["token"])) for one in made[-3:])
    return Counts(
        acknowledged=len(found.acknowledged),
        unanswered=len(found.unanswered),
        sent_again=len(done),
        lost=sum(why == "lost" for why, _ in wrong) + locked,
        half_or_twice=sum(why == "twice" for why, _ in wrong),
        refused=len(refused),
        disagreements=_disagreements(place, heads=heads),
    )


def _disagreements(place: Place, *, heads: dict[str, TreeHead]) -> int:
    at = datetime.now(UTC)
    try:
        check_team(place.workspace, at=at)
        for slug in SLUGS:
            with suppress(InputError), open_ledger(place.workspace.ledger_of(slug)) as ledger:
                heads[slug] = verify_ledger(ledger, at=at, trusted=heads.get(slug)).head
    except IntegrityError as error:
        print(f"  {error}", file=sys.stderr)
        return 1
    return 0


def _add(*counts: Counts) -> Counts:
    return Counts(*(sum(each) for each in zip(*counts, strict=True)))


@contextmanager
def places(wanted: str) -> Iterator[tuple[str, Path, Server | None]]:
    """Yields a database to work on, a folder, and the database's server."""
    with tempfile.TemporaryDirectory(prefix="tierlock-crash-") as folder:
        if wanted == "postgresql":
            with running() as server:
                yield server.fresh(), Path(folder), server
        else:
            yield f"sqlite:///{folder}/team.db", Path(folder), None


def main() -> int:
    """Runs the campaign on every database that is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50, help="SIGKILLs of the server per database")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    wrong = 0
    for name in given.on or ("sqlite", "postgresql"):
        if name == "postgresql" and binaries() is None:
            print(f"{name}: not tried: {MISSING}")
            wrong += 1
            continue
        begun = time.monotonic()
        with places(name) as (url, folder, database):
            found = campaign(
                url, folder=folder, kills=given.kills, seed=given.seed, clients=given.clients,
                database=database,
            )  # fmt: skip
        shown = ", ".join(
            f"{key.replace('_', ' ')} {value}" for key, value in found._asdict().items()
        )
        print(f"{name}: {shown} ({time.monotonic() - begun:.0f} s)", flush=True)
        wrong += found.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
