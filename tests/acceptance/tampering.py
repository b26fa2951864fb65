"""A bundle taken apart into values, and put together again with everything that needs no key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tierlock.attest import (
    BundleSeal,
    Signer,
    Trust,
    canonical_envelope,
    make_statement,
    sign_statement,
)
from tierlock.core import (
    Action,
    Decision,
    Determination,
    Evidence,
    Framework,
    FrameworkRef,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    Subject,
    TierlockError,
    canonical_bytes,
    determination_id,
    digest,
    digest_bytes,
)
from tierlock.ledger import Draft, MemoryLedger, ShownLedger, write_leaves
from tierlock.usecases.bundle_content import (
    Content,
    canonical_lines,
    engine_lock,
    ordered_bytes,
    read_content,
)
from tierlock.usecases.bundle_manifest import (
    MANIFEST,
    SEAL,
    BundlePart,
    Manifest,
    Role,
    hex_of,
    make_part,
    open_bundle,
)
from tierlock.usecases.bundle_recompute import as_project
from tierlock.usecases.bundle_samples import split
from tierlock.usecases.bundle_store import Held
from tierlock.usecases.bundle_zip import write_zip
from tierlock.usecases.question import ask
from tierlock.usecases.statements import Statements


@dataclass(frozen=True)
class Apart:
    """Everything in a bundle as values; `whole` makes a bundle of it again."""

    framework: Framework
    subject: Subject
    plans: tuple[Plan, ...]
    runs: tuple[RegisteredRun, ...]
    history: tuple[SpentAlpha, ...]
    negatives: tuple[Negative, ...]
    stated: Mapping[str, Record]
    signed: Mapping[str, bytes]
    evidence: tuple[Evidence, ...]
    determination: Determination
    decision: Decision | None
    entries: tuple[Draft, ...]
    origin: str
    logs: Mapping[str, bytes]
    seal: bytes | None
    bundled_at: datetime
    hidden: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> Action | None:
        return None if self.decision is None else self.decision.action

    def change(self, **fields: object) -> Apart:
        """Return the bundle with other values, and the ledger with them in the old ones' places."""
        other = replace(self, **fields)  # type: ignore[arg-type]  # fields of this class
        swap: dict[tuple[str, bytes], bytes | None] = {}
        added: list[tuple[str, bytes]] = []
        new = other.records()
        for media, payloads in self.records().items():
            fresh = [one for one in new[media] if one not in payloads]
            gone = [one for one in payloads if one not in new[media]]
            for place, old in enumerate(gone):
                swap[media, old] = fresh[place] if place < len(fresh) else None
            added += [(media, one) for one in fresh[len(gone) :]]
        entries = []
        for entry in self.entries if "entries" not in fields else other.entries:
            payload = swap.get((entry.media_type, entry.payload), entry.payload)
            if payload is not None:
                entries.append(_draft(entry, payload))
        last = self.entries[-1].logged_at
        entries += [Draft(media_type=m, payload=one, logged_at=last) for m, one in added]
        return replace(other, entries=tuple(entries))

    def records(self) -> dict[str, list[bytes]]:
        """Return what the ledger holds of the bundle's records, by media type."""
        ours = "application/vnd.tierlock.{}+json".format
        found: dict[str, list[bytes]] = {
            ours("plan"): [canonical_bytes(one) for one in self.plans],
            ours("run"): [canonical_bytes(one) for one in self.runs],
            ours("alpha"): [canonical_bytes(one) for one in self.history],
            ours("negative"): [canonical_bytes(one) for one in self.negatives],
            "application/vnd.in-toto+dsse": list(self.signed.values()),
            ours("determination"): [canonical_bytes(self.determination)],
            ours("decision"): [],
        }
        if self.decision is not None:
            found[ours("decision")].append(canonical_bytes(self.decision))
        return found

    def answered(self, trust: Trust) -> Apart:
        """Return the bundle with the answer that the engine gives to what it holds, if any."""
        ledger = MemoryLedger(self.origin)
        ledger.append(self.entries)
        entries = tuple(ledger.entries())
        content = Content(
            framework=self.framework,
            subject=self.subject,
            statements=self.statements(),
            held=Held(
                self.evidence,
                self.runs,
                self.plans,
                self.history,
                self.negatives,
                tuple(self.signed.values()),
                (),
            ),
            headers=(),
            hidden=(),
            determination=self.determination,
            decision=self.decision,
            engine=engine_lock(),
            ledger=ShownLedger(ledger.head(self.bundled_at), entries, (), ()),
            anchors={},
        )
        # A forger believes in their own framework and subject.
        easy = trust.model_copy(update={"frameworks": {}, "subject": None})
        try:
            with as_project(content, trust=easy) as project:
                answer = ask(project, at=self.bundled_at, action=self.action)
        except TierlockError:
            return self
        return self.change(determination=answer.determination, decision=answer.decision)

    def statements(self) -> Statements:
        """Return the statements file, from its parts."""
        whole = Statements(subject=self.subject.name)
        for record in self.stated.values():
            given = {name: value for name, value in record if value and name != "subject"}
            whole = whole.model_copy(update=given)
        return whole

    def parts(self) -> list[tuple[BundlePart, bytes]]:
        """Return every part with its bytes."""
        made: list[tuple[BundlePart, bytes]] = []

        def add(role: Role, data: bytes, name: str = "", about: str = "") -> None:
            part = make_part(role, data=data, name=name, about=about)
            why = self.hidden.get(part.path)
            made.append((part.model_copy(update={"withheld": why}), data))

        add("framework", ordered_bytes(self.framework))
        add("subject", ordered_bytes(self.subject))
        add("plans", canonical_lines(self.plans))
        add("runs", canonical_lines(self.runs))
        add("alpha", canonical_lines(self.history))
        add("negatives", canonical_lines(self.negatives))
        add("determination", canonical_bytes(self.determination))
        if self.decision is not None:
            add("decision", canonical_bytes(self.decision))
        add("engine", canonical_bytes(engine_lock()))
        for name, record in self.stated.items():
            add("stated", ordered_bytes(record), name, name)
        for name, data in self.signed.items():
            add("signed", data, name, name.split("-", 1)[1])
        for item in self.evidence:
            part, values = split(item)
            add("evidence", canonical_bytes(part), hex_of(part.evidence), item.run_id)
            add("samples", values, hex_of(part.samples), item.run_id)
        for name, data in self.logs.items():
            add("log", data, name)
        ledger = MemoryLedger(self.origin)
        ledger.append(self.entries)
        entries, head = write_leaves(ledger, at=self.bundled_at, hidden=lambda _: False)
        add("ledger", entries)
        add("head", head)
        unique = {part.path: (part, data) for part, data in made}
        return [unique[path] for path in sorted(unique)]

    def manifest(self, parts: tuple[BundlePart, ...]) -> Manifest:
        """Return the manifest over parts."""
        framework = self.framework
        return Manifest(
            subject=self.subject.name,
            framework=FrameworkRef(
                framework=framework.framework,
                version=framework.version,
                digest=digest(framework),
            ),
            action=self.action,
            determination=determination_id(self.determination),
            bundled_at=self.bundled_at,
            parts=parts,
        )

    def whole(self, *, signer: Signer | None = None) -> bytes:
        """Return a bundle in which every digest is right; sealed anew if there is a key."""
        parts = self.parts()
        manifest = self.manifest(tuple(part for part, _ in parts))
        text = canonical_bytes(manifest)
        members = {part.path: data for part, data in parts if part.withheld is None}
        members[MANIFEST] = text
        seal = self.seal if signer is None else make_seal(manifest, text, signer)
        if seal is not None:
            members[SEAL] = seal
        return write_zip(members)


