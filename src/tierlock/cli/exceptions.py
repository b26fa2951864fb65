"""`tierlock except`: a safeguard that does not hold for everybody, or not yet, for a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, framework_option, instant_of, project_option
from tierlock.cli.safeguards_claim import stated_of
from tierlock.cli.signing import Pen, open_hand, sign_offer, signing_options
from tierlock.core import InputError, StatedClaim, parse_instant
from tierlock.usecases import Project, cosign_claim, load_project, offer_claim, standing_claim


@click.command("except", context_settings=HELP)
@click.argument("criterion", required=False)
@click.option("--users", metavar="TEXT", help="Trusted users to whom it does not apply.")
@click.option("--interim", is_flag=True, help="Other means give equal assurance for a time.")
@click.option("--because", default="", metavar="TEXT", help="The reasons; required.")
@click.option("--until", metavar="INSTANT", help="When it ends; required.")
@click.option("--approved-by", metavar="ROLE,ROLE", help="Roles that must sign it; required.")
@click.option("--evidence", "shown", metavar="KIND:WHAT", multiple=True, help="Of an interim.")
@click.option("--by", default="", help="Who produced the evidence.")
@click.option("--produced-at", metavar="INSTANT", help="When the evidence was produced.")
@click.option("--cosign", metavar="DIGEST", help="Sign the words of an exception that is signed.")
@signing_options
@project_option
@framework_option
@at_option
def command(
    criterion: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    key: str,
    public: Path | None,
    role: str | None,
    yes: bool,
    out: Path | None,
    **given: Any,
) -> None:
    """Except trusted users from a safeguard, or claim it met for an interim; always for a time.

    It counts once every role of --approved-by has signed it. ALLOW then carries it as a condition,
    and it stays on the list of signatures for ever, lapsed or not.
    """
    project = load_project(folder, framework=framework)
    at, pen = instant_of(at_text), Pen(key, public, role, yes, out)
    cosign = given["cosign"]
    if (cosign is None) == (criterion is None):
        raise InputError(
            "input.type", "nothing is excepted", hint="name STANDARD:NAME, or give --cosign DIGEST"
        )
    hand = open_hand(project, pen=pen, at=at)
    if cosign is not None:
        offer = cosign_claim(project, hand=hand, at=at, role=role, name=cosign)
    else:
        stated = _stated(project, criterion=criterion or "", at=at, at_text=at_text, given=given)
        offer = offer_claim(project, hand=hand, at=at, role=role, stated=stated)
    sign_offer(project, offer=offer, pen=pen)


def _stated(
    project: Project, *, criterion: str, at: datetime, at_text: str | None, given: dict[str, Any]
) -> StatedClaim:
    """The claim with its exception, from the options."""
    for name in ("because", "until", "approved_by"):
        if not given[name]:
            flag = f"--{name.replace('_', '-')}"
            raise InputError("input.type", f"an exception needs {flag}", hint=f"give {flag}")
    if given["interim"] == (given["users"] is not None):
        raise InputError("input.type", "nothing is excepted", hint="give --users or --interim")
    roles = tuple(role.strip() for role in given["approved_by"].split(",") if role.strip())
    if given["interim"]:
        return stated_of(
            status="met", criterion=criterion, says="", implementation="", owner="",
            holds_with_weights=False, at_text=at_text or at.isoformat(), shown=given["shown"],
            by=given["by"], produced_at=given["produced_at"], access=None, independence="",
            paths=None, audiences=None, environments=None, cost="", expires=given["until"],
            approved_by=given["approved_by"], interim=given["because"], users=None,
            except_until=None, because="",
        )  # fmt: skip
    base = standing_claim(project, criterion=criterion, at=at)
    exception = {
        "users": given["users"],
        "argument": given["because"],
        "approved_by": roles,
        "expires_at": parse_instant(given["until"]),
    }
    fields = {**dict(base), "exceptions": (exception,), "claimed_at": at}
    return StatedClaim.model_validate(fields)
