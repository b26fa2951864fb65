"""`tierlock sign`: a person's own signature, under an approval or what else they answer for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    action_of,
    at_option,
    framework_option,
    instant_of,
    project_option,
)
from tierlock.cli.signing import Pen, instant_or_none, open_hand, sign_offer, signing_options
from tierlock.core import InputError
from tierlock.usecases import (
    Hand,
    Offer,
    Project,
    load_project,
    offer_approval,
    offer_attestation,
    offer_choice,
    offer_claim,
    offer_determination,
    offer_evidence,
    offer_plan,
)

WHATS: Final = (
    "approval", "plan", "claim", "attestation", "choice", "determination", "evidence"
)  # fmt: skip
_NAMED: Final = {
    "claim": "STANDARD:NAME",
    "attestation": "THRESHOLD:NAME",
    "choice": "CLAUSE=READING",
    "evidence": "RUN",
}


@click.command("sign", context_settings=HELP)
@click.argument("what", metavar="[WHAT]", type=click.Choice(WHATS), default="approval")
@click.argument("name", required=False)
@click.option("--action", metavar="NAME", help="Action to approve.  [default: project's]")
@click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
@click.option("--audience", metavar="NAME", help="Audience, such as `general`.")
@click.option("--expect", metavar="DIGEST", help="Refuse unless the determination is this one.")
@click.option("--expires", metavar="INSTANT", help="When your signature lapses.")
@click.option("--says", default="", help="What you attest, or why you read a clause so.")
@click.option("--cosign", metavar="DIGEST", help="Sign the words of a choice that is signed.")
@signing_options
@project_option
@framework_option
@at_option
def command(
    what: str,
    name: str | None,
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
    """Sign, with your own key: an approval, or WHAT else you answer for.

    \b
    approval               the action, under the present determination
    plan                   the plan that is in use
    claim STANDARD:NAME    a claim of the statements file
    attestation LINE:NAME  that what an attested criterion says does not hold
    choice CLAUSE=READING  how a contested clause is read
    determination          the present determination, by who computed it
    evidence RUN           a run, by who ran the evaluation

    It shows what is signed, and asks. An approval binds one determination: other evidence or
    another outcome needs another approval.
    """  # noqa: D301
    project = load_project(folder, framework=framework)
    at, pen = instant_of(at_text), Pen(key, public, role, yes, out)
    if (name is None) == (what in _NAMED):
        wanted = f"`sign {what}` needs {_NAMED[what]}" if what in _NAMED else f"`{name}` is surplus"
        raise InputError("input.type", wanted, hint="see tierlock sign --help")
    hand = open_hand(project, pen=pen, at=at)
    offer = _offer(what, name or "", project=project, hand=hand, at=at, role=role, given=given)
    sign_offer(project, offer=offer, pen=pen)


def _offer(
    what: str,
    name: str,
    *,
    project: Project,
    hand: Hand,
    at: datetime,
    role: str | None,
    given: dict[str, Any],
) -> Offer:
    end = instant_or_none(given["expires"])
    if what == "plan":
        return offer_plan(project, hand=hand, at=at, role=role)
    if what == "determination":
        return offer_determination(project, hand=hand, at=at, role=role, expect=given["expect"])
    if what == "evidence":
        return offer_evidence(project, hand=hand, at=at, role=role, run=name)
    if what == "attestation":
        return offer_attestation(
            project, hand=hand, at=at, path=name, says=given["says"], role=role, expires_at=end
        )
    if what == "choice":
        clause, _, reading = name.partition("=")
        return offer_choice(
            project,
            hand=hand,
            at=at,
            clause=clause,
            reading=reading,
            reasons=given["says"],
            role=role,
            expires_at=end,
            cosign=given["cosign"],
        )
    if what == "claim":
        return _claim(project, criterion=name, hand=hand, at=at, role=role)
    action = action_of(
        given["action"],
        surface=given["surface"],
        audience=given["audience"],
        default=project.action,
    )
    if action is None:
        known = ", ".join(project.framework.actions)
        raise InputError("input.action", "no action was named", hint=f"--action, one of: {known}")
    return offer_approval(
        project,
        hand=hand,
        action=action,
        at=at,
        role=role,
        expires_at=end,
        expect=given["expect"],
    )


def _claim(
    project: Project, *, criterion: str, hand: Hand, at: datetime, role: str | None
) -> Offer:
    """The claim that the statements file makes about a criterion, the last one of several."""
    mine = [claim for claim in project.statements.claims if claim.criterion == criterion]
    if not mine:
        raise InputError(
            "input.not-found",
            f"the statements file claims nothing about `{criterion}`",
            hint="state it first: tierlock safeguards claim",
        )
    return offer_claim(project, hand=hand, at=at, role=role, stated=mine[-1])
