"""Separation of duties: nobody acts in two roles that must be apart (A-24)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tierlock.attest.people import same_person
from tierlock.attest.verify import SignedBy, Verified


def check_separation(
    statements: Sequence[Verified], *, apart: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """Return who acts in two roles that must be apart, one sentence each; empty if nobody.

    Args:
        statements: the statements in one matter, of one determination for example.
        apart: groups of roles of which one person may hold only one.
    """
    held = {
        (statement.predicate.role, signer)
        for statement in statements
        for signer in statement.signers
    }
    return tuple(sorted(set(_overlaps(held, apart=apart))))


def _overlaps(held: set[tuple[str, SignedBy]], *, apart: Sequence[Sequence[str]]) -> Iterator[str]:
    for group in apart:
        inside = sorted((role, signer) for role, signer in held if role in group)
        for (role, signer), (other, second) in combinations(inside, 2):
            if role != other and same_person(signer.person, other=second.person):
                yield f"`{signer.person}` signed as `{role}` and as `{other}`"
