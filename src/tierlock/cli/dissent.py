"""`tierlock dissent`: a signed record that can only restrict, and how it is resolved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, framework_option, instant_of, project_option
from tierlock.cli.signing import Pen, instant_or_none, open_hand, sign_offer, signing_options
from tierlock.usecases import load_project, offer_negative, offer_resolution

KINDS = (
    "dissent", "objection", "incident", "new_attack_class", "revocation", "failed_claim"
)  # fmt: skip


@click.command("dissent", context_settings=HELP)
@click.option("--says", required=True, metavar="TEXT", help="Why, in your own words.")
@click.option(
    "--kind", type=click.Choice(KINDS), default="dissent", show_default=True, help="What it is."
)
@click.option("--about", default="", metavar="PATH|DIGEST", help="Criterion or record it concerns.")
@click.option("--happened", metavar="INSTANT", help="When it happened.  [default: now]")
@click.option("--resolve", metavar="DIGEST", help="Resolve a signed record, on the record.")
@signing_options
@project_option
@framework_option
@at_option
def command(
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
    """Object, with your own key: it closes the gate until it is resolved on the record.

    It stands for ever, and counts whoever signed it. With --resolve somebody whom the trust file
    names ends a signed record; both stay visible.
    """
    project = load_project(folder, framework=framework)
    at, pen = instant_of(at_text), Pen(key, public, role, yes, out)
    resolve = given["resolve"]
    hand = open_hand(project, pen=pen, at=at, anybody=resolve is None)
    if resolve is not None:
        offer = offer_resolution(
            project, hand=hand, at=at, role=role, name=resolve, says=given["says"]
        )
    else:
        offer = offer_negative(
            project,
            hand=hand,
            at=at,
            role=role,
            says=given["says"],
            kind=given["kind"],
            concerns=given["about"],
            happened_at=instant_or_none(given["happened"]),
        )
    sign_offer(project, offer=offer, pen=pen)
