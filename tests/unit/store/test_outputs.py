"""The output store: every text once, verified, and all of a run or nothing."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import InputError, IntegrityError
from tierlock.store import OutputStore, RunOf, SampleTexts, sample_key

RUN = RunOf("run-1", "/logs/a.eval", "bio", "m")


def texts(name: str, *, asked: str = "q", answered: str = "a", epoch: int = 1) -> SampleTexts:
    return SampleTexts(name, epoch, "check C", asked, answered, f"{asked}\n{answered}")


def other(run: str) -> RunOf:
    return RUN._replace(run=run)


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(tmp_path / "store")


def rows(tmp_path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(tmp_path / "store" / "outputs.db") as base:
        return base.execute(sql).fetchall()


def test_a_store_in_which_nothing_was_kept_says_so(store: OutputStore) -> None:
    with pytest.raises(InputError, match="no outputs were kept"):
        list(store.samples())


def test_what_is_kept_comes_back(store: OutputStore) -> None:
    assert store.add([texts("a"), texts("b", asked="naïve 模型"), texts("b", epoch=2)], of=RUN) == 3
    found = list(store.samples())
    assert [(each.id, each.epoch) for each in found] == [("a", 1), ("b", 1), ("b", 2)]
    assert store.text(found[1].asked) == "naïve 模型"
    assert store.text(found[1].transcript) == "naïve 模型\na"
    assert found[0].log == "/logs/a.eval"
    assert store.evaluations() == ("bio",)
    assert list(store.samples(runs=["run-2"])) == []


@given(st.text())
def test_any_text_has_the_digest_of_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    store = OutputStore(tmp_path_factory.mktemp("store"))
    store.add([texts("a", asked=text)], of=RUN)
    (sample,) = store.samples()
    whole = text.encode("utf-8", "backslashreplace")
    assert sample.asked == f"sha256:{hashlib.sha256(whole).hexdigest()}"
    assert store.text(sample.asked).encode() == whole


def test_a_text_of_many_samples_is_kept_once(store: OutputStore, tmp_path: Path) -> None:
    store.add((texts(str(number), asked="long " * 999) for number in range(50)), of=RUN)
    store.add([texts("0", asked="long " * 999)], of=other("run-2"))
    (count,) = rows(tmp_path, "SELECT count(*) FROM text")[0]
    assert count == 3
    (packed,) = rows(tmp_path, "SELECT length(packed) FROM text ORDER BY size DESC LIMIT 1")[0]
    assert int(str(packed)) < 200


def test_a_run_that_breaks_off_leaves_nothing(store: OutputStore) -> None:
    store.add([texts("a")], of=other("run-0"))

    def broken() -> Iterator[SampleTexts]:
        yield texts("a")
        raise InputError("input.file", "gone")

    with pytest.raises(InputError, match="gone"):
        store.add(broken(), of=RUN)
    assert [each.run for each in store.samples()] == ["run-0"]


def test_a_run_that_is_read_again_is_there_once(store: OutputStore) -> None:
    store.add([texts("a"), texts("b")], of=RUN)
    store.add([texts("a", answered="other")], of=RUN)
    (sample,) = store.samples()
    assert store.text(sample.answered) == "other"


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(number: int) -> int:
        own = OutputStore(tmp_path / "store")
        return own.add([texts(str(n)) for n in range(20)], of=other(f"run-{number}"))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(8))) == [20] * 8
    assert len(list(OutputStore(tmp_path / "store").samples())) == 160


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE text SET packed = x'00'",
        "UPDATE text SET packed = 'text'",
        "UPDATE text SET packed = NULL",
        "UPDATE text SET size = size + 1",
        "UPDATE text SET digest = 'sha256:' || substr(digest, 9) || '0'",
        "DELETE FROM text",
    ],
)
def test_a_text_that_was_changed_is_refused(
    store: OutputStore, tmp_path: Path, damage: str
) -> None:
    store.add([texts("a", asked="question")], of=RUN)
    (sample,) = store.samples()
    with sqlite3.connect(tmp_path / "store" / "outputs.db") as base:
        base.execute("PRAGMA ignore_check_constraints = on")
        if "NULL" in damage:
            base.executescript(
                "CREATE TABLE other (digest TEXT PRIMARY KEY, size INTEGER, packed BLOB);"
                "INSERT INTO other SELECT * FROM text; DROP TABLE text;"
                "ALTER TABLE other RENAME TO text"
            )
        base.execute(damage)
    with pytest.raises(IntegrityError, match="missing or was changed"):
        store.text(sample.asked)


def test_another_text_in_its_place_is_refused(store: OutputStore, tmp_path: Path) -> None:
    store.add([texts("a", asked="question")], of=RUN)
    (sample,) = store.samples()
    packed = zstandard.ZstdCompressor().compress(b"harmless")
    with sqlite3.connect(tmp_path / "store" / "outputs.db") as base:
        base.execute("UPDATE text SET packed = ?, size = 8", (packed,))
    with pytest.raises(IntegrityError):
        store.text(sample.asked)


def test_a_file_that_is_no_database_is_refused(store: OutputStore, tmp_path: Path) -> None:
    store.add([texts("a")], of=RUN)
    (tmp_path / "store" / "outputs.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(IntegrityError, match="damaged"):
        list(store.samples())


def test_only_its_owner_may_read_it(store: OutputStore, tmp_path: Path) -> None:
    store.add([texts("a")], of=RUN)
    mode = (tmp_path / "store" / "outputs.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("key", ["", "zz", "%", "_"])
def test_a_key_must_name_one_sample(store: OutputStore, key: str) -> None:
    store.add([texts("a"), texts("b")], of=RUN)
    with pytest.raises(InputError, match="key begins with"):
        store.sample(key)


def test_the_beginning_of_a_key_is_enough(store: OutputStore) -> None:
    store.add([texts("a"), texts("b")], of=RUN)
    key = sample_key("run-1", id="a", epoch=1)
    assert store.sample(key[:12]).id == store.sample(key).id == "a"


@given(
    st.tuples(st.text(), st.text(), st.integers(1, 50)),
    st.tuples(st.text(), st.text(), st.integers(1, 50)),
)
def test_attempts_that_differ_have_keys_that_differ(
    one: tuple[str, str, int], two: tuple[str, str, int]
) -> None:
    keys = {sample_key(run, id=name, epoch=epoch) for run, name, epoch in (one, two)}
    assert len(keys) == len({one, two})
