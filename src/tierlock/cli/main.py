"""`tierlock`: the list of commands, loaded lazily so that `--help` imports click alone."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple, NoReturn

import click

from tierlock import __version__
from tierlock.cli.context import HELP


class _Lazy(NamedTuple):
    """Where a command lives, and what the list of commands says about it."""

    module: str
    says: str


COMMANDS: Final[dict[str, _Lazy]] = {
    "assess": _Lazy("assess", "Read evaluation logs; print and write what they show."),
    "gate": _Lazy("gate", "Answer whether an action may happen: ALLOW, HOLD or DENY."),
    "sign": _Lazy("sign", "Approve an action, with your own key; sign claims, plans, runs."),
    "dissent": _Lazy("dissent", "Object, with your own key, until it is resolved on the record."),
    "ruling": _Lazy("ruling", "Rule on a determination, with reasons; each role signs."),
    "except": _Lazy("exceptions", "Except users from a safeguard for a time, with signatures."),
    "signatures": _Lazy("signatures", "List who signed what, and why it counts or does not."),
    "expiring": _Lazy("expiring", "List what lapses next, and which permission it closes."),
    "explain": _Lazy("explain", "Say why, how far from the bound, and what would change it."),
    "init": _Lazy("init", "Start a project: subject, statements and store."),
    "safeguards": _Lazy("safeguards", "Show, claim and export safeguards; list what is missing."),
    "size": _Lazy("size", "Say how much evidence a bound asks for, with its cost."),
    "plan": _Lazy("plan", "Promise, before looking, which runs will count."),
    "run": _Lazy("run", "Run the evaluations that the plan promises; record what they show."),
    "hooks": _Lazy("hooks", "List what the hooks could not record of others' evaluations."),
    "permit": _Lazy("permit", "Issue, revoke and check permits: signed permission for a while."),
    "report": _Lazy("report", "Write a capability, safeguards or risk report; list its gaps."),
    "bundle": _Lazy("bundle", "Write an answer with all that it rests on into one file."),
    "verify": _Lazy("verify", "Recompute somebody's bundle, under your own trust file."),
    "ledger": _Lazy("ledger", "Show, recompute and hand out the record that others can check."),
    "framework": _Lazy("framework", "List, show, copy, check, lint, compare and prove frameworks."),
    "compare": _Lazy("compare", "Compare two versions of a model, item by item."),
    "prompt": _Lazy("prompt", "Keep versions of prompt, scaffold, tools and sampling."),
    "output": _Lazy("outputs", "Find and show what samples were given and what came back."),
    "crosswalk": _Lazy("crosswalk", "Show how the lines of frameworks relate, and which do not."),
    "suite": _Lazy("suite", "Show which evaluations bind which line, and what none covers."),
    "export": _Lazy("export", "Write evidence in the format of other tools."),
    "key": _Lazy("key", "Make a key for signing, or show how a trust file lists one."),
    "subject": _Lazy("subject", "Print the digest that stands for a model."),
    "register": _Lazy("register", "List determinations that were stated publicly."),
    "serve": _Lazy("serve", "Show pages and answer an API for a team, on this machine or more."),
    "account": _Lazy("account", "Make tokens of a server, shut people out, read its audit."),
    "team": _Lazy("team", "Share subjects in one database, SQLite or PostgreSQL."),
    "demo": _Lazy("demo", "Tell the story of a first release on real logs."),
}


class _Commands(click.Group):
    """A group that imports a command's file only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = import_module(f"tierlock.cli.{lazy.module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.says) for name, lazy in COMMANDS.items()])


@click.group(cls=_Commands, context_settings=HELP)
@click.version_option(__version__, prog_name="tierlock")
def root() -> None:
    """AI Safety Levels as code: evidence in, safety level and release decision out.

    Exit codes: gate 0 ALLOW, 1 DENY, 10 HOLD; every command 2 input error, 3 integrity failure,
    4 problems found, 70 internal error. Only 0 is permission.
    """


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line with `args` (default: the process's) and exit.

    Raises:
        SystemExit: always, with the documented exit code.
    """
    _prepare()
    try:
        code = root.main(args=args, prog_name="tierlock", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        click.echo("interrupted", err=True)
        code = 130
    except SystemExit:
        # How click ends when the reader goes away (`| head`); its exit code 1 would mean DENY.
        code = 141
    except Exception as error:  # noqa: BLE001  # the last door: nothing may look like a permission
        code = _failed(error)
    # What is left ends with the process: a last search through it for garbage is spared.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def _prepare() -> None:
    """Settle what only holds for a whole process, before anything heavy is loaded."""
    # Nearly every object of a short run lives to its end: looking for garbage finds none.
    gc.set_threshold(500_000)
    # Whatever else is installed, nothing of it comes between a log and its validation.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Nothing here needs its threads, and copies of this process must not inherit them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _failed(error: Exception) -> int:
    """Print an error with its code and hint; anything that is not ours is a defect (70)."""
    from tierlock.core.errors import TierlockError, printable

    if isinstance(error, TierlockError):
        click.echo(str(error), err=True)
        return error.exit_code
    if os.environ.get("TIERLOCK_TRACEBACK"):
        # Python's own exit code after a traceback is 1, which would mean DENY.
        traceback.print_exception(error)
    click.echo(
        f"error[internal] {type(error).__name__}: {printable(str(error))}\n"
        "  hint: this is a defect in Tierlock; set TIERLOCK_TRACEBACK=1 and report what it prints",
        err=True,
    )
    return 70
