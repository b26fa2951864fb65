"""One project's ledger as a page shows it: its head, a page of entries, one entry with its proof.

What is not recomputed is said to be so: a head comes from stored hashes, an entry's proof is
checked against it when somebody asks.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tierlock.attest import Witnesses
from tierlock.core import Digest, InputError, TierlockError, digest_bytes, format_instant, printable
from tierlock.ledger import (
    SELF_ASSERTED,
    Ledger,
    TreeHead,
    canonical_head,
    verify_inclusion,
)
from tierlock.report import LedgerState, LogLine
from tierlock.usecases.anchoring import (
    ANCHORS,
    StoredAnchor,
    check_extends,
    confirm_anchors,
    stored_anchors,
)
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.ledger_check import verify_all
from tierlock.usecases.ledger_log import read_log
from tierlock.usecases.ledger_words import facts_of, framework_in, inner_of, readable
from tierlock.usecases.project import Project


class AnchorShown(NamedTuple):
    """One outside witness of a tree head.

    Attributes:
        name: the file of what it gave.
        kind: `tsa` or `rekor`.
        size: how many entries the tree head covers.
        state: `holds`, `refused`, or `not checked` where nobody says whom to believe.
        says: by when the entries existed and who says so, or why it was refused.
    """

    name: str
    kind: str
    size: int
    state: str
    says: str


class HeadShown(NamedTuple):
    """A ledger's tree head, by its stored hashes.

    Attributes:
        text: the tree head as it is handed out.
        time: how far its times rest on more than the word of its writer.
    """

    origin: str
    size: int
    root: str
    text: str
    anchors: tuple[AnchorShown, ...]
    time: str


class EntryShown(NamedTuple):
    """One entry.

    Attributes:
        line: what it says.
        media_type: of its bytes.
        text: its bytes as readable text; empty where they are none, or more than `SHOWN`.
        inner: what a signed envelope holds, likewise.
        leaf: the hash of the entry in the tree, in hexadecimal.
        newer: how many entries came after it.
        facts: what the record says in single words and numbers, with their names as words.
        framework: name of the framework that it is about; empty where it names none.
    """

    line: LogLine
    media_type: str
    text: str
    inner: str
    leaf: str
    newer: int
    facts: tuple[tuple[str, str], ...]
    framework: str


class ProofShown(NamedTuple):
    """That an entry is in the tree: everything that somebody else needs to check it.

    Attributes:
        head: the text of the tree head.
        path: hashes from the leaf up (RFC 9162, 2.1.3.1), in hexadecimal.
        holds: whether it was recomputed just now, and held.
        says: why it does not hold.
    """

    origin: str
    place: int
    size: int
    root: str
    leaf: str
    payload_digest: Digest
    logged_at: str
    media_type: str
    path: tuple[str, ...]
    head: str
    holds: bool
    says: str


def show_head(project: Project, *, at: datetime) -> HeadShown | None:
    """Return the present tree head of a project's ledger; None where it has none yet.

    Raises:
        InputError: the ledger can not be read.
        IntegrityError: `ledger.damaged`.
    """
    try:
        opened = project_ledger(project)
    except InputError as error:
        if error.code != "input.not-found":
            raise
        return None
    with opened as ledger:
        head = ledger.head(at)
        anchors = tuple(_anchors(project, ledger=ledger))
    return HeadShown(
        origin=head.origin,
        size=head.size,
        root=head.root.hex(),
        text=canonical_head(head).decode("ascii"),
        anchors=anchors,
        time=_time(anchors, size=head.size),
    )


def show_lines(project: Project, *, before: int, most: int) -> tuple[LogLine, ...]:
    """Return up to `most` entries before place `before`, the newest first.

    Raises:
        InputError: there is no ledger, or it can not be read.
        IntegrityError: `ledger.damaged`.
    """
    with project_ledger(project) as ledger:
        end = min(max(before, 0), ledger.size())
        since = max(0, end - most)
        lines = list(islice(read_log(ledger, since=since), end - since))
    return tuple(line._replace(says=printable(line.says)) for line in reversed(lines))


def show_entry(project: Project, *, index: int) -> EntryShown:
    """Return one entry of a project's ledger.

    Raises:
        InputError: `ledger.size`, there is no such entry; there is no ledger.
        IntegrityError: `ledger.damaged`.
    """
    with project_ledger(project) as ledger:
        entry = ledger.entry(index)
        (line,) = islice(read_log(ledger, since=index), 1)
        newer = ledger.size() - index - 1
    return EntryShown(
        line=line._replace(says=printable(line.says)),
        media_type=entry.media_type,
        text=readable(entry.payload),
        inner=inner_of(entry),
        leaf=entry.leaf.hex(),
        newer=newer,
        facts=tuple(facts_of(entry.payload)),
        framework=framework_in(entry.payload),
    )


def prove_entry(project: Project, *, index: int, at: datetime) -> ProofShown:
    """Return the proof that an entry is in the present tree, recomputed from its bytes.

    Args:
        project: whose ledger.
        index: the entry's place.
        at: now: the time of the tree head.

    Raises:
        InputError: `ledger.size`, there is no such entry; there is no ledger.
        IntegrityError: `ledger.damaged`.
    """
    with project_ledger(project) as ledger:
        entry, head = ledger.entry(index), ledger.head(at)
        proof = ledger.inclusion_proof(index, size=head.size)
    says = ""
    try:
        verify_inclusion(entry, proof=proof, head=head)
    except TierlockError as error:
        says = error.message
    return ProofShown(
        origin=head.origin,
        place=index,
        size=head.size,
        root=head.root.hex(),
        leaf=entry.leaf.hex(),
        payload_digest=digest_bytes(entry.payload),
        logged_at=format_instant(entry.logged_at),
        media_type=entry.media_type,
        path=tuple(part.hex() for part in proof.path),
        head=_text(head),
        holds=not says,
        says=says,
    )


def recompute_ledger(project: Project, *, at: datetime) -> LedgerState:
    """Recompute every hash of a project's ledger, and hold it against its anchors.

    Raises:
        InputError: the ledger can not be read.
        IntegrityError: it does not agree with itself, or an anchor does not hold.
    """
    with project_ledger(project) as ledger:
        return verify_all(
            ledger,
            at=at,
            anchors=_folder(project),
            witnesses=_witnesses(project),
        )


def _text(head: TreeHead) -> str:
    return canonical_head(head).decode("ascii")


def _folder(project: Project) -> Path:
    return project.store.folder / ANCHORS


def _witnesses(project: Project) -> Witnesses:
    return Witnesses() if project.trust is None else project.trust.witnesses


def _anchors(project: Project, *, ledger: Ledger) -> list[AnchorShown]:
    return [
        _anchor(one, ledger=ledger, witnesses=_witnesses(project))
        for one in stored_anchors(_folder(project))
    ]


def _anchor(one: StoredAnchor, *, ledger: Ledger, witnesses: Witnesses) -> AnchorShown:
    """What an anchor shows under the project's own trust file, and whether it is of this ledger."""
    shown = AnchorShown(one.path.name, one.kind, 0, "refused", "")
    try:
        check_extends(ledger, head=one.head)
        found = confirm_anchors([one], witnesses=witnesses)
    except TierlockError as error:
        return shown._replace(says=error.message)
    if not found.confirmed:
        why = "the project's trust file names no certificate or key for it"
        return shown._replace(state="not checked", says=why)
    (held,) = found.confirmed
    when = "" if held.not_after is None else f"existed by {format_instant(held.not_after)}, "
    return shown._replace(size=held.head.size, state="holds", says=f"{when}says {held.by}")


def _time(anchors: tuple[AnchorShown, ...], *, size: int) -> str:
    held = max((one.size for one in anchors if one.state == "holds"), default=0)
    if not held:
        return SELF_ASSERTED
    words = f"time: the first {held} entries are anchored"
    return words if held >= size else f"{words}; {SELF_ASSERTED} from entry {held} on"
