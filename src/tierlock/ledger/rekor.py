"""Entries of Rekor, Sigstore's public log, over a tree head: verified offline.

Read are what Rekor's API answers about an entry, and a Sigstore bundle, which carries the same.
Shown is that the log, whose key the reader chose, promised and included the entry: its own proof,
its own signed tree head, and its signed time (spec/ledger.md A-6).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tierlock.core import InputError, IntegrityError, canonical_json, printable
from tierlock.ledger.anchors import Confirmed
from tierlock.ledger.head import parse_head
from tierlock.ledger.note import is_signed, key_digest, load_note_key, parse_note, verifies
from tierlock.ledger.tree import check_inclusion, leaf_hash

LARGEST_ENTRY: Final = 1024 * 1024
_Json = Mapping[str, object]


class LogEntry(NamedTuple):
    """An entry of the log with everything that shows that it is one.

    Attributes:
        body: the canonical bytes of the entry, which its leaf is made of.
        integrated_at: seconds since 1970 at which the log took it.
        log_id: SHA-256 of the log's key.
        log_index: its place over all trees of the log.
        promise: the log's signature over body, time, id and place.
        tree_index: its place in the tree of the proof.
        tree_size: the size of that tree; `path` leads from the leaf to its root.
        checkpoint: that tree's head, as the log signed it.
    """

    body: bytes
    integrated_at: int
    log_id: bytes
    log_index: int
    promise: bytes
    tree_index: int
    tree_size: int
    path: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class RekorAnchor:
    """An entry of Rekor over a tree head, under the key of the log that the reader knows.

    Attributes:
        head: the bytes of the tree head as they were logged: its text, or the signed note.
        entry: JSON, what Rekor answers about one entry or a Sigstore bundle.
        key: the log's public key in PEM.
    """

    head: bytes
    entry: bytes
    key: bytes

    def confirm(self) -> Confirmed:
        """Return the tree head and the instant at which the log had taken it.

        Raises:
            InputError: `ledger.anchor-file`, entry or key can not be read; `ledger.head`.
            IntegrityError: `ledger.anchor`, the entry is about something else or another log's;
                `ledger.proof`.
        """
        head, entry = parse_head(self.head), parse_log_entry(self.entry)
        key = load_note_key(self.key)
        if entry.log_id != key_digest(key):
            raise _refused("the entry is in a log with another key")
        said = {
            "body": base64.b64encode(entry.body).decode("ascii"),
            "integratedTime": entry.integrated_at,
            "logID": entry.log_id.hex(),
            "logIndex": entry.log_index,
        }
        if not verifies(key, data=canonical_json(said), signature=entry.promise):
            raise _refused("the log did not sign this entry with this time")
        note = parse_note(entry.checkpoint)
        if not is_signed(note, key=key):
            raise _refused("the log did not sign the tree head of the proof")
        size, root = _checkpoint(note.text)
        if size != entry.tree_size:
            raise _refused("the proof is for another tree than the log signed")
        check_inclusion(
            leaf_hash(entry.body), index=entry.tree_index, size=size, path=entry.path, root=root
        )
        check_entry_about(self.entry, head=self.head)
        when = datetime.fromtimestamp(entry.integrated_at, tz=UTC)
        return Confirmed(head, f"entry {entry.log_index} of the log `{_origin(note.text)}`", when)


def check_entry_about(data: bytes, *, head: bytes) -> None:
    """Check that a log entry is about this tree head; not whether it is in a log.

    Raises:
        InputError: `ledger.anchor-file`, it can not be read.
        IntegrityError: `ledger.anchor`, it is about another file.
    """
    logged = _logged_digest(parse_log_entry(data).body)
    if logged not in {hashlib.sha256(one).hexdigest() for one in (head, parse_note(head).text)}:
        raise _refused("it is about another file; name the one that was logged with --head")


def parse_log_entry(data: bytes) -> LogEntry:
    """Return the log entry in an answer of Rekor or in a Sigstore bundle, unchecked.

    Raises:
        InputError: `ledger.anchor-file`; it is neither, holds several entries, or has no proof or
            no signed time.
    """
    try:
        if len(data) > LARGEST_ENTRY:
            raise ValueError
        said = _object(json.loads(data, object_pairs_hook=_once))
        if "verificationMaterial" in said:
            return _from_bundle(said)
        return _from_api(said)
    except (ValueError, RecursionError, KeyError, OverflowError, OSError):
        raise InputError(
            "ledger.anchor-file",
            "this is no entry of Rekor with its proof and its signed time",
            hint="keep what the log answered for one entry (`rekor-cli get --format json` leaves "
            "out the proof; the API's answer and a Sigstore bundle have it)",
        ) from None


def _from_api(said: _Json) -> LogEntry:
    (entry,) = (_object(value) for value in said.values())
    shown = _object(entry["verification"])
    proof = _object(shown["inclusionProof"])
    return _checked(
        LogEntry(
            body=_base64(entry["body"]),
            integrated_at=_number(entry["integratedTime"]),
            log_id=bytes.fromhex(_text(entry["logID"])),
            log_index=_number(entry["logIndex"]),
            promise=_base64(shown["signedEntryTimestamp"]),
            tree_index=_number(proof["logIndex"]),
            tree_size=_number(proof["treeSize"]),
            path=tuple(bytes.fromhex(_text(part)) for part in _list(proof["hashes"])),
            checkpoint=_text(proof["checkpoint"]).encode(),
        )
    )


def _from_bundle(said: _Json) -> LogEntry:
    """Protobuf's JSON: whole numbers are texts, bytes are base 64."""
    (entry,) = map(_object, _list(_object(said["verificationMaterial"])["tlogEntries"]))
    proof = _object(entry["inclusionProof"])
    return _checked(
        LogEntry(
            body=_base64(entry["canonicalizedBody"]),
            integrated_at=_number(entry["integratedTime"]),
            log_id=_base64(_object(entry["logId"])["keyId"]),
            log_index=_number(entry["logIndex"]),
            promise=_base64(_object(entry["inclusionPromise"])["signedEntryTimestamp"]),
            tree_index=_number(proof["logIndex"]),
            tree_size=_number(proof["treeSize"]),
            path=tuple(_base64(part) for part in _list(proof["hashes"])),
            checkpoint=_text(_object(proof["checkpoint"])["envelope"]).encode(),
        )
    )


