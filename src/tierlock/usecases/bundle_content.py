"""What the parts of a bundle say: every record parsed, and in its one canonical form."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from tierlock.core import (
    Decision,
    Determination,
    Evidence,
    Framework,
    InputError,
    IntegrityError,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    Subject,
    canonical_bytes,
    determination_id,
    digest,
)
from tierlock.ledger import ShownLedger, read_leaves
from tierlock.policy import ENGINE
from tierlock.usecases.bundle_manifest import Opened, Role, hex_of
from tierlock.usecases.bundle_samples import EvidencePart, check_header, join
from tierlock.usecases.bundle_store import Held
from tierlock.usecases.statements import Statements

R = TypeVar("R", bound=Record)
_STATED: Final = tuple(name for name in Statements.model_fields if name != "subject")
_ORDERED: Final[frozenset[type[Record]]] = frozenset({Framework, Subject, Statements})
_LOCKED: Final = ("numpy", "scipy", "pydantic", "rfc8785")


class EngineLock(Record):
    """With what the numbers were computed.

    Attributes:
        engine: version of the meaning of `determine`.
        tierlock: version of the program.
        python: version of the interpreter.
        packages: versions of the libraries that compute or write numbers.
    """

    engine: str
    tierlock: str
    python: str
    packages: dict[str, str]


@cache
def engine_lock() -> EngineLock:
    """Return with what this process computes."""
    return EngineLock(
        engine=ENGINE,
        tierlock=_version("tierlock"),
        python=platform.python_version(),
        packages={name: _version(name) for name in _LOCKED},
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


class Content(NamedTuple):
    """What a bundle holds.

    Attributes:
        hidden: runs whose sample values are withheld: what is known about them.
        held: what the store held, as far as it is shown.
    """

    framework: Framework
    subject: Subject
    statements: Statements
    held: Held
    headers: tuple[EvidencePart, ...]
    hidden: tuple[EvidencePart, ...]
    determination: Determination
    decision: Decision | None
    engine: EngineLock
    ledger: ShownLedger
    anchors: dict[str, bytes]


def read_content(opened: Opened) -> Content:
    """Return what the parts of a bundle say, after holding each against the others.

    Raises:
        IntegrityError: `bundle.part`, `bundle.ledger` or `ledger.damaged`.
    """
    manifest = opened.manifest
    headers, shown, hidden = _evidence(opened)
    decided = opened.only("decision")
    content = Content(
        framework=_one(Framework, opened, "framework"),
        subject=_one(Subject, opened, "subject"),
        statements=_statements(opened),
        held=Held(
            evidence=shown,
            runs=_lines(RegisteredRun, opened, "runs"),
            plans=_lines(Plan, opened, "plans"),
            history=_lines(SpentAlpha, opened, "alpha"),
            negatives=_lines(Negative, opened, "negatives"),
            signed=tuple(data for _, data in opened.each("signed")),
            parents=tuple(
                sorted(
                    (
                        _parse(Determination, data, part.path)
                        for part, data in opened.each("parent")
                    ),
                    key=lambda one: one.determined_at,
                )
            ),
        ),
        headers=headers,
        hidden=hidden,
        determination=_one(Determination, opened, "determination"),
        decision=_one(Decision, opened, "decision") if decided else None,
        engine=_one(EngineLock, opened, "engine"),
        ledger=read_leaves(opened.only("ledger"), head=opened.only("head")),
        anchors={Path(part.path).name: data for part, data in opened.each("anchor")},
    )
    found = content.determination
    agree = (
        digest(content.framework) == manifest.framework.digest == found.framework.digest
        and manifest.framework == found.framework
        and (found.framework.framework, found.framework.version)
        == (content.framework.framework, content.framework.version)
        and content.subject.name == manifest.subject == found.subject.name
        and found.subject_digest == content.subject.capability_digest
        and determination_id(found) == manifest.determination
        and found.determined_at == manifest.bundled_at
    )
    decision = content.decision
    if decision is not None:
        agree = (
            agree
            and decision.action == manifest.action
            and decision.framework == manifest.framework
            and decision.subject == manifest.subject
            and decision.determination == manifest.determination
            and decision.decided_at == manifest.bundled_at
        )
    if not agree:
        raise _refused(
            "manifest, framework, subject, determination and decision are not about the same"
        )
    return content


def _evidence(
    opened: Opened,
) -> tuple[tuple[EvidencePart, ...], tuple[Evidence, ...], tuple[EvidencePart, ...]]:
    """All headers, the evidence whose values are shown, and the headers of the rest."""
    values = {part.path: part for part in opened.manifest.parts if part.role == "samples"}
    used, headers, shown, hidden = set(), [], [], []
    for place, data in opened.each("evidence"):
        part = check_header(_parse(EvidencePart, data, place.path))
        path = f"samples/{hex_of(part.samples)}.jsonl"
        if place.path != f"evidence/{hex_of(part.evidence)}.json" or path not in values:
            raise _refused(f"`{place.path}` is named otherwise, or has no sample values")
        used.add(path)
        headers.append(part)
        if values[path].withheld is not None:
            if values[path].digest != part.samples:
                raise _refused(f"`{path}` is withheld under another digest than its run has")
            hidden.append(part)
        else:
            shown.append(join(part, values=opened.members[path]))
    if used != values.keys():
        raise _refused("it holds sample values of no run")
    return tuple(headers), tuple(shown), tuple(hidden)


def _statements(opened: Opened) -> Statements:
    """The statements file, put together again from a part per kind."""
    subject = _one(Subject, opened, "subject")
    whole = Statements(subject=subject.name)
    for part, data in opened.each("stated"):
        found = _parse(Statements, data, part.path)
        given = {name: value for name in _STATED if (value := getattr(found, name))}
        if given.keys() - stated_fields(part.about) or part.path != f"stated/{part.about}.json":
            raise _refused(f"`{part.path}` states something else than its name says")
        if not subject.answers_to(found.subject):
            raise _refused(f"`{part.path}` is about `{found.subject}`")
        whole = whole.model_copy(update={**given, "subject": found.subject})
    return whole


def stated_fields(kind: str) -> set[str]:
    """Return the fields of a statements file that the part of one kind may fill."""
    return {kind, "complete_as_of"} if kind == "records" else {kind}


def ordered_bytes(record: Record) -> bytes:
    """Return compact JSON that keeps the order of keys: it is the order in which people read.

    A framework's thresholds are answered in the order in which its file has them; the digest of
    a framework does not know that order (spec/bundle.md P-2).
    """
    value = record.model_dump(mode="json", by_alias=True)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def canonical_lines(records: Iterable[Record]) -> bytes:
    """Return records as JSON Lines, each in canonical form."""
    return b"".join(canonical_bytes(record) + b"\n" for record in records)


def _one(kind: type[R], opened: Opened, role: Role) -> R:
    return _parse(kind, opened.only(role), role)


def _lines(kind: type[R], opened: Opened, role: Role) -> tuple[R, ...]:
    lines = opened.only(role).split(b"\n")
    if lines.pop() != b"":
        raise _refused(f"the part `{role}` ends early")
    return tuple(_parse(kind, line, role) for line in lines)


def _parse(kind: type[R], data: bytes, where: str) -> R:
    """A record of which these are exactly the bytes, so that bytes and value are one."""
    write = ordered_bytes if kind in _ORDERED else canonical_bytes
    try:
        found = kind.parse(data)
        if write(found) == data:
            return found
    except InputError as error:
        raise _refused(f"`{where}`: {error.message}") from None
    raise _refused(f"`{where}` is not written as it should be")


def _refused(says: str) -> IntegrityError:
    return IntegrityError(
        "bundle.part",
        f"a part of the bundle can not be relied on: {says}",
        hint="ask for the bundle again; do not mend it",
    )
