"""`tierlock ledger`: the record that can not be quietly changed."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    data,
    format_option,
    instant_of,
    project_option,
    talk,
    width,
)
from tierlock.cli.secrets import ask_secret
from tierlock.ledger import Ledger, canonical_head
from tierlock.report import (
    render_ledger_log,
    render_ledger_log_json,
    render_ledger_state,
    render_ledger_state_json,
)
from tierlock.usecases import (
    ANCHORS,
    export_project,
    exported_ledger,
    import_into,
    keep_given,
    load_project,
    load_trust,
    project_ledger,
    read_log,
    read_witnesses,
    signed_head,
    stamp_project,
    verify_all,
)

file_option = click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="An export instead of the project's ledger.",
)


@click.group("ledger", context_settings=HELP)
def command() -> None:
    """Show, recompute and hand out the project's record."""


def _ledger(folder: Path, file: Path | None) -> Ledger:
    return project_ledger(load_project(folder)) if file is None else exported_ledger(file)


@command.command("log", context_settings=HELP)
@click.option("--since", type=click.IntRange(0), default=0, help="First entry to show.")
@project_option
@file_option
@format_option
def log(since: int, folder: Path, file: Path | None, style: str) -> None:
    """List the entries, oldest first, each with the digest of its bytes."""
    with _ledger(folder, file) as ledger:
        lines = read_log(ledger, since=since)
        if style == "json":
            data(render_ledger_log_json(lines))
        else:
            data(render_ledger_log(lines, width=width()))


@command.command("verify", context_settings=HELP)
@click.option(
    "--held",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Tree head that you received earlier; the ledger must extend it. Repeatable.",
)
@click.option(
    "--trusted",
    type=click.Path(path_type=Path),
    help="Tree head that you verified earlier; what it covers is not read again.",
)
@click.option(
    "--trust",
    "trust_path",
    type=click.Path(path_type=Path),
    help="Trust file: each held tree head must be signed by somebody it names as `ledger`, and "
    "its witnesses are believed.",
)
@click.option(
    "--tsa-cert",
    "tsa",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Certificates of a time stamping authority that you believe, in PEM. Repeatable.",
)
@click.option(
    "--rekor-key",
    "rekor",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Public key of a Rekor log that you believe, in PEM. Repeatable.",
)
@click.option(
    "--anchors",
    type=click.Path(path_type=Path),
    help="Folder of anchors.  [default: that of the project's store]",
)
@project_option
@file_option
@at_option
@format_option
def verify(
    held: tuple[Path, ...],
    trusted: Path | None,
    trust_path: Path | None,
    tsa: tuple[Path, ...],
    rekor: tuple[Path, ...],
    anchors: Path | None,
    folder: Path,
    file: Path | None,
    at_text: str | None,
    style: str,
) -> None:
    """Recompute every hash, and hold the ledger against what was seen of it before.

    That are tree heads that you hold, and the anchors beside the ledger: with a certificate or key
    of the witness they show since when entries exist. Nothing is asked over the network. Exits 0
    where everything agrees, 3 where anything was changed, reordered or removed.
    """
    trust = None if trust_path is None else load_trust(trust_path)
    if anchors is None and file is None:
        anchors = load_project(folder).store.folder / ANCHORS
    with _ledger(folder, file) as ledger:
        found = verify_all(
            ledger,
            at=instant_of(at_text),
            held=held,
            trusted=trusted,
            trust=trust,
            anchors=anchors,
            witnesses=read_witnesses(trust, tsa=tsa, rekor=rekor),
        )
    if style == "json":
        data(render_ledger_state_json(found))
    else:
        data(render_ledger_state(found, width=width()))


@command.command("tree-head", context_settings=HELP)
@click.option("--size", type=click.IntRange(0), help="Of an earlier size.  [default: now]")
@click.option("--key", metavar="URI", help="Sign it with this Ed25519 key: a path, or a key's URI.")
@click.option(
    "--public-key",
    "public",
    type=click.Path(path_type=Path),
    help="The public key, where the URI does not lead to it.",
)
@project_option
@file_option
@at_option
def tree_head(
    size: int | None,
    key: str | None,
    public: Path | None,
    folder: Path,
    file: Path | None,
    at_text: str | None,
) -> None:
    """Print the tree head: four lines to give to an auditor; with --key, a signed note.

    Whoever keeps it can later show that an entry was changed or removed.
    """
    with _ledger(folder, file) as ledger:
        head = ledger.head(instant_of(at_text), size=size)
    if key is None:
        data(canonical_head(head).decode("ascii"))
        return
    from tierlock.attest import load_public_key

    named = None if public is None else load_public_key(public)
    data(signed_head(head, key=key, public=named, ask=ask_secret).decode("utf-8"))


@command.command("anchor", context_settings=HELP)
@click.option(
    "--tsa", "url", metavar="URL", help="Ask this time stamping authority (RFC 3161) now."
)
@click.option(
    "--token",
    type=click.Path(path_type=Path),
    help="Keep an authority's answer (.tsr) about the tree head in --head.",
)
@click.option(
    "--rekor",
    type=click.Path(path_type=Path),
    help="Keep a log entry, Rekor's answer or a Sigstore bundle, about the tree head in --head.",
)
@click.option(
    "--head",
    type=click.Path(path_type=Path),
    help="File of the tree head.  [default with --tsa: the present one]",
)
@project_option
@at_option
def anchor(
    url: str | None,
    token: Path | None,
    rekor: Path | None,
    head: Path | None,
    folder: Path,
    at_text: str | None,
) -> None:
    """Keep beside the ledger what an outside witness says about a tree head.

    It shows by when the entries existed. Only --tsa uses the network, and sends a digest. Who
    reads the ledger chooses whom to believe, with `tierlock ledger verify --tsa-cert`.
    """
    if sum(given is not None for given in (url, token, rekor)) != 1:
        raise click.UsageError("name one of --tsa, --token and --rekor")
    project = load_project(folder)
    if url is not None:
        data(str(stamp_project(project, url=url, at=instant_of(at_text), head=head)))
    elif token is not None:
        data(str(keep_given(project, given=token, kind="tsa", head=head)))
    elif rekor is not None:
        data(str(keep_given(project, given=rekor, kind="rekor", head=head)))


@command.command("export", context_settings=HELP)
@click.argument("to", type=click.Path(path_type=Path))
@project_option
def export(to: Path, folder: Path) -> None:
    """Write the whole ledger into one new file, TO, which `--file` and `import` read."""
    found = export_project(load_project(folder), to=to)
    talk(f"{found.size} entries of {found.origin}, root {found.root.hex()}")


@command.command("import", context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@project_option
def import_(file: Path, folder: Path) -> None:
    """Take an export, FILE, into a ledger that is empty or begins like it."""
    found = import_into(load_project(folder), file=file)
    talk(f"{found.size} entries of {found.origin}, root {found.root.hex()}")
