"""Signed envelopes as lines of a file: each in its one form, none changed behind our back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import InputError, IntegrityError, digest_bytes
from tierlock.store.files import append_lines, exclusive, read_lines, store_errors, write_whole

_VERSION: Final = b"1\n"


class Line(NamedTuple):
    """An envelope as it is stored.

    Attributes:
        data: its canonical bytes, one line.
        payload: digest of what is signed, which names the statement.
    """

    data: bytes
    payload: str


def to_line(envelope: bytes) -> Line:
    """Return the line of an envelope; nothing about its signatures is checked.

    Raises:
        IntegrityError: `attest.envelope`, it is no DSSE envelope.
    """
    # Imported here: it loads the code for keys, which a store without signatures never needs.
    from tierlock.attest import canonical_envelope, parse_envelope

    found = parse_envelope(envelope)
    return Line(data=canonical_envelope(found), payload=found.payload_digest)


def check_lines(lines: Iterable[bytes], *, path: Path | str) -> tuple[bytes, ...]:
    """Return stored lines, all of which are envelopes in their one form.

    Raises:
        IntegrityError: `integrity.digest`, one of them is not.
    """
    known = tuple(lines)
    for number, line in enumerate(known, start=1):
        try:
            whole = to_line(line).data == line
        except IntegrityError:
            whole = False
        if not whole:
            raise IntegrityError(
                "integrity.digest",
                "the store is damaged: not a signed envelope in canonical form",
                location=f"{path}:{number}",
                hint="restore the file from a backup, or from the ledger",
            )
    return known


class SignedStore:
    """The part of a store that keeps signed statements, in a folder of one version.

    Args:
        folder: the store's folder; created on first write.

    Raises:
        InputError: the folder belongs to another version or can not be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        version = folder / "VERSION"
        with store_errors("read", path=version):
            known = version.read_bytes() if version.exists() else _VERSION
        if known != _VERSION:
            raise InputError("input.store", f"`{folder}` is a store of another version of Tierlock")

    def prepare(self) -> None:
        """Make the folder where it is not there yet."""
        with store_errors("create", path=self.folder):
            (self.folder / "evidence").mkdir(parents=True, exist_ok=True)
        if not (self.folder / "VERSION").exists():
            write_whole(self.folder / "VERSION", data=_VERSION)

    def add_signed(self, envelope: bytes) -> str:
        """Remember a signed envelope, once; return the digest of what is signed in it.

        Whose signature it is, and whether it counts, is asked whenever it is read.

        Raises:
            InputError: `input.store`, it can not be written; nothing was added.
            IntegrityError: `attest.envelope`, it is no envelope.
        """
        line = to_line(envelope)
        self.prepare()
        with exclusive(self.folder):
            if line.data not in self.signed():
                append_lines(self.folder / "signed.jsonl", lines=[line.data])
        return line.payload

    def signed(self) -> tuple[bytes, ...]:
        """Return every signed envelope in canonical form, oldest first.

        Raises:
            IntegrityError: `integrity.digest`, a stored line is no envelope.
        """
        path = self.folder / "signed.jsonl"
        return check_lines(read_lines(path), path=path)

    def note_logged(self, envelopes: Iterable[bytes]) -> None:
        """Note that the ledger has acknowledged these envelopes: from now on it must hold them."""
        fresh = {digest_bytes(envelope) for envelope in envelopes} - self.logged()
        if fresh:
            self.prepare()
            with exclusive(self.folder):
                append_lines(
                    self.folder / "signed.logged", lines=[n.encode() for n in sorted(fresh)]
                )

    def logged(self) -> frozenset[str]:
        """Return the digests of all envelopes that the ledger has acknowledged."""
        lines = read_lines(self.folder / "signed.logged")
        return frozenset(line.decode("ascii", "replace") for line in lines)
