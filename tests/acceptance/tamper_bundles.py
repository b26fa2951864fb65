"""Ways to change a bundle: its bytes, its members, and its records with everything put right."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from tests.acceptance import bundles
from tests.acceptance.tamper_world import World
from tests.acceptance.tampering import Apart, make_seal
from tests.unit.attest.keys import EVE
from tierlock.core import (
    Outcome,
    Record,
    Verdict,
    canonical_bytes,
    determination_id,
)
from tierlock.usecases.bundle_manifest import MANIFEST, SEAL, Manifest
from tierlock.usecases.bundle_zip import read_zip, write_zip


class Change(NamedTuple):
    """One class of mutations.

    Attributes:
        make: returns the changed bundle.
        resealed: whether everything that needs no key of the laboratory is put right.
    """

    make: Callable[[World, random.Random], bytes]
    resealed: bool


# -- bytes and members, nothing put right -------------------------------------------------------


def _flip(world: World, rng: random.Random) -> bytes:
    data = bytearray(world.bundle.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _cut(world: World, rng: random.Random) -> bytes:
    data = world.bundle.read_bytes()
    return data[: rng.randrange(len(data))]


def _insert(world: World, rng: random.Random) -> bytes:
    data = world.bundle.read_bytes()
    place = rng.choice((0, len(data), rng.randrange(len(data))))
    return data[:place] + rng.randbytes(rng.choice((1, 4, 100))) + data[place:]


def _ordinary_zip(world: World, rng: random.Random) -> bytes:
    """The same members by another tool: in another order, doubled, or with a comment."""
    members = list(read_zip(world.bundle.read_bytes()).items())
    rng.shuffle(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as made:
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data)
        if rng.random() < 0.5:
            made.comment = b"nothing to see"
    return out.getvalue()


def _deflated_otherwise(world: World, rng: random.Random) -> bytes:
    """The very same members, packed at another level: nothing that anybody reads differs."""
    from tierlock.usecases import bundle_zip

    level = rng.choice((1, 2, 3, 4, 5, 7, 8, 9))
    kept = bundle_zip._packed

    def packed(data: bytes) -> tuple[bytes, int]:
        deflater = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflater.compress(data) + deflater.flush(), 8

    try:
        bundle_zip._packed = packed
        return write_zip(read_zip(world.bundle.read_bytes()))
    finally:
        bundle_zip._packed = kept


def _member_bytes(world: World, rng: random.Random) -> bytes:
    """A part changed, the container right, the manifest as it was."""
    members = read_zip(world.bundle.read_bytes())
    name = rng.choice([name for name in members if members[name]])
    data = bytearray(members[name])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return write_zip({**members, name: bytes(data)})


def _member_gone(world: World, rng: random.Random) -> bytes:
    members = read_zip(world.bundle.read_bytes())
    members.pop(rng.choice(list(members)))
    return write_zip(members)


def _member_added(world: World, rng: random.Random) -> bytes:
    members = read_zip(world.bundle.read_bytes())
    return write_zip({**members, rng.choice(("x.json", "logs/x.eval", "zz")): b"{}"})


def _members_swapped(world: World, rng: random.Random) -> bytes:
    members = read_zip(world.bundle.read_bytes())
    one, other = rng.sample(sorted(members), 2)
    members[one], members[other] = members[other], members[one]
    return write_zip(members)


def _part_of_another(world: World, rng: random.Random) -> bytes:
    """A part of the earlier bundle in its place; manifest as it was."""
    members, other = read_zip(world.bundle.read_bytes()), read_zip(world.earlier.read_bytes())
    name = rng.choice([name for name in members if name in other and name != MANIFEST])
    return write_zip({**members, name: other[name]})


# -- seals ---------------------------------------------------------------------------------------


def _seal_stripped(world: World, rng: random.Random) -> bytes:
    members = read_zip(world.bundle.read_bytes())
    del members[SEAL]
    return write_zip(members)


def _seal_of_stranger(world: World, rng: random.Random) -> bytes:
    return world.apart.whole(signer=EVE)


def _seal_of_earlier(world: World, rng: random.Random) -> bytes:
    members = read_zip(world.bundle.read_bytes())
    return write_zip({**members, SEAL: read_zip(world.earlier.read_bytes())[SEAL]})


def _seal_hint(world: World, rng: random.Random) -> bytes:
    """The key id in the seal, which is only a hint; or one more signature by a stranger."""
    members = read_zip(world.bundle.read_bytes())
    envelope = json.loads(members[SEAL])
    if rng.random() < 0.5:
        envelope["signatures"][0]["keyid"] = f"hint-{rng.randrange(10**6)}"
    else:
        envelope["signatures"].append(
            {"keyid": "stranger", "sig": base64.b64encode(rng.randbytes(64)).decode()}
        )
    return write_zip({**members, SEAL: json.dumps(envelope).encode()})


def _seal_of_owner(world: World, rng: random.Random) -> bytes:
    """A real signature by a trusted person, over something else."""
    members = read_zip(world.bundle.read_bytes())
    return write_zip({**members, SEAL: rng.choice(list(world.apart.signed.values()))})


# -- records, with everything put right that needs no key ------------------------------------------


def _resealed(world: World, apart: Apart, rng: random.Random) -> bytes:
    """With the old seal, none, or a stranger's."""
    seal = rng.choice(("old", "none", "stranger"))
    if seal == "stranger":
        return apart.whole(signer=EVE)
    return apart.change(seal=None if seal == "none" else apart.seal).whole()


