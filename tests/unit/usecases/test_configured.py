"""How runs were made: known from reading their evidence, looked for again only where it decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import ImportFailed, digest
from tierlock.importers import Imports, import_logs, interface, places
from tierlock.store import ConfigurationStore
from tierlock.usecases.configured import read_configurations


def log_of(folder: Path, *prompts: str) -> Path:
    """Write a log whose attempts were given these system messages."""
    rows = [
        sample(str(number), messages=[{"role": "system", "content": text}])
        for number, text in enumerate(prompts)
    ]
    return write(folder, "a.eval", pack(members(rows, header(rows))))


@pytest.fixture(name="opened")
def count_opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened."""
    names: list[str] = []
    whole = places.open_content

    def counted(path: Any) -> Any:
        names.append(path.name)
        return whole(path)

    monkeypatch.setattr(interface, "open_content", counted)
    return names


def kept(imports: Imports, *, store: Path, part: str | None = None, whole: bool = False) -> str:
    """Return the one prompt that the history keeps of these runs."""
    read_configurations(imports, part=part, store=store, whole=whole).keep()
    (version,) = {one.version for one in ConfigurationStore(store).sightings()}
    return ConfigurationStore(store).get(version).settings["prompt"]


def test_a_log_is_not_opened_again_for_what_its_reading_showed(
    tmp_path: Path, opened: list[str]
) -> None:
    imports = import_logs([log_of(tmp_path, "Be brief.", "Be brief.")])
    opened.clear()
    assert kept(imports, store=tmp_path / "store") == "Be brief."
    assert opened == []


def test_where_every_attempt_decides_every_attempt_is_looked_at(
    tmp_path: Path, opened: list[str]
) -> None:
    path = log_of(tmp_path, "Be brief.")
    imports, store = import_logs([path]), tmp_path / "store"
    made = imports.read[0].imported.made[0].configuration
    assert made is not None
    ConfigurationStore(store).add([made], sightings=())
    opened.clear()
    assert kept(imports, store=store, part=digest(made)) == "Be brief."
    assert opened == ["a.eval"]
    log_of(tmp_path, "Be brief.", "Be long.")
    with pytest.raises(ImportFailed, match="changed while it was read"):
        read_configurations(imports, part=digest(made), store=store)


def test_a_log_whose_reading_showed_nothing_says_why(tmp_path: Path) -> None:
    rows = [sample("a", events={"no": "list"})]
    path = write(tmp_path, "a.eval", pack(members(rows, header(rows))))
    with pytest.raises(ImportFailed, match="events"):
        read_configurations(import_logs([path]), part=None, store=tmp_path / "store")
