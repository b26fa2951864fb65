"""What people state: attestations, approvals, rulings, choices and negative records.

Each comes in two forms. `StatedX` is what people write, in a file that names the subject once and
that nobody signed; `X` adds the subject and, where one can sign, how sure the signature is.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core.instants import Instant
from tierlock.core.outcome import Outcome
from tierlock.core.record import Record
from tierlock.core.subject import Digest, Part

Assurance = Literal["declared", "attested", "signed"]
"""How a statement is vouched for: a file says so; a server attests that the person was logged in;
or the person signed with a key of their own."""
"""`declared` is an unsigned statement; a framework may refuse it."""


class StatedAttestation(Record):
    """An attestation as people write it: about the subject of the file that it stands in.

    Attributes:
        criterion: path of the criterion, `<threshold or standard>:<criterion>`.
        over: digest of each part that was looked at; a part without digest is matched by name.
    """

    criterion: str
    role: str
    signer: str
    over: dict[Part, Digest] = {}
    attested_at: Instant
    expires_at: Instant | None = None
    says: str = ""


class Attestation(StatedAttestation):
    """A role's statement that the bad proposition of an attested criterion does not hold.

    The opposite statement is a negative record (`objection` or `failed_claim`), because a
    restriction must not disappear with a file (spec/gate.md G-11).

    Attributes:
        subject: name of the subject.
    """

    subject: str
    assurance: Assurance = "declared"


class StatedApproval(Record):
    """A sign-off as people write it; what stands in a file is unsigned, whatever it says.

    Attributes:
        determination: identity of the exact determination (`determination_id`).
        surface, audience: only there and for them; None approves the action on all of them.
    """

    role: str
    signer: str
    action: str
    surface: str | None = Field(default=None, exclude_if=lambda value: value is None)
    audience: str | None = Field(default=None, exclude_if=lambda value: value is None)
    determination: Digest
    approved_at: Instant
    expires_at: Instant | None = None


class Approval(StatedApproval):
    """A role's sign-off on one action under one exact determination."""

    assurance: Assurance = "declared"

    def is_for(self, action: str, *, surface: str | None, audience: str | None) -> bool:
        """Tell whether it approves an action there and for them."""
        return (
            self.action == action
            and self.surface in {None, surface}
            and self.audience in {None, audience}
        )


class StatedSignature(Record):
    """One role's part in a ruling, as people write it; unsigned."""

    role: str
    signer: str


class RoleSignature(StatedSignature):
    """One role's part in a ruling."""

    assurance: Assurance = "declared"


class StatedRuling(Record):
    """A ruling as people write it: about the subject of the file that it stands in.

    Attributes:
        determination: identity of the exact determination that was ruled on
            (`determination_id`): the same whenever it was asked for.
        outcomes: the ruled outcome per threshold; thresholds left out stay as computed.
        signatures: one per role that the framework asks for.
        reasons: why, for people.
    """

    determination: Digest
    outcomes: dict[str, Outcome] = {}
    signatures: tuple[StatedSignature, ...] = ()
    reasons: str = Field(min_length=1)
    ruled_at: Instant


class Ruling(StatedRuling):
    """The decision makers' official determination, kept beside the computed one for ever."""

    subject: str
    signatures: tuple[RoleSignature, ...] = ()


class StatedChoice(Record):
    """A chosen reading of a contested clause, as people write it; unsigned.

    Attributes:
        framework: digest of the framework file that offers the readings.
        signatures: one per role that the interpretation names.
        reasons: why, for people.
    """

    interpretation: str
    reading: str
    framework: Digest
    signatures: tuple[StatedSignature, ...] = ()
    reasons: str = Field(min_length=1)
    chosen_at: Instant
    expires_at: Instant | None = None


class Choice(StatedChoice):
    """The reading of a clause that the named roles chose, for every subject (spec/gate.md G-16)."""

    signatures: tuple[RoleSignature, ...] = ()


class StatedNegative(Record):
    """A negative record as people write it: about the subject of the file that it stands in.

    Attributes:
        concerns: the criterion path or digest that it concerns; empty for the whole subject.
        resolved_at: when it was resolved on the record; None while it stands.
    """

    kind: Literal[
        "revocation", "incident", "new_attack_class", "dissent", "objection", "failed_claim"
    ]
    concerns: str = ""
    says: str = Field(min_length=1)
    happened_at: Instant
    resolved_at: Instant | None = None


class Negative(StatedNegative):
    """A record that can only restrict: revocation, incident, dissent, objection, failed claim.

    Attributes:
        subject: name of the subject it is about.
    """

    subject: str


class Negatives(Record):
    """All negative records, with the statement up to when the list is complete.

    Attributes:
        complete_as_of: no record up to this instant is missing; None proves nothing.
        assurance: `self-asserted` local list, or a `tree_head` that proves completeness.
    """

    records: tuple[Negative, ...] = ()
    complete_as_of: Instant | None = None
    assurance: Literal["self-asserted", "tree_head"] = "self-asserted"
