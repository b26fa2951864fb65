"""Change bundles and ledgers in random ways, and count what is not noticed: nothing may be.

    python scripts/tamper_campaign.py --mutations 10000 --seed 1

One laboratory makes two bundles and a ledger, honestly, before and after a third run; an auditor
has a trust file and a tree head from in between. Each mutation changes one of them: bytes, members,
records, the ledger, what is withheld, whose seal is on it. More than half put right again whatever
can be put right without the laboratory's key: digests, the manifest, the ledger's tree, and the
answer, which the engine itself computes from what was changed. Then `tierlock verify`, or `tierlock
ledger verify` with the auditor's tree head, must refuse.

What may change unnoticed is listed in `IRRELEVANT`, and held against what was read: it must be the
same to the last byte. Prints counts per class, and exits with 1 if anything else went through.
`--small` takes 300 mutations, for CI.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.acceptance.tamper_bundles import BUNDLE_CLASSES  # noqa: E402
from tests.acceptance.tamper_ledgers import LEDGER_CLASSES, same_ledger, verdict  # noqa: E402
from tests.acceptance.tamper_world import World, make_world  # noqa: E402
from tierlock.core import TierlockError  # noqa: E402
from tierlock.usecases import verify  # noqa: E402
from tierlock.usecases.bundle_manifest import SEAL  # noqa: E402
from tierlock.usecases.bundle_zip import read_zip  # noqa: E402

SMALL: Final = 300
LEDGER_SHARE: Final = 0.25
IRRELEVANT: Final = {
    "deflate": "how a member of the container is deflated, where it inflates to the same bytes",
    "seal hint": "the key id in the seal, and further signatures on it by keys that nobody trusts",
    "sqlite": "bytes of a database file that hold none of its entries, hashes or names",
}
"""All that may change without being noticed (spec/bundle.md Z-6, spec/attestations.md A-5)."""


SEALS: Final = ("the seal", "nobody signed the bundle")
"""How problems with the seal begin."""


class Tried(NamedTuple):
    """What became of one mutation: `detected`, a key of `IRRELEVANT`, `nothing` or `missed`."""

    kind: str
    resealed: bool
    fate: str
    by: str


def try_bundle(world: World, kind: str, *, rng: random.Random) -> Tried:
    """Change the bundle once, and verify it as the auditor does."""
    change = BUNDLE_CLASSES[kind]
    data = change.make(world, rng)
    original = world.bundle.read_bytes()
    if data == original:
        return Tried(kind, change.resealed, "nothing", "")
    path = world.folder / "changed.zip"
    path.write_bytes(data)
    try:
        report = verify(path, trust=world.trust, at=world.at, heads=[world.head])
    except TierlockError as error:
        return Tried(kind, change.resealed, "detected", error.code)
    if report.exit_code != 0:
        # The seal alone would do for all of them; what else notices is worth more.
        beyond = [one.code for one in report.problems if not one.says.startswith(SEALS)]
        beyond += ["differs"] if report.differences else []
        beyond += ["incomplete"] if report.not_recomputed else []
        return Tried(kind, change.resealed, "detected", beyond[0] if beyond else "the seal")
    return Tried(kind, change.resealed, _excused(original, data), "")


def _excused(original: bytes, changed: bytes) -> str:
    """Which entry of `IRRELEVANT` a bundle falls under that verified all the same."""
    try:
        before, after = read_zip(original), read_zip(changed)
    except TierlockError:
        return "missed"
    if before == after:
        return "deflate"
    before.pop(SEAL, None)
    after.pop(SEAL, None)
    return "seal hint" if before == after else "missed"


def try_ledger(world: World, kind: str, *, rng: random.Random) -> Tried:
    """Change an export or a database once, and hold it against the auditor's tree head."""
    change = LEDGER_CLASSES[kind]
    path = world.folder / f"changed.{change.suffix}"
    if not change.make(world, rng, path):
        return Tried(kind, change.resealed, "nothing", "")
    found = verdict(path, world=world)
    if found is not None:
        return Tried(kind, change.resealed, "detected", found)
    same = change.suffix == "db" and same_ledger(path, world=world)
    return Tried(kind, change.resealed, "sqlite" if same else "missed", "")


def campaign(world: World, *, mutations: int, seed: int) -> Iterator[Tried]:
    """Yield the fate of each mutation; the same for one seed."""
    rng = random.Random(seed)  # noqa: S311  # which change, not a secret
    tries: dict[bool, Callable[..., Tried]] = {False: try_bundle, True: try_ledger}
    names = {False: list(BUNDLE_CLASSES), True: list(LEDGER_CLASSES)}
    for _ in range(mutations):
        ledger = rng.random() < LEDGER_SHARE
        yield tries[ledger](world, rng.choice(names[ledger]), rng=rng)


def table(tried: list[Tried]) -> list[str]:
    """Return the counts per class, as lines."""
    fates: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for one in tried:
        fates[one.kind, one.resealed][one.fate] += 1
        by[one.kind][one.by] += one.fate == "detected"
    lines = [
        f"{'class':<34}{'resealed':>9}{'tried':>7}{'detected':>9}{'excused':>8}{'missed':>7}  by"
    ]
    for (kind, resealed), count in sorted(fates.items()):
        total = sum(count.values()) - count["nothing"]
        excused = sum(count[name] for name in IRRELEVANT)
        most = ", ".join(f"{code} {n}" for code, n in by[kind].most_common(4) if n)
        lines.append(
            f"{kind:<34}{'yes' if resealed else '':>9}{total:>7}{count['detected']:>9}"
            f"{excused:>8}{count['missed']:>7}  {most}"
        )
    return lines


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help=f"{SMALL} mutations")
    args = parser.parse_args()
    mutations = SMALL if args.small else args.mutations
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        world = make_world(Path(scratch))
        tried = list(campaign(world, mutations=mutations, seed=args.seed))
    for line in table(tried):
        print(line)
    real = [one for one in tried if one.fate != "nothing"]
    fates = Counter(one.fate for one in real)
    resealed = sum(one.resealed for one in real)
    print()
    for name, says in IRRELEVANT.items():
        print(f"irrelevant, {name}: {fates[name]} ({says})")
    print(
        f"{len(real)} mutations ({len(tried) - len(real)} changed nothing), {resealed} of them "
        f"resealed, {fates['detected']} detected, {fates['missed']} missed, "
        f"{time.monotonic() - start:.0f} s, seed {args.seed}"
    )
    seal_only = sum(one.by == "the seal" for one in real)
    print(f"{seal_only} of those detected were noticed by the seal and by nothing else")
    half = 2 * resealed >= len(real)
    if not half:
        print("fewer than half were resealed", file=sys.stderr)
    return 0 if fates["missed"] == 0 and half else 1


if __name__ == "__main__":
    sys.exit(main())
