"""Signed tree heads: made with somebody's key, and checked under a reader's trust file."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierlock.attest import Ask, LibraryKey, PublicKey, Trust, TrustedKey, open_signer
from tierlock.core import InputError, IntegrityError, format_instant
from tierlock.ledger import TreeHead, is_signed_head, parse_head, sign_head

LEDGER_ROLE: Final = "ledger"
"""The role in which a trust file names those who sign tree heads."""


def signed_head(
    head: TreeHead, *, key: str, public: PublicKey | None = None, ask: Ask | None = None
) -> bytes:
    """Return a tree head as a signed note.

    Args:
        head: what is signed.
        key: the private key: a path, or a URI as for every signature.
        public: the public key, where the URI does not lead to it.
        ask: called for a passphrase or PIN if one is needed.

    Raises:
        InputError: `key.*`; the key can not be used, or is not Ed25519.
    """
    signer = open_signer(key, public=public, ask=ask)
    if not isinstance(signer, LibraryKey):
        raise InputError(
            "key.signer",
            "an identity without a key signs no tree head",
            hint="use an Ed25519 key; `tierlock key new` makes one",
        )
    return sign_head(head, sign=lambda data: signer.sign(data).sig, public=signer.public.pem)


def verify_signed_head(data: bytes, *, trust: Trust, at: datetime) -> tuple[str, ...]:
    """Return who signed a tree head, among those whom a trust file names for it.

    Its time is the word of whoever signed it. The signature of a revoked key therefore counts for
    nothing, whenever it says that it was made.

    Args:
        data: the signed note.
        trust: keys, with the role `ledger` for those who sign tree heads.
        at: the instant of the check.

    Raises:
        InputError: `ledger.head`; it is no tree head.
        IntegrityError: `attest.key`, `attest.role`, `attest.expired`, `attest.revoked` or
            `attest.future`; nobody whose signature counts signed it.
    """
    head = parse_head(data)
    if head.observed_at > at:
        raise IntegrityError(
            "attest.future",
            f"the tree head is of {format_instant(head.observed_at)}, after {format_instant(at)}",
            hint="check the clocks of both machines",
        )
    signers = [one for one in trust.keys.values() if _signed(data, by=one)]
    if not signers:
        raise IntegrityError(
            "attest.key",
            "nobody whom the trust file names signed this tree head",
            hint="the signature may be good, but the key is not in the trust file; an unsigned "
            "tree head is held without --trust",
        )
    refusals = [_refusal(one, head=head) for one in signers]
    counting = [
        one.person for one, refused in zip(signers, refusals, strict=True) if refused is None
    ]
    for refused in refusals:
        if refused is not None and not counting:
            raise refused
    return tuple(counting)


def _signed(data: bytes, *, by: TrustedKey) -> bool:
    return by.plain_pem is not None and is_signed_head(data, public=by.plain_pem.encode("utf-8"))


def _refusal(one: TrustedKey, *, head: TreeHead) -> IntegrityError | None:
    who = one.person
    if LEDGER_ROLE not in one.roles:
        return IntegrityError(
            "attest.role",
            f"`{who}` is not trusted as `{LEDGER_ROLE}`",
            hint=f"the trust file names `{who}` as: {', '.join(one.roles)}",
        )
    if one.revoked_at is not None:
        return IntegrityError(
            "attest.revoked",
            f"the key of `{who}` is revoked since {format_instant(one.revoked_at)}",
            hint="whoever has the key can write any date; hold an anchored tree head instead",
        )
    if not one.was_valid(head.observed_at):
        return IntegrityError(
            "attest.expired",
            f"the key of `{who}` was not valid at {format_instant(head.observed_at)}",
        )
    return None
