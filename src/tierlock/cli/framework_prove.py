"""`tierlock framework prove`: what holds of a framework in every combination of outcomes."""

from __future__ import annotations

from typing import Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width

_REFUTED: Final = 4


@click.command("prove", context_settings=HELP)
@click.argument("name", metavar="NAME|FILE")
@format_option
def prove_command(name: str, style: str) -> None:
    """Prove what a framework promises in every combination. Exits 4 if something is refuted.

    A solver looks at all outcomes of all criteria, all states of all safeguards, rulings and
    sign-offs at once. What does not hold is shown as one combination, which the engine is asked
    about too. Needs the extra `prove`.
    """
    from tierlock.report import render_proofs_text, render_study_json
    from tierlock.usecases import prove

    found = prove(name)
    code = _REFUTED if found.refuted else 0
    if style == "json":
        text = render_study_json(
            found.proofs, named="proofs", exit_code=code, about={"framework": found.framework}
        )
    else:
        text = render_proofs_text(
            found.proofs, framework=found.framework, width=width(), color=color()
        )
    data(text)
    if code:
        raise click.exceptions.Exit(code)
