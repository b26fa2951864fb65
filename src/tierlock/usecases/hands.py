"""Whose hand signs: the person behind a key, in which role, and never in two that are apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tierlock.core import InputError, IntegrityError, Record, format_instant
from tierlock.usecases.project import Project
from tierlock.usecases.signed import in_one_matter, matter_of
from tierlock.usecases.stated import Stated

if TYPE_CHECKING:
    from tierlock.attest import Login, Signer, Trust, TrustedKey

R = TypeVar("R", bound=Record)


class Hand(NamedTuple):
    """A person with their key.

    Attributes:
        person: as the trust file names them; empty where it does not know the key.
        roles: the roles in which their signature counts.
        login: how a server knows them, where it signs for them.
    """

    signer: Signer
    person: str
    roles: tuple[str, ...]
    login: Login | None = None


def hand_of(project: Project, *, signer: Signer, at: datetime) -> Hand:
    """Return whose key a signer is, and as what its signatures count.

    Raises:
        InputError: `sign.trust`; nothing that it signs would count.
    """
    if project.trust is None:
        raise InputError(
            "sign.trust",
            "the project names no trust file, so no signature counts",
            hint="add `trust: trust.yaml` to tierlock.yaml; `tierlock key show KEY.pub --person "
            "NAME --role ROLE` prints an entry",
        )
    trusted = _trusted(project.trust, key_id=signer.key_id)
    if trusted is None:
        raise InputError(
            "sign.trust",
            f"the trust file does not know this key, `{signer.key_id}`",
            hint="add the entry that `tierlock key show KEY.pub --person NAME --role ROLE` prints",
        )
    ended = trusted.revoked_at is not None or not trusted.was_valid(at)
    if ended:
        why = "revoked" if trusted.revoked_at is not None else "not valid at this instant"
        raise InputError("sign.trust", f"the key of `{trusted.person}` is {why}")
    return Hand(signer, trusted.person, trusted.roles)


def _trusted(trust: Trust, *, key_id: str) -> TrustedKey | None:
    """The entry of a key; one of a Sigstore identity may have an id of the reader's choice."""
    from tierlock.attest import sigstore_id

    for name, trusted in trust.keys.items():
        who = trusted.sigstore
        known = name if who is None else sigstore_id(who.identity, issuer=who.issuer)
        if known == key_id:
            return trusted
    return None


def role_for(hand: Hand, *, asked: Sequence[str], given: str | None) -> str:
    """Return the role in which a person signs: the one given, or the only one that fits.

    Args:
        hand: who signs.
        asked: roles whose signature is asked for; empty where any will do.
        given: the role that the person named.

    Raises:
        InputError: `sign.role`.
    """
    if given is not None and given not in hand.roles:
        raise InputError(
            "sign.role",
            f"`{hand.person}` is not trusted as `{given}`",
            hint=f"the trust file names `{hand.person}` as: {', '.join(hand.roles)}",
        )
    fitting = [role for role in hand.roles if not asked or role in asked]
    if given is not None:
        fitting = [given] if not asked or given in asked else []
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        wanted = ", ".join(asked) or "nobody"
        raise InputError(
            "sign.role",
            f"the signature of `{given or hand.person}` is not asked for here",
            hint=f"asked for: {wanted}",
        )
    raise InputError(
        "sign.role",
        f"`{hand.person}` could sign as {' or as '.join(fitting)}",
        hint="name the role with --as",
    )


def check_apart(
    project: Project, *, hand: Hand, role: str, stated: Stated, record: Record, all_apart: bool
) -> None:
    """Refuse to let one person sign in two roles that different people must hold.

    Args:
        project: its framework and trust file say which.
        hand: who signs.
        role: in which role.
        stated: what was signed so far.
        record: what would be signed.
        all_apart: every role of this matter needs a person of its own.

    Raises:
        InputError: `sign.apart`.
    """
    from tierlock.attest import same_person

    framework = project.framework
    groups = [set(group) for group in (project.trust.apart if project.trust else ())]
    groups += [{name, *one.independent_of} for name, one in framework.roles.items()]
    for other in stated.signed:
        # What waits for another role was signed all the same.
        signed = other.counts or other.code == "signed.waits"
        if not signed or other.role == role or other.record is None:
            continue
        mine, theirs = matter_of(record), matter_of(other.record)
        one_matter = mine == theirs if all_apart else in_one_matter(mine, other=theirs)
        if not one_matter or other.kind == "negative":
            continue
        same = same_person(other.person, other=hand.person)
        apart = any(role in group and other.role in group for group in groups)
        if same and (apart or (all_apart and isinstance(other.record, type(record)))):
            raise InputError(
                "sign.apart",
                f"`{hand.person}` signed as `{other.role}` already, and can not sign as `{role}`",
                hint="these roles are held by different people",
            )


def check_expected(name: str, *, expect: str | None) -> None:
    """Refuse to sign for another determination than the one that the person has read.

    Raises:
        InputError: `expect` is too short to name one.
        IntegrityError: `sign.expect`.
    """
    if expect is None:
        return
    shortest = len("sha256:") + 12
    if len(expect) < shortest:
        raise InputError(
            "input.type", f"`{expect}` is too short", hint="give `sha256:` and 12 hex digits"
        )
    if not name.startswith(expect.rstrip("…")):
        raise IntegrityError(
            "sign.expect",
            f"the determination is `{name}`, not `{expect}`",
            hint="evidence, plan, framework, subject or an outcome has changed, or something has "
            "lapsed: read it again before you sign",
        )


def check_end(end: datetime | None, *, at: datetime) -> None:
    """Refuse something that has ended when it is signed.

    Raises:
        InputError: `input.future`.
    """
    if end is not None and end <= at:
        raise InputError(
            "input.future", f"it would end at {format_instant(end)}, before it is signed"
        )


def find_signed(stated: Stated, *, name: str, kind: type[R]) -> R:
    """Return the record of a signed statement, by its digest or the beginning of it.

    Raises:
        InputError: `input.not-found`; none, several, or of another kind.
    """
    wanted = name.rstrip("…")
    found = {
        one.name: one.record
        for one in stated.signed
        if one.name.startswith(wanted) and isinstance(one.record, kind)
    }
    if len(found) != 1 or len(wanted) < len("sha256:") + 6:
        raise InputError(
            "input.not-found",
            f"`{name}` is {'no' if not found else 'not one'} signed {kind.__name__.lower()}",
            hint="`tierlock signatures` lists them with their digests",
        )
    return next(iter(found.values()))


def check_reasons(text: str, *, flag: str) -> None:
    """Refuse to sign what gives no reasons.

    Raises:
        InputError: `input.type`.
    """
    if not text.strip():
        raise InputError("input.type", "no reasons are given", hint=f"give {flag} TEXT")