def _again(world: World, apart: Apart, rng: random.Random) -> bytes:
    """Resealed, often with the answer that the engine gives to what was changed."""
    return _resealed(world, apart.answered(world.trust) if rng.random() < 0.7 else apart, rng)


def _score(world: World, rng: random.Random) -> bytes:
    apart = world.apart
    item = rng.choice(apart.evidence)
    samples = item.samples
    name = next(iter(samples.scores))
    scores = list(samples.scores[name])
    place = rng.randrange(len(scores))
    scores[place] = 1.0 - (scores[place] or 0.0)
    changed = item.model_copy(
        update={"samples": samples.model_copy(update={"scores": {name: tuple(scores)}})}
    )
    return _again(world, _with_evidence(apart, item.run_id, changed), rng)


def _sample_dropped(world: World, rng: random.Random) -> bytes:
    apart = world.apart
    item = rng.choice(apart.evidence)
    samples, keep = item.samples, [*range(len(item.samples))]
    keep.remove(rng.choice(keep))
    columns = {
        name: tuple(getattr(samples, name)[i] for i in keep)
        for name in ("id", "epoch", "state", "limit", "refused", "edited")
    }
    scores = {name: tuple(column[i] for i in keep) for name, column in samples.scores.items()}
    attributes = {n: tuple(column[i] for i in keep) for n, column in samples.attributes.items()}
    changed = item.model_copy(
        update={
            "samples": type(samples)(**columns, scores=scores, attributes=attributes),
            "planned_samples": rng.choice((item.planned_samples, len(keep))),
        }
    )
    return _again(world, _with_evidence(apart, item.run_id, changed), rng)


def _with_evidence(apart: Apart, run: str, changed: Record) -> Apart:
    evidence = tuple(changed if one.run_id == run else one for one in apart.evidence)
    runs = tuple(
        one.model_copy(update={"evidence": changed.digest})  # type: ignore[attr-defined]
        if one.run_id == run
        else one
        for one in apart.runs
    )
    return apart.change(evidence=evidence, runs=runs)


def _run_dropped(world: World, rng: random.Random) -> bytes:
    """A run with everything about it, also from the ledger."""
    apart = world.apart
    gone = rng.choice(apart.evidence).run_id
    return _again(
        world,
        apart.change(
            evidence=tuple(one for one in apart.evidence if one.run_id != gone),
            runs=tuple(one for one in apart.runs if one.run_id != gone),
        ),
        rng,
    )


def _evidence_dropped(world: World, rng: random.Random) -> bytes:
    """The values of a run; the register still knows it."""
    gone = rng.choice(world.apart.evidence).run_id
    kept = tuple(one for one in world.apart.evidence if one.run_id != gone)
    return _again(world, world.apart.change(evidence=kept), rng)


def _doubt_removed(world: World, rng: random.Random) -> bytes:
    """Problems of a log are in no identity: taken away, or invented."""
    apart = world.apart
    item = rng.choice(apart.evidence)
    changed = item.model_copy(
        update={"problems": (), "source": item.source.model_copy(update={"tool": "other"})}
    )
    return _again(world, _with_evidence(apart, item.run_id, changed), rng)


def _framework_loosened(world: World, rng: random.Random) -> bytes:
    """Another bar under the same name, or under another version's."""
    apart = world.apart
    text = canonical_bytes(apart.framework)
    bar = rng.choice((0.31, 0.5, 0.59))
    changed = text.replace(b'"ruleOutBelow":0.3', b'"ruleOutBelow":%r' % bar)
    if rng.random() < 0.5:
        changed = changed.replace(b'"version":"1"', b'"version":"0"')
    assert changed != text
    return _again(world, apart.change(framework=type(apart.framework).parse(changed)), rng)