def _checked(entry: LogEntry) -> LogEntry:
    # A time beyond what a calendar holds would fail only later, as something else.
    datetime.fromtimestamp(entry.integrated_at, tz=UTC)
    return entry


def _logged_digest(body: bytes) -> str:
    """SHA-256 in hexadecimal of the file that an entry is about."""
    try:
        said = _object(json.loads(body, object_pairs_hook=_once))
        if said["kind"] != "hashedrekord":
            raise ValueError
        found = _object(_object(_object(said["spec"])["data"])["hash"])
        if found["algorithm"] != "sha256":
            raise ValueError
        return _text(found["value"])
    except (ValueError, RecursionError, KeyError):
        raise _refused("the entry is not of the kind `hashedrekord` with SHA-256") from None


def _checkpoint(text: bytes) -> tuple[int, bytes]:
    """Size and root in the first lines of a log's own tree head."""
    try:
        _, size, root, *_ = text.decode("utf-8").split("\n")
        return _number(size), base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error):
        raise _refused("the log's tree head is not one") from None


def _origin(text: bytes) -> str:
    return printable(text.decode("utf-8").partition("\n")[0][:200])


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _object(value: object) -> _Json:
    if not isinstance(value, dict):
        raise ValueError("no object")  # one exception for every wrong shape
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def _number(value: object) -> int:
    """A whole number, also in the textual form of protobuf's JSON."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError("no number")
    return value


def _base64(value: object) -> bytes:
    return base64.b64decode(_text(value), validate=True)


def _refused(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.anchor",
        f"the log entry does not hold for this tree head: {why}",
        hint="give the key of the log that the entry is in, and the file that was logged",
    )
