"""A team's store as large as the bar asks for, made by the code that a team uses.

10,000 subjects under `frameworks/server-1.yaml`, each with ten runs of 50 to 100 samples, claims
and documents of its own; then every first page is asked for once, so that every position and page
that is served was computed from records. The store is kept below `.cache/bench` under a name that
says what is in it; PostgreSQL gets the same rows.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from starlette.testclient import TestClient

from tierlock.core import (
    Evidence,
    RegisteredRun,
    Samples,
    Source,
    SpentAlpha,
    State,
    SubjectRef,
    Surface,
    digest,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import register_of
from tierlock.server import (
    Grant,
    IdentitySettings,
    ServerFile,
    create_team_app,
    make_token,
    open_identity,
)
from tierlock.server.identity.grants import ServerRole
from tierlock.server.identity.settings import Limits
from tierlock.store.team_tables import HEAD
from tierlock.usecases import Statements, TeamProject, TeamSettings, TeamWorkspace
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import SubjectFile

HERE: Final = Path(__file__).resolve().parent
CACHE: Final = HERE.parent / ".cache" / "bench"
RULES: Final = (HERE / "frameworks" / "server-1.yaml").read_text("utf-8")
FRAMEWORK: Final = parse_framework(RULES.encode(), name="server-1.yaml")
AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The instant at which the servers of the benchmark begin: what is kept stays good."""
RUNS: Final = {
    "bio_prerequisites": (96, 0.30),
    "wmdp_bio": (100, 0.30),
    "lab_bench_protocolqa": (80, 0.25),
    "cyber_prerequisites": (96, 0.30),
    "wmdp_cyber": (100, 0.30),
    "gdm_intercode_ctf": (78, 0.15),
    "cybench": (50, 0.04),
    "autonomy_prerequisites": (96, 0.30),
    "swe_bench": (60, 0.20),
    "misuse_requests": (96, 0.06),
}
"""Task -> samples, and the middle of the scores; they vary from subject to subject."""
FAMILIES: Final = 24
_TOGETHER: Final = 250
_PROCESSES: Final = 2
_AT_ONCE: Final = 500
_PATHS: Final = ("interactive", "batch")


def slug_of(number: int) -> str:
    """Returns the address of a subject."""
    return f"model-{number:05}"


def described(number: int) -> TeamProject:
    """Returns the documents of a subject."""
    name = slug_of(number)
    subject = SubjectFile(
        name=name,
        known_as=(f"lab/{name}",),
        parts={
            "weights": f"sha256:{hashlib.sha256(name.encode()).hexdigest()}",
            "safeguards": f"sha256:{hashlib.sha256(b'filter').hexdigest()}",
        },
        facts={"general_purpose": True, "acts_on_the_world": False},
        surfaces={"api": Surface(paths=_PATHS)},
    )
    settings = TeamSettings(framework=FRAMEWORK.name, subject=subject)
    return TeamProject(settings=settings, statements=_statements(name), framework_file=RULES)


def _statements(name: str) -> Statements:
    def claim(criterion: str, kind: str = "document", **more: object) -> dict[str, object]:
        proof = {"kind": kind, "says": f"what shows {criterion}", "by": "platform-security"}
        return {
            "criterion": criterion, "status": "met", "owner": "safety-team",
            "claimed_at": "2026-11-21T09:00:00Z",
            "evidence": [{**proof, "produced_at": "2026-11-20T09:00:00Z"}], **more,
        }  # fmt: skip

    stated = {
        "subject": name,
        "complete_as_of": "2026-11-22T11:00:00Z",
        "records": [],
        "claims": [
            claim("asl-2/deployment:refusal-training", "measured"),
            claim("asl-2/deployment:abuse-monitoring", paths=[f"api/{path}" for path in _PATHS]),
            claim("asl-2/security:weight-storage"),
            claim("asl-2/security:security-review"),
        ],
    }
    return Statements.parse(json.dumps(stated))


def runs_of(number: int) -> Iterator[Evidence]:
    """Yields the evidence of a subject: one subject in four is more capable than the others."""
    project = described(number).settings.subject
    rng = random.Random(number)  # noqa: S311  # scores, not secrets
    for place, (task, (count, middle)) in enumerate(RUNS.items()):
        right = min(0.9, middle * (2.2 if number % 4 == 3 else rng.uniform(0.6, 1.1)))
        values = tuple(float(rng.random() < right) for _ in range(count))
        run = f"{slug_of(number)}-{task}"
        yield evidence(run, task=task, name=project.name, parts=project.parts, values=values,
                       at=AT - timedelta(days=2, minutes=place))  # fmt: skip


def evidence(
    run: str, *, task: str, name: str, parts: dict[str, str], values: Sequence[float], at: datetime
) -> Evidence:
    """Returns the evidence of a run with these scores."""
    count = len(values)
    scored: State = "scored"
    return Evidence(
        evaluation=task,
        run_id=run,
        subject=SubjectRef.parse(json.dumps({"name": name, "parts": parts})),
        measured_at=at,
        finished_at=at + timedelta(minutes=20),
        planned_samples=count,
        seconds=3.0 * count,
        samples=Samples(
            id=tuple(f"question-{i:04}" for i in range(count)),
            epoch=(1,) * count,
            state=(scored,) * count,
            limit=("",) * count,
            refused=(False,) * count,
            edited=(False,) * count,
            scores={"choice": tuple(values)},
            attributes={"family": tuple(f"family-{i % FAMILIES:02}" for i in range(count))},
        ),
        source=Source(
            format="table",
            file=f"{run}.csv",
            sha256=f"sha256:{hashlib.sha256(run.encode()).hexdigest()}",
        ),
    )


