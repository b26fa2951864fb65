"""`tierlock bundle`: one file with which an outsider recomputes everything."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    action_of,
    at_option,
    data,
    framework_option,
    instant_of,
    project_option,
    talk,
)
from tierlock.cli.secrets import ask_secret
from tierlock.usecases import bundle, load_project

DEFAULT_WHY = "withheld by the sender"
_PATHS = click.Path(path_type=Path)


@click.command("bundle", context_settings=HELP)
@click.argument("to", type=_PATHS)
@click.option("--action", "name", metavar="NAME", help="Action to ask for.  [default: project's]")
@click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
@click.option("--audience", metavar="NAME", help="Audience, such as `general`.")
@click.option(
    "--withhold",
    multiple=True,
    metavar="NAME[=WHY]",
    help="Leave out: samples, logs, ledger, a slot's samples, or a kind of statement such as "
    "claim. It stays as a digest. Repeatable.",
)
@click.option(
    "--with-logs",
    "logs",
    multiple=True,
    type=_PATHS,
    help="Raw log, or folder of them, to put in. Repeatable.",
)
@click.option("--prior", multiple=True, type=_PATHS, help="Earlier bundle to put in. Repeatable.")
@click.option(
    "--key",
    metavar="KEY",
    help="Private key, or URI of a signer, that seals the bundle; in trust files it has the role "
    "`bundle`.",
)
@click.option("--public-key", "public", type=_PATHS, help="Its public key, for URIs of services.")
@project_option
@framework_option
@at_option
def command(
    to: Path,
    name: str | None,
    surface: str | None,
    audience: str | None,
    withhold: tuple[str, ...],
    logs: tuple[Path, ...],
    prior: tuple[Path, ...],
    key: str | None,
    public: Path | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
) -> None:
    """Ask the project's question, and write the answer with all that it rests on into TO.

    Whoever gets the file recomputes every number with `tierlock verify`, offline and under a trust
    file of their own. What is withheld stays in it as a digest, and is listed as withheld.
    """
    project = load_project(folder, framework=framework)
    signer = None
    if key is not None:
        from tierlock.attest import load_public_key, open_signer

        known = None if public is None else load_public_key(public)
        signer = open_signer(key, public=known, ask=ask_secret)
    made = bundle(
        project,
        to=to,
        at=instant_of(at_text),
        action=action_of(name, surface=surface, audience=audience, default=project.action),
        withhold=dict(_reason(each) for each in withhold),
        logs=logs,
        prior=prior,
        signer=signer,
    )
    data(made.digest)
    decision = made.answer.decision
    verdict = "" if decision is None else f", {decision.verdict} for {decision.action.name}"
    parts = made.manifest.parts
    hidden = sum(1 for part in parts if part.withheld is not None)
    talk(f"{made.path}: {len(parts)} parts, {hidden} of them withheld; {made.size} bytes")
    talk(f"{made.answer.determination.label}{verdict}")
    if not made.sealed:
        talk("nobody signed it; --key does, so that nobody else can make another one")


def _reason(text: str) -> tuple[str, str]:
    name, _, why = text.partition("=")
    return name, why.strip() or DEFAULT_WHY
