"""`tierlock safeguards claim`: state that a safeguard is in place, on its way, or not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from tierlock.cli.context import HELP
from tierlock.cli.output import data, framework_option, instant_of, project_option, talk
from tierlock.core import InputError, StatedClaim, parse_instant
from tierlock.usecases import claim, load_project

_KINDS = ("declaration", "document", "measured", "audit")
_COSTS = ("people_days", "usd", "usd_per_year", "latency_ms", "over_refusal")


@click.command("claim", context_settings=HELP)
@click.option("--met", "status", flag_value="met", help="It is in place.")
@click.option("--pending", "status", flag_value="pending", help="It is on its way.")
@click.option("--unmet", "status", flag_value="unmet", help="It is shown not to hold; denies.")
@click.option("--criterion", metavar="STANDARD:NAME", required=True, help="What is claimed.")
@click.option("--says", default="", help="One sentence.")
@click.option("--implementation", default="", help="How it is put in place.")
@click.option("--evidence", "shown", metavar="KIND:WHAT", multiple=True, help="What shows it.")
@click.option("--by", default="", help="Who produced the evidence.")
@click.option("--produced-at", metavar="INSTANT", help="When the evidence was produced.")
@click.option("--access", help="Of an audit: documents, black_box, grey_box, white_box, on_site.")
@click.option("--independence", default="", help="Of an audit: why the auditor is free.")
@click.option("--paths", metavar="A,B", help="Traffic paths that it covers.  [default: all]")
@click.option("--audiences", metavar="A,B", help="Audiences that it covers.  [default: all]")
@click.option("--environments", metavar="A,B", help="Environments it covers.  [default: all]")
@click.option("--holds-with-weights", is_flag=True, help="It binds who has the weights, too.")
@click.option("--owner", default="", help="Who answers for it.")
@click.option("--cost", default="", help="Text, or parts such as people_days=5,latency_ms=40.")
@click.option("--expires", metavar="INSTANT", help="When the claim lapses.")
@click.option("--interim", metavar="ARGUMENT", help="Why other means give equal assurance.")
@click.option("--except", "users", metavar="USERS", help="Trusted users it does not apply to.")
@click.option("--because", default="", help="Why they are excepted.")
@click.option("--except-until", metavar="INSTANT", help="When the exception ends.")
@click.option("--approved-by", metavar="ROLE,ROLE", help="Who approved an interim or exception.")
@click.option("--at", "at_text", metavar="INSTANT", help="When it is stated.  [default: now]")
@click.option("--dry-run", is_flag=True, help="Print the entry and write nothing.")
@project_option
@framework_option
def claim_command(folder: Path, framework: str | None, dry_run: bool, **given: Any) -> None:
    """Write one claim into the project's statements file; comments and order stay."""
    project = load_project(folder, framework=framework)
    done = claim(project, stated=stated_of(**given), folder=folder, write=not dry_run)
    data(done.entry)
    if dry_run:
        talk(f"not written: {done.file}")
        return
    talk(f"wrote {done.file}")
    if "unmet" in done.earlier and given["status"] == "met":
        talk(
            "an earlier claim for it says unmet, and denies until that is changed; once the gate "
            "has seen it, a record with resolved_at ends it"
        )


def stated_of(**given: Any) -> StatedClaim:
    """Return the claim that the options describe.

    Raises:
        InputError: an option is missing, or has a value that can not be.
    """
    if given["status"] is None:
        raise InputError(
            "input.type", "the claim says nothing", hint="give --met, --pending or --unmet"
        )
    fields: dict[str, object] = {
        name: given[name]
        for name in ("criterion", "status", "says", "implementation", "owner", "holds_with_weights")
    }
    fields["claimed_at"] = instant_of(given["at_text"])
    fields["evidence"] = tuple(_evidence(text, given) for text in given["shown"])
    for name in ("paths", "audiences", "environments"):
        if given[name] is not None:
            fields[name] = _listed(given[name])
    if given["cost"]:
        fields["cost"] = _cost(given["cost"])
    if given["expires"] is not None:
        fields["expires_at"] = parse_instant(given["expires"])
    approved = _listed(given["approved_by"] or "")
    if given["interim"] is not None:
        fields["interim"] = {"argument": given["interim"], "approved_by": approved}
    if given["users"] is not None:
        if given["except_until"] is None:
            raise InputError("input.type", "an exception has no end", hint="give --except-until")
        end = parse_instant(given["except_until"])
        exception = {"users": given["users"], "argument": given["because"]}
        fields["exceptions"] = ({**exception, "approved_by": approved, "expires_at": end},)
    try:
        return StatedClaim.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "claim"
        says = first["msg"].removeprefix("Value error, ").lower()
        raise InputError("input.schema", f"`{where}`: {says}", hint=_hint(where)) from None


def _hint(where: str) -> str | None:
    if "approved_by" in where:
        return "give --approved-by with roles of the framework"
    if "argument" in where:
        return "say why: --interim ARGUMENT, or --because for an exception"
    return None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _evidence(text: str, given: dict[str, Any]) -> dict[str, object]:
    kind, found, says = text.partition(":")
    if not found or kind not in _KINDS or not says.strip():
        raise InputError(
            "input.type",
            f"`{text}` is not KIND:WHAT",
            hint=f"KIND is one of {', '.join(_KINDS)}; WHAT says what it shows",
        )
    if given["produced_at"] is None:
        raise InputError("input.type", "evidence has no date", hint="give --produced-at")
    proof: dict[str, object] = {
        "kind": kind,
        "says": says.strip(),
        "by": given["by"],
        "produced_at": parse_instant(given["produced_at"]),
    }
    if kind == "audit":
        proof |= {"access": given["access"], "independence": given["independence"]}
    return proof


def _cost(text: str) -> str | dict[str, float]:
    parts = [part.partition("=") for part in text.split(",")]
    if not any(found for _, found, _ in parts):
        return text
    try:
        cost = {name.strip(): float(value) for name, _, value in parts}
    except ValueError:
        raise InputError("input.number", f"`{text}` holds no number", hint="NAME=NUMBER") from None
    if cost.keys() - set(_COSTS):
        wrong = ", ".join(sorted(cost.keys() - set(_COSTS)))
        raise InputError("input.type", f"no cost `{wrong}`", hint=f"one of: {', '.join(_COSTS)}")
    return cost
