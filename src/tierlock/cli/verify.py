"""`tierlock verify`: what somebody else's bundle is worth."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, color, data, format_option, instant_of, talk, width
from tierlock.cli.secrets import ask_secret
from tierlock.core import InputError
from tierlock.report import render_verify_json, render_verify_text
from tierlock.usecases import load_trust, verify, write_receipt

_PATHS = click.Path(path_type=Path)


@click.command("verify", context_settings=HELP)
@click.argument("bundle", type=_PATHS)
@click.option(
    "--trust",
    "trust_file",
    required=True,
    type=_PATHS,
    help="Your own trust file: whose keys, which frameworks, which subject.",
)
@click.option(
    "--logs",
    multiple=True,
    type=_PATHS,
    help="Raw log, or folder of them, that you have; read again. Repeatable.",
)
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=_PATHS,
    help="Tree head of the ledger that you received earlier. Repeatable.",
)
@click.option("--allow-withheld", is_flag=True, help="Exit 0 also where parts are withheld.")
@click.option("--allow-unsigned", is_flag=True, help="Take a bundle that nobody signed.")
@click.option("--key", metavar="KEY", help="Your private key, or URI of a signer, for --receipt.")
@click.option("--public-key", "public", type=_PATHS, help="Its public key, for URIs of services.")
@click.option("--receipt", type=_PATHS, help="New file for the signed result.")
@at_option
@format_option
def command(
    bundle: Path,
    trust_file: Path,
    logs: tuple[Path, ...],
    heads: tuple[Path, ...],
    allow_withheld: bool,
    allow_unsigned: bool,
    key: str | None,
    public: Path | None,
    receipt: Path | None,
    at_text: str | None,
    style: str,
) -> None:
    """Recompute BUNDLE from its sample values, offline, and print recorded against recomputed.

    Nothing in the bundle adds to your trust file. Exits 0 only if everything was verified; 3 where
    something is forged, missing or not signed by anybody you trust; 4 where a number comes out
    otherwise, or could not be recomputed because it is withheld.
    """
    if (key is None) != (receipt is None):
        raise InputError(
            "input.type", "a receipt needs a key, and a key is for a receipt",
            hint="give both --key and --receipt",
        )  # fmt: skip
    signer = None
    if key is not None:
        from tierlock.attest import load_public_key, open_signer

        known = None if public is None else load_public_key(public)
        signer = open_signer(key, public=known, ask=ask_secret)
    report = verify(
        bundle,
        trust=load_trust(trust_file),
        at=instant_of(at_text),
        logs=logs,
        heads=heads,
        allow_withheld=allow_withheld,
        allow_unsigned=allow_unsigned,
    )
    if style == "json":
        data(render_verify_json(report))
    else:
        data(render_verify_text(report, width=width(), color=color()))
    if signer is not None and receipt is not None:
        write_receipt(report, to=receipt, signer=signer)
        talk(f"{receipt}: the signed receipt")
    raise click.exceptions.Exit(report.exit_code)