def make_seal(manifest: Manifest, text: bytes, signer: Signer) -> bytes:
    """Return the seal of a manifest by any key."""
    seal = BundleSeal(
        manifest=digest_bytes(text), subject=manifest.subject, bundled_at=manifest.bundled_at
    )
    statement = make_statement(seal, role="bundle", signed_at=manifest.bundled_at)
    return canonical_envelope(sign_statement(statement, signer=signer))


def take_apart(data: bytes | Path) -> Apart:
    """Return the values of a bundle in which nothing is withheld."""
    opened = open_bundle(data if isinstance(data, bytes) else data.read_bytes())
    content = read_content(opened)
    held = content.held
    whole = content.statements
    return Apart(
        framework=content.framework,
        subject=content.subject,
        plans=held.plans,
        runs=held.runs,
        history=held.history,
        negatives=held.negatives,
        stated={part.about: type(whole).parse(raw) for part, raw in opened.each("stated")},
        signed={
            Path(part.path).name.removesuffix(".json"): raw for part, raw in opened.each("signed")
        },
        evidence=held.evidence,
        determination=content.determination,
        decision=content.decision,
        entries=tuple(_draft(entry, entry.payload) for entry in content.ledger.entries),
        origin=content.ledger.head.origin,
        logs={Path(part.path).name: raw for part, raw in opened.each("log")},
        seal=opened.seal,
        bundled_at=opened.manifest.bundled_at,
    )


def _draft(entry: Draft, payload: bytes) -> Draft:
    return Draft(media_type=entry.media_type, payload=payload, logged_at=entry.logged_at)