def _approval_replayed(world: World, rng: random.Random) -> bytes:
    """Approvals of the determination before, of another project, or none at all."""
    apart = world.apart
    kinds: Mapping[str, Mapping[str, bytes]] = {
        "before": world.before.signed,
        "other": world.other.signed,
        "none": {},
        "twice": {**apart.signed, "000009-approval": next(iter(world.other.signed.values()))},
    }
    return _again(world, apart.change(signed=kinds[rng.choice(list(kinds))]), rng)


def _signature_forged(world: World, rng: random.Random) -> bytes:
    """An approval in the owner's name, by another key or with a changed payload."""
    apart = world.apart
    name, data = rng.choice(list(apart.signed.items()))
    envelope = json.loads(data)
    payload = bytearray(base64.b64decode(envelope["payload"]))
    if rng.random() < 0.5:
        payload = bytearray(payload.replace(b"deploy", b"deplox"))
    else:
        envelope["signatures"][0]["sig"] = base64.b64encode(EVE.sign(b"x").sig).decode()
    envelope["payload"] = base64.b64encode(payload).decode()
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    return _again(world, apart.change(signed={**apart.signed, name: text}), rng)


def _number_changed(world: World, rng: random.Random) -> bytes:
    """A bound, a count or an outcome in the determination."""
    apart = world.apart
    finding = apart.determination.findings[0]
    estimate = finding.estimate
    assert estimate is not None
    field = rng.choice(("value", "lower", "upper", "rule_out_p", "units", "outcome"))
    if field == "outcome":
        changed = finding.model_copy(update={"outcome": Outcome.UNDETERMINED})
    else:
        value = getattr(estimate, field)
        other = value + 1 if field == "units" else value * rng.choice((0.5, 0.999, 1.000001))
        changed = finding.model_copy(
            update={"estimate": estimate.model_copy(update={field: other})}
        )
    found = apart.determination.model_copy(update={"findings": (changed,)})
    decision = apart.decision
    assert decision is not None
    linked = decision.model_copy(update={"determination": determination_id(found)})
    return _resealed(world, apart.change(determination=found, decision=linked), rng)


def _verdict_changed(world: World, rng: random.Random) -> bytes:
    apart = world.apart
    decision = apart.decision
    assert decision is not None
    later = (decision.expires_at or world.at) + timedelta(days=365)
    updates: tuple[dict[str, object], ...] = (
        {"verdict": Verdict.HOLD}, {"expires_at": later}, {"rests_on": ()}
    )  # fmt: skip
    update = rng.choice(updates)
    return _resealed(world, apart.change(decision=decision.model_copy(update=update)), rng)


def _plan_changed(world: World, rng: random.Random) -> bytes:
    """A plan for fewer runs, sealed at another time, or none."""
    apart = world.apart
    plan = apart.plans[0]
    slots = tuple(slot.model_copy(update={"runs": 1}) for slot in plan.slots)
    other = rng.choice(
        (
            (),
            (plan.model_copy(update={"slots": slots}),),
            (plan.model_copy(update={"sealed_at": plan.sealed_at - timedelta(days=1)}),),
        )
    )
    return _again(world, apart.change(plans=other), rng)


def _negative_removed(world: World, rng: random.Random) -> bytes:
    apart = world.apart
    stated = {name: one for name, one in apart.stated.items() if name != "records"}
    kept = rng.choice((apart.stated, stated))
    return _again(world, apart.change(negatives=(), stated=kept), rng)


def _ledger_changed(world: World, rng: random.Random) -> bytes:
    """Entries in another order, dated otherwise, cut off or put in front; the tree is right."""
    apart = world.apart
    entries = list(apart.entries)
    kind = rng.choice(("order", "time", "cut", "front"))
    place = rng.randrange(len(entries) - 1)
    if kind == "order":
        entries[place], entries[place + 1] = entries[place + 1], entries[place]
    elif kind == "time":
        one = entries[place]
        entries[place] = type(one)(
            media_type=one.media_type,
            payload=one.payload,
            logged_at=one.logged_at - timedelta(hours=rng.randrange(1, 100)),
        )
    elif kind == "cut":
        entries = entries[: rng.randrange(1, len(entries))]
    else:
        entries.insert(0, entries[0].__class__(
            media_type="text/plain", payload=rng.randbytes(8), logged_at=entries[0].logged_at
        ))  # fmt: skip
    return _resealed(world, apart.change(entries=tuple(entries)), rng)


