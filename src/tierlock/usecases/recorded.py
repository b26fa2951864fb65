"""When an outside witness had seen a signed statement: what lets older signatures count.

A key that was revoked can write any date. A signature by it counts only where something else than
the signer's clock shows that it is older (spec/attestations.md A-21, A-22).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tierlock.attest import Envelope, parse_envelope
from tierlock.core import IntegrityError, TierlockError, digest_bytes
from tierlock.ledger import Confirmed, Entry, Ledger, open_ledger, verify_inclusion
from tierlock.usecases.anchoring import ANCHORS, holding_anchors, stored_anchors
from tierlock.usecases.project import Project

_Seen = tuple[str, bytes]
"""A payload's digest and one signature over it."""


@dataclass(frozen=True)
class RecordedTimes:
    """By when each signature in a ledger had been seen by a witness.

    Attributes:
        seen: payload digest and signature to the earliest instant by which an anchored tree head
            covered an entry with both.
    """

    seen: Mapping[_Seen, datetime]

    def of(self, envelope: Envelope) -> datetime | None:
        """Return by when all signatures of an envelope had been seen, None if one never was.

        It is for `recorded_at` of `tierlock.attest.verify_envelope`. It goes by signature, not
        by statement: whoever has a stolen key can sign a statement that was logged long ago.
        """
        digest = envelope.payload_digest
        found = [self.seen.get((digest, one.sig)) for one in envelope.signatures]
        known = [instant for instant in found if instant is not None]
        return max(known) if found and len(known) == len(found) else None


def recorded_times(project: Project) -> RecordedTimes:
    """Return what the project's anchors show about the signed statements in its ledger.

    Anchors are believed under `witnesses` of the project's trust file only, and each entry is held
    against the anchored tree head by its own proof. Without trust file, witnesses, anchors or
    ledger nothing is shown, and nothing is opened. One call serves all statements of a question:

        times = recorded_times(project)
        verify_envelope(envelope, trust=trust, at=at, recorded_at=times.of(envelope))

    Raises:
        InputError: the anchors or the ledger can not be read.
        IntegrityError: `ledger.damaged`.
    """
    trust = project.trust
    folder = project.store.folder / ANCHORS
    if trust is None or not folder.is_dir():
        return RecordedTimes({})
    confirmed = holding_anchors(stored_anchors(folder), witnesses=trust.witnesses)
    if not confirmed:
        return RecordedTimes({})
    with open_ledger(project.ledger) as ledger:
        return RecordedTimes(times_in(ledger, confirmed=confirmed))


def recorded_at(project: Project, *, envelope: Envelope) -> datetime | None:
    """Return by when a witness had seen all signatures of one envelope; see `recorded_times`."""
    return recorded_times(project).of(envelope)


def times_in(ledger: Ledger, *, confirmed: Sequence[Confirmed]) -> dict[_Seen, datetime]:
    """Return the earliest instant by which each signature in a ledger is under an anchor.

    Args:
        ledger: a ledger with signed statements among its entries.
        confirmed: what anchors showed; one without an instant shows nothing here.
    """
    # The file that asks this question about its statements also says what they are called.
    from tierlock.usecases.signed import ENVELOPE

    found: dict[_Seen, datetime] = {}
    for entry in ledger.entries_of(ENVELOPE):
        when = anchored_by(entry, ledger=ledger, confirmed=confirmed)
        if when is None:
            continue
        try:
            envelope = parse_envelope(entry.payload)
        except TierlockError:
            continue  # a ledger may hold anything
        for one in envelope.signatures:
            key = (digest_bytes(envelope.payload), one.sig)
            found[key] = min(when, found.get(key, when))
    return found


def anchored_by(entry: Entry, *, ledger: Ledger, confirmed: Sequence[Confirmed]) -> datetime | None:
    """Return the earliest instant by which an anchored tree head covers an entry, if one does.

    The entry is proved to be in the tree of that head from its own bytes; a head that the ledger
    does not extend, or of another ledger, shows nothing.
    """
    covering = sorted(
        (one.not_after, one.head.size, number)
        for number, one in enumerate(confirmed)
        if one.not_after is not None
        and one.head.origin == ledger.origin
        and entry.index < one.head.size <= ledger.size()
    )
    for when, size, number in covering:
        proof = ledger.inclusion_proof(entry.index, size=size)
        try:
            verify_inclusion(entry, proof=proof, head=confirmed[number].head)
        except IntegrityError:
            continue
        return when
    return None
