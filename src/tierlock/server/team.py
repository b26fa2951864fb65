"""A server for a team: one file says where everything is and who may do what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import Field
from starlette.types import ASGIApp

from tierlock.core import InputError, Record
from tierlock.frameworks import parse_record
from tierlock.server.app import create_app
from tierlock.server.background import Background
from tierlock.server.context import Attester, Clock, utc_now
from tierlock.server.identity.account_routes import account_api, account_router
from tierlock.server.identity.authenticator import AccountAuthenticator
from tierlock.server.identity.login_routes import login_router
from tierlock.server.identity.opening import open_identity
from tierlock.server.identity.service import AuditDenials, Identity
from tierlock.server.identity.settings import IdentitySettings
from tierlock.server.settings import LOOPBACK, MEBIBYTE, Settings
from tierlock.server.state.tables import open_engine
from tierlock.usecases import TeamWorkspace, read_bytes

if TYPE_CHECKING:
    from tierlock.attest import Signer

CONFIG: Final = "TIERLOCK_SERVER_CONFIG"
"""Where each worker process finds the path of the server's file."""
KEY_PASSPHRASE: Final = "TIERLOCK_KEY_PASSPHRASE"  # noqa: S105  # the name, not the secret


class ServerFile(Record):
    """`server.yaml`: a server for a team.

    Attributes:
        store: the team store, `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; a password is
            taken from where PostgreSQL's own tools take it. Accounts and what the server remembers
            are in the same database.
        data: folder of what is kept in files; several servers share it. Relative to this file.
        identity: who people are and what they may do.
        hosts: further names under which the server answers, besides that of `public_url`.
        webhook_hosts: patterns of the hosts to which webhooks may send.
        attest_key: the server's own key, by which it signs for people who are logged in.
        notice: a line on every page.
        watch: seconds between two looks at all subjects.
        upload_limit: bytes that uploaded evidence may have.
    """

    store: str = Field(min_length=1)
    data: str = "team-data"
    identity: IdentitySettings
    hosts: tuple[str, ...] = ()
    webhook_hosts: tuple[str, ...] = ()
    attest_key: str | None = None
    notice: str = ""
    watch: int = Field(default=60, ge=1)
    upload_limit: int = Field(default=4096 * MEBIBYTE, gt=0)


def load_server_file(path: Path) -> ServerFile:
    """Return what a server's file says.

    Raises:
        InputError: it can not be read, or does not follow its schema.
    """
    return parse_record(read_bytes(path), kind=ServerFile, name=str(path))


def create_team_app(
    file: ServerFile,
    *,
    root: Path,
    environment: Mapping[str, str],
    clock: Clock = utc_now,
) -> ASGIApp:
    """Return a server for a team as an ASGI application.

    Args:
        file: what it is told.
        root: the folder to which its paths are relative.
        environment: where its secrets are.
        clock: what tells the time.

    Raises:
        InputError: the database, the key or a secret is missing or can not be used.
    """
    workspace = TeamWorkspace(file.store, data=root / file.data)
    identity = open_identity(
        file.identity, address=file.store, clock=clock, environment=environment
    )
    engine = open_engine(file.store)
    public = file.identity.public_url
    settings = Settings(
        mode="team",
        hosts=tuple(dict.fromkeys((urlsplit(public).hostname or "", *file.hosts, *LOOPBACK))),
        secure=file.identity.secure,
        public_url=public.rstrip("/"),
        webhook_hosts=file.webhook_hosts,
        notice=file.notice,
        upload_limit=file.upload_limit,
    )
    return create_app(
        workspace,
        settings=settings,
        authenticator=AccountAuthenticator(identity),
        clock=clock,
        denials=AuditDenials(identity),
        memory=engine,
        attester=_attester(file, root=root, identity=identity, environment=environment),
        routers=(login_router(identity), account_router(identity), account_api(identity)),
        background=Background(engine, every=file.watch, close=identity.close),
    )


def _attester(
    file: ServerFile, *, root: Path, identity: Identity, environment: Mapping[str, str]
) -> Attester | None:
    if file.attest_key is None:
        return None
    from tierlock.attest import open_signer
    from tierlock.server.attesting import SessionAttester

    path = root / file.attest_key

    def passphrase(what: str) -> str:
        try:
            return environment[KEY_PASSPHRASE]
        except KeyError:
            raise InputError(
                "key.passphrase",
                f"the server's key needs a {what}",
                hint=f"set {KEY_PASSPHRASE} where the server starts",
            ) from None

    signer: Signer = open_signer(str(path), ask=passphrase)
    return SessionAttester(identity, signer=signer)


def app_of_environment() -> ASGIApp:
    """Return the server that a worker process runs: its file is named by the environment."""
    path = Path(os.environ[CONFIG])
    return create_team_app(load_server_file(path), root=path.parent, environment=os.environ)