def register(items: Sequence[Evidence]) -> Sequence[RegisteredRun]:
    """Returns the register entries of evidence, as an upload makes them."""
    return register_of(items, framework=FRAMEWORK).runs


def spent_by(number: int) -> list[SpentAlpha]:
    """Returns what an earlier look at a subject spent: its first page is computed once then."""
    name, weights = slug_of(number), described(number).settings.subject.parts["weights"]
    day = AT - timedelta(days=1)
    return [
        SpentAlpha(threshold=threshold, lineage=name, weights=weights, spent_at=day)
        for threshold in FRAMEWORK.thresholds
    ]


def fill(workspace: TeamWorkspace, *, subjects: int) -> None:
    """Writes all subjects and their evidence, many in each transaction."""
    for start in range(0, subjects, _TOGETHER):
        with workspace.together():
            for number in range(start, min(start + _TOGETHER, subjects)):
                listed = workspace.put(described(number), author="benchmark", at=AT)
                store = workspace.store(listed.slug)
                store.ingest(runs_of(number), register=register)
                store.spend(spent_by(number))


def server_file(url: str, *, data: Path, watch: int = 60) -> ServerFile:
    """Returns what the servers are told: as a team's, and a client may ask as often as it can."""
    limits = Limits(burst=10**9, per_second=10**9)
    return ServerFile(
        store=url,
        data=str(data),
        identity=IdentitySettings(public_url="http://127.0.0.1:1", limits=limits),
        hosts=("127.0.0.1",),
        watch=watch,
    )


def token_of(url: str, *, data: Path, role: ServerRole) -> str:
    """Returns a new token with one role for all subjects."""
    settings = server_file(url, data=data).identity
    identity = open_identity(settings, address=url, clock=lambda: AT, environment={})
    made = make_token(
        identity.accounts,
        label="benchmark",
        owner=f"benchmark-{role}",
        grants=(Grant(roles=(role,), subjects=("*",)),),
        lasts=timedelta(days=30),
        by="benchmark",
        at=AT,
        audit=identity.audit,
    )
    identity.close()
    return made.text


def ask_first(url: str, data: Path, numbers: range) -> None:
    """Asks a server inside this process for the first page of subjects."""
    token = token_of(url, data=data, role="viewer")
    workspace = TeamWorkspace(url, data=data)
    app = create_team_app(server_file(url, data=data), root=data, environment={}, clock=lambda: AT)
    headers = {"authorization": f"Bearer {token}"}
    client = TestClient(app, base_url="http://127.0.0.1", headers=headers)
    for number in numbers:
        log_records(workspace.open(slug_of(number)), records=(), at=AT)
        answer = client.get(f"/subjects/{slug_of(number)}")
        if answer.status_code != 200:
            raise RuntimeError(f"{slug_of(number)}: {answer.status_code} {answer.text[:500]}")


def made_store(*, subjects: int, asked: int) -> Path:
    """Returns the folder of the store: `team.db` and `data`; what there is not is made.

    Args:
        subjects: how many it has.
        asked: of how many the first page was asked for already, and is kept.
    """
    few = range(8)
    named = [HEAD, digest(FRAMEWORK), *(digest(described(number)) for number in few)]
    named += [one.digest for number in few for one in runs_of(number)]
    name = f"server-{subjects}-{hashlib.sha256(' '.join(named).encode()).hexdigest()[:8]}"
    folder = CACHE / name
    begun = time.perf_counter()
    if not folder.exists():
        making = CACHE / f"{name}.making"
        shutil.rmtree(making, ignore_errors=True)
        workspace = TeamWorkspace(_url(making), data=making / "data", create=True)
        fill(workspace, subjects=subjects)
        workspace.close()
        making.rename(folder)
        print(f"  {subjects:,} subjects written in {time.perf_counter() - begun:.0f} s", flush=True)
    _ask_all(folder, asked=asked)
    return folder


def _ask_all(folder: Path, *, asked: int) -> None:
    """Asks for the pages that were not asked for yet, and notes how far that went."""
    note, begun = folder / "asked", time.perf_counter()
    first = int(note.read_text()) if note.exists() else 0
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        for start in range(first, asked, _AT_ONCE):
            stop = min(start + _AT_ONCE, asked)
            parts = [range(start + one, stop, _PROCESSES) for one in range(_PROCESSES)]
            wanted = [pool.submit(ask_first, _url(folder), folder / "data", part) for part in parts]
            for one in wanted:
                one.result()
            note.write_text(str(stop))
    if asked > first:
        took = time.perf_counter() - begun
        print(f"  {asked - first:,} first pages asked for in {took:.0f} s", flush=True)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'team.db'}"
