"""`tierlock ruling`: the official outcomes with their reasons, signed by each of its roles."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, framework_option, instant_of, project_option
from tierlock.cli.signing import Pen, open_hand, sign_offer, signing_options
from tierlock.core import InputError, Outcome
from tierlock.usecases import load_project, offer_ruling


@click.command("ruling", context_settings=HELP)
@click.option(
    "--outcome", "ruled", multiple=True, metavar="LINE=OUTCOME",
    help="ruled_out, undetermined or reached; repeatable. Others stay as computed.",
)  # fmt: skip
@click.option("--reasons", default="", metavar="TEXT", help="Why; required for a new ruling.")
@click.option("--cosign", metavar="DIGEST", help="Sign the words of a ruling that is signed.")
@click.option("--expect", metavar="DIGEST", help="Refuse unless the determination is this one.")
@signing_options
@project_option
@framework_option
@at_option
def command(
    ruled: tuple[str, ...],
    reasons: str,
    cosign: str | None,
    expect: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    key: str,
    public: Path | None,
    role: str | None,
    yes: bool,
    out: Path | None,
) -> None:
    """Rule on the present determination; each role of the ruling signs the same words.

    The gate uses the worse of what is computed and what is ruled. A laxer ruling needs every role,
    and cures nothing that is missing.
    """
    if cosign is not None and (ruled or reasons):
        raise InputError(
            "input.type", "a ruling is co-signed as it is", hint="leave out --outcome and --reasons"
        )
    project = load_project(folder, framework=framework)
    at, pen = instant_of(at_text), Pen(key, public, role, yes, out)
    hand = open_hand(project, pen=pen, at=at)
    offer = offer_ruling(
        project,
        hand=hand,
        at=at,
        outcomes=dict(map(_outcome, ruled)),
        reasons=reasons,
        role=role,
        cosign=cosign,
        expect=expect,
    )
    sign_offer(project, offer=offer, pen=pen)


def _outcome(text: str) -> tuple[str, Outcome]:
    name, found, value = text.partition("=")
    try:
        if not found:
            raise ValueError
        return name.strip(), Outcome(value.strip())
    except ValueError:
        known = ", ".join(outcome.value for outcome in Outcome)
        raise InputError(
            "input.type", f"`{text}` is not LINE=OUTCOME", hint=f"OUTCOME is one of {known}"
        ) from None
