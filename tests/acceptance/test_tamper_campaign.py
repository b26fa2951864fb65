"""The campaign that changes bundles and ledgers: every class once, and it can fail."""

from __future__ import annotations

import random
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.tamper_bundles import BUNDLE_CLASSES
from tests.acceptance.tamper_ledgers import LEDGER_CLASSES
from tests.acceptance.tamper_world import World, make_world

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

tamper_campaign = import_module("tamper_campaign")


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # which change, not a secret


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("kind", BUNDLE_CLASSES)
def test_a_changed_bundle_is_noticed(world: World, kind: str) -> None:
    for seed in range(2):
        tried = tamper_campaign.try_bundle(world, kind, rng=chance(seed))
        assert tried.fate in {"detected", "nothing", "deflate", "seal hint"}
        assert tried.fate != "deflate" or kind.startswith(("container", "bytes"))
        assert tried.fate != "seal hint" or kind.startswith("seal: hint")


@pytest.mark.parametrize("kind", LEDGER_CLASSES)
def test_a_changed_ledger_is_noticed(world: World, kind: str) -> None:
    for seed in range(3):
        tried = tamper_campaign.try_ledger(world, kind, rng=chance(seed))
        assert tried.fate in {"detected", "nothing", "sqlite"}
        assert tried.fate != "sqlite" or kind.startswith("database: bit")


def test_the_honest_bundle_and_ledger_verify(world: World) -> None:
    found = tamper_campaign.verify(world.bundle, trust=world.trust, at=world.at, heads=[world.head])
    assert (found.result, list(found.problems), list(found.differences)) == ("verified", [], [])
    original = world.project / ".tierlock" / "ledger.db"
    assert tamper_campaign.verdict(original, world=world) is None


def test_a_verifier_that_sees_nothing_fails_the_campaign(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = tamper_campaign.verify(
        world.bundle, trust=world.trust, at=world.at, heads=[world.head]
    )

    def blind(*_: Any, **__: Any) -> Any:
        return honest

    monkeypatch.setattr(tamper_campaign, "verify", blind)
    tried = tamper_campaign.try_bundle(world, "record: score rewritten", rng=chance(1))
    assert tried.fate == "missed"
    monkeypatch.setattr(tamper_campaign, "make_world", lambda _: world)
    monkeypatch.setattr(sys, "argv", ["tamper_campaign.py", "--mutations", "40"])
    assert tamper_campaign.main() == 1


def test_one_seed_gives_one_campaign(world: World) -> None:
    first, second = (list(tamper_campaign.campaign(world, mutations=6, seed=5)) for _ in range(2))
    assert first == second
    lines = tamper_campaign.table(first)
    assert len(lines) == 1 + len({(one.kind, one.resealed) for one in first})
