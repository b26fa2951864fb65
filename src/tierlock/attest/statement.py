"""in-toto Statement v1: what is said, about which digests (spec/attestations.md A-6 to A-10).

Source: in-toto attestation framework, spec/v1 (statement, resource descriptor, digest set).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue, ValidationError

from tierlock.attest.envelope import PAYLOAD_TYPE, Envelope
from tierlock.attest.strict_json import parse_strict
from tierlock.core import (
    DIGEST_PREFIX,
    IntegrityError,
    Part,
    Parts,
    Record,
    canonical_json,
    digest_bytes,
)

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{40,128}$")]
PartName = Literal[
    "weights", "elicitation", "safeguards", "surface", "name", "framework", "determination",
    "bundle",
]  # fmt: skip
_ORDER: Final[tuple[Part, ...]] = ("weights", "elicitation", "safeguards", "surface")
_SHA256_HEX: Final = 64


class ResourceDescriptor(Record):
    """Something known by its digest.

    Attributes:
        name: what producer and consumer call it; it identifies nothing.
        uri: where it can be had.
        digest: algorithm to hex.
        annotations: further facts; ours say under `part` which part of a subject it is.
    """

    name: str | None = None
    uri: str | None = None
    digest: dict[str, Hex] = Field(min_length=1)
    annotations: dict[str, str] | None = None

    @property
    def part(self) -> str | None:
        """Which part of a subject this is, where it says so."""
        return (self.annotations or {}).get("part")


class Statement(Record):
    """What is said about which subjects.

    Attributes:
        predicate_type: URI of what is said.
        predicate: what is said, in the form that the type names.
    """

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(STATEMENT_TYPE, alias="_type")
    subject: tuple[ResourceDescriptor, ...] = Field(min_length=1)
    predicate_type: str = Field(pattern=r"^[a-z][a-z0-9+.-]*:.+$")
    predicate: dict[str, JsonValue]


def canonical_statement(statement: Statement) -> bytes:
    """Return the payload of a statement: RFC 8785 bytes, absent fields left out of descriptors.

    Raises:
        InputError: it holds a number or a text that JSON can not carry exactly.
    """
    return canonical_json(
        {
            "_type": statement.type_,
            "subject": [
                each.model_dump(mode="json", by_alias=True, exclude_none=True)
                for each in statement.subject
            ],
            "predicateType": statement.predicate_type,
            "predicate": statement.predicate,
        }
    )


def parse_statement(payload: bytes) -> Statement:
    """Return the statement that a payload holds; the inverse of `canonical_statement`.

    Raises:
        IntegrityError: `attest.statement`, it is none, or not in its one canonical form.
    """
    try:
        value = parse_strict(payload)
        statement = Statement.model_validate_json(payload, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "top"
        raise _refused(f"`{where}` {first['msg'].lower()}") from None
    except ValueError as error:
        raise _refused(str(error)) from None
    if canonical_json(value) != payload:
        raise _refused("its bytes are not in canonical form (RFC 8785)")
    if canonical_statement(statement) != payload:
        raise _refused("it spells out a field that has no value")
    return statement


def statement_of(envelope: Envelope) -> Statement:
    """Return the statement in an envelope, whose signatures the caller checks.

    Raises:
        IntegrityError: `attest.payload-type` or `attest.statement`.
    """
    check_payload_type(envelope)
    return parse_statement(envelope.payload)


def check_payload_type(envelope: Envelope) -> None:
    """Refuse an envelope that holds something else than a statement.

    Raises:
        IntegrityError: `attest.payload-type`.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise IntegrityError(
            "attest.payload-type",
            f"the payload is `{envelope.payload_type}`, not `{PAYLOAD_TYPE}`",
        )


def subjects_of(name: str, *, parts: Parts) -> tuple[ResourceDescriptor, ...]:
    """Return what identifies a subject in a statement: its parts, weights first.

    A subject without a weights digest is known by its name; the digest of the name then stands
    where the digest of the weights would, and binds a name, not a disk.

    >>> subjects_of("m", parts=Parts(weights="sha256:" + "0" * 64))[0].part
    'weights'
    >>> subjects_of("m", parts=Parts())[0].part
    'name'
    """
    named = descriptor(name, digest=digest_bytes(canonical_json({"name": name})), part="name")
    found = [] if parts.weights else [named]
    for part in _ORDER:
        value = getattr(parts, part)
        if value is not None:
            found.append(descriptor(name, digest=value, part=part))
    return tuple(found)


def parts_of(subjects: Sequence[ResourceDescriptor]) -> tuple[str, Parts] | None:
    """Return name and parts that `subjects_of` was given, or None if it did not write these."""
    name = subjects[0].name
    if name is None:
        return None
    digests = {each.part: each.digest.get("sha256", "") for each in subjects}
    if any(len(value) != _SHA256_HEX for value in digests.values()):
        return None
    found = {part: DIGEST_PREFIX + digests[part] for part in _ORDER if part in digests}
    parts = Parts.model_validate(found)
    return (name, parts) if tuple(subjects) == subjects_of(name, parts=parts) else None


def descriptor(name: str, *, digest: str, part: PartName) -> ResourceDescriptor:
    """Return the descriptor of one part of a subject, from a `sha256:<hex>` digest."""
    return ResourceDescriptor(
        name=name,
        digest={"sha256": digest.removeprefix(DIGEST_PREFIX)},
        annotations={"part": part},
    )


def _refused(says: str) -> IntegrityError:
    return IntegrityError("attest.statement", f"not a canonical in-toto statement: {says}")
