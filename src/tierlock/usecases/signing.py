"""`sign`: what a person is offered to sign, with everything that they are shown of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tierlock.core import (
    Action,
    Approval,
    Negative,
    Record,
    Ruling,
    determination_id,
    digest,
    digest_bytes,
    format_instant,
)
from tierlock.report import SignPage, board_of, doing
from tierlock.usecases.assessing import report_of
from tierlock.usecases.hands import Hand, check_apart, check_end, check_expected, role_for
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask

if TYPE_CHECKING:
    from tierlock.attest import Statement


class Offer(NamedTuple):
    """What a person is about to sign, with everything that they are shown of it.

    Attributes:
        answer: the determination that it is about, which is stored with it; None where it is
            about none.
        page: what the person is shown.
    """

    statement: Statement
    hand: Hand
    at: datetime
    page: SignPage
    answer: Answer | None = None


def offer_approval(
    project: Project,
    *,
    hand: Hand,
    action: Action,
    at: datetime,
    role: str | None = None,
    expires_at: datetime | None = None,
    expect: str | None = None,
) -> Offer:
    """Return the approval of an action under the present determination, to be signed.

    Args:
        project: framework, subject, statements and store.
        hand: who signs.
        action: what is approved.
        at: the instant of signing.
        role: as what the person signs; found where only one fits.
        expires_at: when the approval lapses.
        expect: the identity of the determination that the person has read, or its beginning.

    Raises:
        InputError: `sign.*`, or the action is none of the framework.
        IntegrityError: `sign.expect`, the determination is another one.
    """
    answer = ask(project, at=at, action=action)
    name = determination_id(answer.determination)
    check_expected(name, expect=expect)
    asked = project.framework.actions[action.name].sign_offs
    chosen = role_for(hand, asked=asked or ("",), given=role)
    approval = Approval(
        role=chosen,
        signer=hand.person,
        action=action.name,
        surface=action.surface,
        audience=action.audience,
        determination=name,
        approved_at=at,
        expires_at=expires_at,
    )
    check_end(expires_at, at=at)
    check_apart(
        project, hand=hand, role=chosen, stated=answer.stated, record=approval, all_apart=False
    )
    says = [f"{hand.person}, as {chosen}, approves that {project.subject.name} {doing(action)}"]
    return offer_about(
        project, record=approval, role=chosen, hand=hand, at=at, answer=answer, says=says
    )


def offer_about(
    project: Project,
    *,
    record: Record,
    role: str,
    hand: Hand,
    at: datetime,
    answer: Answer,
    says: Iterable[str],
    binds: bool = True,
) -> Offer:
    """Return the offer of a record that is signed in view of the present determination.

    Args:
        project: whose subject and framework.
        record: what is stated.
        role: as what the person signs.
        hand: who signs.
        at: the instant of signing.
        answer: the determination that the person is shown.
        says: what is stated, in sentences.
        binds: whether the record names the determination by digest.
    """
    from tierlock.attest import make_statement

    determination = answer.determination
    saw = (digest(project.framework), determination.plan, digest(determination))
    statement = make_statement(
        record,
        role=role,
        signed_at=at,
        parts=project.subject.parts,
        saw=saw,
        login=hand.login,
    )
    page = SignPage(
        board=board_of(report_of(project, answer=answer)),
        says=tuple(says),
        facts=_facts(statement, project=project, hand=hand, role=role, at=at, record=record),
        binds=determination_id(determination) if binds else "",
        saw=tuple(zip(("framework", "plan", "determination as computed now"), saw, strict=True)),
    )
    return Offer(statement, hand, at, page, answer)


def offer_alone(
    project: Project,
    *,
    record: Record,
    role: str,
    hand: Hand,
    at: datetime,
    says: Iterable[str],
) -> Offer:
    """Return the offer of a record that stands by itself: a plan, evidence, a dissent."""
    from tierlock.attest import make_statement

    seen = (digest(project.framework),)
    statement = make_statement(
        record,
        role=role,
        signed_at=at,
        parts=project.subject.parts,
        saw=seen,
        login=hand.login,
    )
    page = SignPage(
        board=None,
        says=tuple(says),
        facts=_facts(statement, project=project, hand=hand, role=role, at=at, record=record),
        binds="",
        saw=(("framework", seen[0]),),
    )
    return Offer(statement, hand, at, page)


def _facts(
    statement: Statement,
    *,
    project: Project,
    hand: Hand,
    role: str,
    at: datetime,
    record: Record,
) -> tuple[tuple[str, str], ...]:
    from tierlock.attest import canonical_statement

    end = getattr(record, "expires_at", None)
    until = "does not lapse by itself" if end is None else format_instant(end)
    lasting = isinstance(record, Negative | Ruling)
    return (
        ("person", hand.person or "not in the trust file"),
        ("role", role),
        ("key", hand.signer.key_id),
        *_login_facts(project, hand=hand),
        ("at", format_instant(at)),
        *((("until", until),) if not lasting else (("until", "stands for ever"),)),
        ("states", digest_bytes(canonical_statement(statement))),
    )


def _login_facts(project: Project, *, hand: Hand) -> tuple[tuple[str, str], ...]:
    """What somebody must know for whom a server signs: it is its key, and a weaker label."""
    if hand.login is None:
        return ()
    accepts = "accepts" if project.framework.accepts("attested") else "does not accept"
    return (
        ("login", f"{hand.login.person} at {hand.login.issuer}"),
        ("label", f"attested by the server, not signed by you; the framework {accepts} that"),
    )
