"""`tierlock serve`: the pages and the API of a workspace."""

from __future__ import annotations

import getpass
import os
import secrets
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import instant_of, talk
from tierlock.core import InputError, format_instant

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tierlock.usecases import FolderWorkspace

_DEMO: Final = Path("tierlock-demo")


@click.command("serve", context_settings=HELP)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="TIERLOCK_SERVER_CONFIG",
    help="Serve a team, as this file says.  [env: TIERLOCK_SERVER_CONFIG]",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on, for a team."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes, for a team.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="Port."
)
@click.option(
    "--at", "at_text", metavar="INSTANT", help="Show everything as of then.  [default: now]"
)
def command(
    folders: tuple[Path, ...],
    config: Path | None,
    host: str,
    workers: int,
    port: int,
    at_text: str | None,
) -> None:
    """Show subjects on pages and answer an API.

    Alone: the projects in FOLDERS and below, on this machine only. Without FOLDERS those in this
    folder; where there is none, the demo's, which is played first and shown as of the end of its
    story. Whoever can reach this machine's loopback address may do everything; other machines can
    not reach it.

    As a team: --config names a file with the database, who people are and what they may do.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise InputError(
            "server.extra",
            f"the server needs the extra `server` (there is no `{error.name}`)",
            hint="pip install 'tierlock[server]'",
        ) from None
    run = partial(
        uvicorn.run, port=port, log_level="warning", server_header=False, proxy_headers=False
    )
    if config is not None:
        if folders or at_text is not None:
            raise InputError(
                "input.type",
                "a team's server takes neither FOLDERS nor --at",
                hint="leave them out",
            )
        run(_team(config), factory=True, host=host, workers=workers)
        return
    if host != "127.0.0.1" or workers != 1:
        raise InputError(
            "input.type",
            "without accounts only this machine is served, by one process",
            hint="--config names a file that says who people are",
        )
    run(_alone(folders, port=port, at_text=at_text), host=host)


def _team(config: Path) -> str:
    """Try the file here, where its errors are seen; each worker reads it again."""
    from tierlock.server import CONFIG, load_server_file

    file = load_server_file(config)
    os.environ[CONFIG] = str(config.resolve())
    talk(f"{file.identity.public_url}   Ctrl-C ends it")
    return "tierlock.server.team:app_of_environment"


def _alone(folders: tuple[Path, ...], *, port: int, at_text: str | None) -> ASGIApp:
    from tierlock.server import LocalUser, Settings, create_app, utc_now
    from tierlock.usecases import demo_instant

    shown = list(folders) or _here()
    workspace = _open(shown)
    fixed = demo_instant(shown) if at_text is None else instant_of(at_text)
    number = workspace.count()
    talk(f"{number} subject{'' if number == 1 else 's'} from {workspace.where}")
    talk(f"http://localhost:{port}/   Ctrl-C ends it")
    return create_app(
        workspace,
        settings=Settings(notice="" if fixed is None else _notice(fixed, demo=at_text is None)),
        authenticator=LocalUser(getpass.getuser(), csrf=secrets.token_urlsafe(32)),
        clock=utc_now if fixed is None else lambda: fixed,
    )


def _open(folders: list[Path]) -> FolderWorkspace:
    from tierlock.usecases import FolderWorkspace

    return FolderWorkspace(folders)


def _here() -> list[Path]:
    """This folder where it has projects, else the demo's, which is played where it was not."""
    try:
        _open([Path()])
    except InputError as error:
        if error.code != "input.not-found":
            raise
    else:
        return [Path()] if not (_DEMO / "tierlock.yaml").exists() else _only_demo()
    from tierlock.usecases import play

    talk(f"no project here: playing the demo in `{_DEMO}`")
    for _ in play(_DEMO):
        pass
    return [_DEMO]


def _only_demo() -> list[Path]:
    """The demo's folder where it is the only project, so that it is shown as of its own time."""
    own = [one for one in _open([Path()]).roots.values() if one != _DEMO.resolve()]
    return [Path()] if own else [_DEMO]


def _notice(at: datetime, *, demo: bool) -> str:
    what = "A demo: its claims are examples. Shown" if demo else "Everything is shown"
    return f"{what} as of {format_instant(at)}."
