"""The manifest of a bundle: every part by digest, shown or withheld, and none that is not listed.

(spec/bundle.md M-1 to M-7)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from pydantic import Field

from tierlock.core import (
    DIGEST_PREFIX,
    Action,
    Digest,
    FrameworkRef,
    InputError,
    Instant,
    IntegrityError,
    Record,
    canonical_bytes,
    digest_bytes,
)
from tierlock.usecases.bundle_zip import NAME, read_zip

FORMAT: Final = "tierlock-bundle/1"
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.dsse.json"
Role = Literal[
    "framework", "subject", "plans", "runs", "alpha", "negatives", "stated", "signed", "evidence",
    "samples", "parent", "determination", "decision", "engine", "ledger", "head", "anchor", "log",
    "prior",
]  # fmt: skip
_OURS: Final = "application/vnd.tierlock."


class _Kind(NamedTuple):
    """How parts of one role are named and packed; `path` without `{}` stands for one part."""

    path: str
    media_type: str
    may_be_withheld: bool = False
    needed: bool = False


KINDS: Final[Mapping[Role, _Kind]] = {
    "framework": _Kind("framework.json", f"{_OURS}framework+json", needed=True),
    "subject": _Kind("subject.json", f"{_OURS}subject+json", needed=True),
    "plans": _Kind("plans.jsonl", f"{_OURS}plan+jsonl", needed=True),
    "runs": _Kind("runs.jsonl", f"{_OURS}run+jsonl", needed=True),
    "alpha": _Kind("alpha.jsonl", f"{_OURS}alpha+jsonl", needed=True),
    "negatives": _Kind(
        "negatives.jsonl", f"{_OURS}negative+jsonl", may_be_withheld=True, needed=True
    ),
    "determination": _Kind("determination.json", f"{_OURS}determination+json", needed=True),
    "decision": _Kind("decision.json", f"{_OURS}decision+json"),
    "engine": _Kind("engine.json", f"{_OURS}engine+json", needed=True),
    "ledger": _Kind("ledger/entries.jsonl", f"{_OURS}ledger+jsonl", needed=True),
    "head": _Kind("ledger/head.txt", "text/plain", needed=True),
    "anchor": _Kind("ledger/anchors/{}", "application/octet-stream"),
    "stated": _Kind("stated/{}.json", f"{_OURS}statements+json", may_be_withheld=True),
    "signed": _Kind("signed/{}.json", "application/vnd.in-toto+dsse", may_be_withheld=True),
    "evidence": _Kind("evidence/{}.json", f"{_OURS}evidence+json"),
    "samples": _Kind("samples/{}.jsonl", f"{_OURS}samples+jsonl", may_be_withheld=True),
    "parent": _Kind("parents/{}.json", f"{_OURS}determination+json"),
    "log": _Kind("logs/{}", "application/octet-stream", may_be_withheld=True),
    "prior": _Kind("prior/{}.zip", "application/zip"),
}


class BundlePart(Record):
    """One part of a bundle.

    Attributes:
        role: what it is for.
        path: its place in the bundle; also of a part that is withheld.
        digest: SHA-256 of its bytes.
        size: how many bytes.
        media_type: what the bytes are; follows from the role.
        about: the run, statement kind or file that it is about; empty where there is one only.
        withheld: why it is not in the bundle; None where it is.
    """

    role: Role
    path: str
    digest: Digest
    size: int = Field(ge=0, le=2**53 - 1)
    media_type: str
    about: str = ""
    withheld: str | None = Field(default=None, min_length=1)


class Manifest(Record):
    """What a bundle consists of, and what it is an answer to.

    Attributes:
        subject: name of the subject.
        framework: the framework that was applied.
        action: what was asked; None where only a determination was made.
        determination: identity of the determination, as people sign it.
        bundled_at: when the bundle was made, which is also the instant of the question.
        parts: in the order of their paths.
    """

    format: Literal["tierlock-bundle/1"] = FORMAT
    subject: str = Field(min_length=1)
    framework: FrameworkRef
    action: Action | None
    determination: Digest
    bundled_at: Instant
    parts: tuple[BundlePart, ...]


class Opened(NamedTuple):
    """A bundle whose container and digests hold; nothing in it was read yet.

    Attributes:
        manifest: what it says about itself.
        digest: of the manifest's bytes: it names the bundle.
        seal: the envelope over the manifest, unchecked; None where nobody signed.
        members: the parts that are not withheld, by path.
    """

    manifest: Manifest
    digest: str
    seal: bytes | None
    members: Mapping[str, bytes]

    def only(self, role: Role) -> bytes:
        """Return the bytes of the one part of a role; empty where it is withheld."""
        return self.members.get(KINDS[role].path, b"")

    def each(self, role: Role) -> list[tuple[BundlePart, bytes]]:
        """Return the shown parts of a role with their bytes, in the order of their paths."""
        return [
            (part, self.members[part.path])
            for part in self.manifest.parts
            if part.role == role and part.withheld is None
        ]

    @property
    def withheld(self) -> tuple[BundlePart, ...]:
        """The parts that are not shown."""
        return tuple(part for part in self.manifest.parts if part.withheld is not None)


def manifest_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the manifest.

    >>> manifest_schema()["title"]
    'Tierlock bundle: manifest'
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Manifest.model_json_schema(by_alias=True),
        "title": "Tierlock bundle: manifest",
    }


def make_part(
    role: Role, *, data: bytes, name: str = "", about: str = "", withheld: str | None = None
) -> BundlePart:
    """Return the entry of a part; `name` fills the place in the path of its role."""
    kind = KINDS[role]
    return BundlePart(
        role=role,
        path=kind.path.format(name),
        digest=digest_bytes(data),
        size=len(data),
        media_type=kind.media_type,
        about=about,
        withheld=withheld,
    )


def open_bundle(data: bytes) -> Opened:
    """Return a bundle after checking container, manifest and every digest.

    Raises:
        IntegrityError: `bundle.format`, `bundle.limit`, `bundle.manifest` or `bundle.part`.
    """
    members = read_zip(data)
    text = members.pop(MANIFEST, None)
    seal = members.pop(SEAL, None)
    if text is None:
        raise _wrong("there is none")
    try:
        manifest = Manifest.parse(text)
        canonical = canonical_bytes(manifest) == text
    except InputError as error:
        raise _wrong(error.message) from None
    if not canonical:
        raise _wrong("it is not in canonical form (RFC 8785)")
    check_parts(manifest)
    _check_members(manifest, members=members)
    return Opened(manifest, digest_bytes(text), seal, members)


def check_parts(manifest: Manifest) -> None:
    """Refuse a list of parts that no bundle can have.

    Raises:
        IntegrityError: `bundle.manifest`.
    """
    paths = [part.path for part in manifest.parts]
    if paths != sorted(set(paths)):
        raise _wrong("its parts are not in the order of their paths, once each")
    count = Counter(part.role for part in manifest.parts)
    for role, kind in KINDS.items():
        most = len(paths) if "{}" in kind.path else 1
        if not kind.needed <= count[role] <= most:
            raise _wrong(f"it lists {count[role]} parts of role `{role}`")
    if count["decision"] != (manifest.action is not None):
        raise _wrong("it has a decision without an action, or an action without a decision")
    for part in manifest.parts:
        _check_part(part)


def _check_part(part: BundlePart) -> None:
    kind = KINDS[part.role]
    before, _, after = kind.path.partition("{}")
    inside = part.path.removeprefix(before).removesuffix(after) if "{}" in kind.path else ""
    placed = part.path == kind.path.format(inside) and NAME.fullmatch(part.path) is not None
    if not placed or "/" in inside or part.media_type != kind.media_type:
        raise _wrong(f"`{part.path}` is no place, or no media type, of a part `{part.role}`")
    if part.withheld is not None and not kind.may_be_withheld:
        raise _wrong(f"`{part.path}` can not be withheld")


def _check_members(manifest: Manifest, *, members: Mapping[str, bytes]) -> None:
    shown = {part.path: part for part in manifest.parts if part.withheld is None}
    for path in sorted(shown.keys() ^ members.keys()):
        what = "is listed and not there" if path in shown else "is there and not listed"
        raise _part(f"`{path}` {what}")
    for path, part in shown.items():
        if len(members[path]) != part.size or digest_bytes(members[path]) != part.digest:
            raise _part(f"`{path}` differs from its digest in the manifest")


def hex_of(digest: str) -> str:
    """Return the hexadecimal digits of a digest, which name a file."""
    return digest.removeprefix(DIGEST_PREFIX)


def _wrong(says: str) -> IntegrityError:
    return IntegrityError(
        "bundle.manifest",
        f"the manifest of the bundle can not be relied on: {says}",
        hint="ask for the bundle again; do not mend it",
    )


def _part(says: str) -> IntegrityError:
    return IntegrityError(
        "bundle.part",
        f"a part of the bundle is not what the manifest says: {says}",
        hint="it was changed after the bundle was made, or copied badly; ask for it again",
    )