def _withheld_lie(world: World, rng: random.Random) -> bytes:
    """A part withheld that was shown, withheld under a wrong digest, or not mentioned at all."""
    apart = world.apart
    paths = [part.path for part, _ in apart.parts()]
    path = rng.choice(paths)
    whole = apart.change(hidden={path: "hazardous"})
    members = read_zip(_resealed(world, whole, rng))
    if rng.random() < 0.5:
        manifest = Manifest.parse(members[MANIFEST])
        lie = rng.choice(("digest", "absent"))
        parts = []
        for part in manifest.parts:
            if part.path != path:
                parts.append(part)
            elif lie == "digest":
                parts.append(part.model_copy(update={"digest": "sha256:" + "00" * 32}))
        manifest = manifest.model_copy(update={"parts": tuple(parts)})
        members[MANIFEST] = canonical_bytes(manifest)
        if SEAL in members:
            members[SEAL] = make_seal(manifest, members[MANIFEST], EVE)
    return write_zip(members)


def _subject_changed(world: World, rng: random.Random) -> bytes:
    apart = world.apart
    weights = apart.subject.parts.model_copy(update={"weights": "sha256:" + "cd" * 32})
    updates: tuple[dict[str, object], ...] = ({"parts": weights}, {"facts": {"small": True}})
    update = rng.choice(updates)
    return _again(world, apart.change(subject=apart.subject.model_copy(update=update)), rng)


def _log_changed(world: World, rng: random.Random) -> bytes:
    """A raw log in the bundle, with a score rewritten in it or bytes changed."""
    apart = world.apart
    name, data = next(iter(apart.logs.items()))
    if rng.random() < 0.5:
        from tests.acceptance.projects import log_bytes

        place = rng.randrange(len(bundles.VALUES))
        flipped = "0" if bundles.VALUES[place] == "1" else "1"
        values = bundles.VALUES[:place] + flipped + bundles.VALUES[place + 1 :]
        changed = log_bytes(values, eval_id="run-1")
    else:
        broken = bytearray(data)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        changed = bytes(broken)
    return _resealed(world, apart.change(logs={name: changed}), rng)


def _older_bundle(world: World, rng: random.Random) -> bytes:
    """The whole bundle from before the auditor's tree head, honest when it was made."""
    return world.earlier.read_bytes()


BUNDLE_CLASSES: Final[Mapping[str, Change]] = {
    "bytes: bit flipped": Change(_flip, False),
    "bytes: cut short": Change(_cut, False),
    "bytes: inserted": Change(_insert, False),
    "container: by another tool": Change(_ordinary_zip, False),
    "container: deflated otherwise": Change(_deflated_otherwise, False),
    "part: bytes changed": Change(_member_bytes, False),
    "part: gone": Change(_member_gone, False),
    "part: added": Change(_member_added, False),
    "part: two swapped": Change(_members_swapped, False),
    "part: of an earlier bundle": Change(_part_of_another, False),
    "seal: stripped": Change(_seal_stripped, True),
    "seal: by a stranger": Change(_seal_of_stranger, True),
    "seal: of an earlier bundle": Change(_seal_of_earlier, True),
    "seal: hint or more signatures": Change(_seal_hint, True),
    "seal: another statement": Change(_seal_of_owner, True),
    "record: score rewritten": Change(_score, True),
    "record: sample dropped": Change(_sample_dropped, True),
    "record: run dropped": Change(_run_dropped, True),
    "record: evidence dropped": Change(_evidence_dropped, True),
    "record: source and doubts": Change(_doubt_removed, True),
    "record: framework loosened": Change(_framework_loosened, True),
    "record: approval replayed": Change(_approval_replayed, True),
    "record: signature forged": Change(_signature_forged, True),
    "record: number changed": Change(_number_changed, True),
    "record: decision changed": Change(_verdict_changed, True),
    "record: plan changed": Change(_plan_changed, True),
    "record: dissent removed": Change(_negative_removed, True),
    "record: subject changed": Change(_subject_changed, True),
    "record: raw log changed": Change(_log_changed, True),
    "ledger in the bundle": Change(_ledger_changed, True),
    "withheld: a lie": Change(_withheld_lie, True),
    "whole: older than the tree head": Change(_older_bundle, True),
}
