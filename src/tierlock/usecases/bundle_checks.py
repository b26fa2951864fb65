"""A bundle's records held against its ledger, and against the reader's own trust file.

Problems are collected, not raised: an auditor wants to see all of them (spec/bundle.md V-3 to V-6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.attest import BundleSeal, ExpectedSubject, SignedBy, Trust, verify_envelope
from tierlock.core import (
    PARTS,
    IntegrityError,
    Reason,
    Record,
    RegisteredRun,
    Subject,
    canonical_bytes,
    digest,
    format_instant,
)
from tierlock.usecases.bundle_content import Content
from tierlock.usecases.bundle_manifest import Opened
from tierlock.usecases.ledger import KINDS, media_type_of
from tierlock.usecases.signed import ENVELOPE, Signed

ROLE: Final = "bundle"
"""The role in which a key seals bundles."""


class Sealed(NamedTuple):
    """Who sealed a bundle, or why nobody did."""

    signers: tuple[SignedBy, ...]
    problem: Reason | None


def check_seal(opened: Opened, *, trust: Trust, at: datetime) -> Sealed:
    """Return who of the trusted signed the manifest in the role of sealing bundles."""
    if opened.seal is None:
        return Sealed((), Reason(code="bundle.unsigned", says="nobody signed the bundle"))
    try:
        verified = verify_envelope(opened.seal, trust=trust, at=at)
        record = verified.record
        if not isinstance(record, BundleSeal) or verified.predicate.role != ROLE:
            raise IntegrityError("bundle.unsigned", "what is signed is no seal of a bundle")
        manifest = opened.manifest
        said = (record.manifest, record.subject, record.bundled_at)
        if said != (opened.digest, manifest.subject, manifest.bundled_at):
            raise IntegrityError("bundle.unsigned", "the seal is that of another bundle")
    except IntegrityError as error:
        return Sealed((), Reason(code=error.code, says=f"the seal: {error.message}"))
    return Sealed(verified.signers, None)


def check_bundled_at(opened: Opened, *, at: datetime) -> Iterator[Reason]:
    """Yield that a bundle which nobody signed is dated later than the check (as A-20 has it)."""
    bundled_at = opened.manifest.bundled_at
    if opened.seal is None and bundled_at > at:
        says = f"the bundle is of {format_instant(bundled_at)}, after {format_instant(at)}"
        yield Reason(code="attest.future", says=says)


def check_trusted(content: Content, *, trust: Trust) -> Iterator[Reason]:
    """Yield why framework or subject are not those that the trust file names."""
    framework = content.framework
    named = trust.frameworks.get(framework.name)
    if named is None:
        yield Reason(
            code="bundle.framework",
            says=f"the trust file names no framework `{framework.name}`",
        )
    elif named != digest(framework):
        yield Reason(
            code="bundle.framework",
            says=f"`{framework.name}` has the digest {digest(framework)}, the trust file names "
            f"{named}",
        )
    if trust.subject is not None:
        yield from _other_subject(content.subject, expected=trust.subject)


def _other_subject(subject: Subject, *, expected: ExpectedSubject) -> Iterator[Reason]:
    if subject.name not in expected.names:
        yield Reason(
            code="bundle.subject", says=f"it is about `{subject.name}`, not `{expected.name}`"
        )
    for part in PARTS:
        wanted, found = getattr(expected.parts, part), getattr(subject.parts, part)
        if wanted is not None and found != wanted:
            yield Reason(
                code="bundle.subject",
                says=f"the {part} of `{subject.name}` are {found or 'not known'}, and {wanted} "
                "in the trust file",
            )


def check_ledger(content: Content, *, withheld: frozenset[str]) -> Iterator[Reason]:
    """Yield which records of the bundle its ledger does not hold, and the other way round.

    Args:
        content: the bundle.
        withheld: roles of which a part is withheld: what the ledger then has beyond is not missed.
    """
    held = content.held
    logged: dict[str, list[bytes]] = {ENVELOPE: [], **{_type(kind): [] for kind in KINDS}}
    for entry in content.ledger.entries:
        logged.setdefault(entry.media_type, []).append(entry.payload)
    # The latest entry of a run is its state; the earlier ones stay (spec/ledger.md R-3).
    latest = {_run_key(payload): payload for payload in logged[_type("run")]}
    groups: list[tuple[str, Sequence[Record], Sequence[bytes]]] = [
        ("plan", held.plans, logged[_type("plan")]),
        ("run", held.runs, list(latest.values())),
        ("alpha", held.history, logged[_type("alpha")]),
    ]
    if "negatives" not in withheld:
        groups.append(("negative", held.negatives, logged[_type("negative")]))
    for kind, records, entries in groups:
        have = [canonical_bytes(record) for record in records]
        yield from _compared(kind, have=have, logged=entries)
    yield from _compared("signed statement", have=held.signed, logged=logged[ENVELOPE])
    answers = [content.determination, *held.parents, content.decision]
    for record in answers:
        if record is not None and canonical_bytes(record) not in logged[media_type_of(record)]:
            yield _ledger(f"the ledger does not hold its {type(record).__name__.lower()}")


def _type(kind: str) -> str:
    return f"application/vnd.tierlock.{kind}+json"


def _run_key(payload: bytes) -> tuple[str, str, str]:
    run = RegisteredRun.parse(payload)
    return run.run_id, run.slot, run.subject


def _compared(kind: str, *, have: Sequence[bytes], logged: Sequence[bytes]) -> Iterator[Reason]:
    surplus, missing = len({*have} - {*logged}), len({*logged} - {*have})
    if len({*have}) < len(have):
        yield _ledger(f"a {kind} is there twice")
    if surplus:
        yield _ledger(f"records that its ledger does not hold: {surplus} of kind {kind}")
    if missing:
        yield _ledger(f"records of its ledger that it does not hold: {missing} of kind {kind}")


def _ledger(says: str) -> Reason:
    return Reason(code="bundle.ledger", says=says)


_NOT_FORGED: Final = frozenset({"attest.subject", "attest.future"})
"""Why a signature does not count here without anything being wrong with it."""


def check_signed(signed: Sequence[Signed]) -> Iterator[Reason]:
    """Yield which signed statements are by nobody whom the trust file names for them."""
    for one in signed:
        if one.code.startswith("attest.") and one.code not in _NOT_FORGED:
            by = f" in the name of `{one.person}`" if one.person else ""
            yield Reason(code=one.code, says=f"a signed `{one.kind}`{by}: {one.why}")
