"""Reading logs again: what has not changed is not opened, and everything else is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import log
from tests.unit.importers.logs import header, members, pack, sample, write
from tests.unit.importers.test_remote import Site, site
from tierlock.core import Evidence, IntegrityError, Subject
from tierlock.importers import Imports, Reading, RemotePath, interface, places
from tierlock.store import ConfigurationStore, LocalStore, OutputStore
from tierlock.usecases import FileMemory, bare_project, ingest
from tierlock.usecases.remembering import Reread

__all__ = ["site"]  # the fixture
COUNT = 3


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does not wait until its files count as settled."""
    monkeypatch.setattr("tierlock.importers.places._SETTLED", 0)


class Bench:
    """A folder of logs and a store, with a count of the files that were opened."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logs = root / "logs"
        self.store = LocalStore(root / ".tierlock")
        self.project = bare_project(
            root, framework="asl/reference-1", subject=Subject(name="lab/model-1")
        )
        self.opened: list[str] = []
        whole = places.open_content

        def counted(path: Any) -> Any:
            self.opened.append(path.name)
            return whole(path)

        monkeypatch.setattr(interface, "open_content", counted)
        for number in range(COUNT):
            self.log(number)

    def log(self, number: int, values: str = "01", **changes: Any) -> Path:
        return log(self.logs, f"{number}.eval", values, eval_id=f"run-{number}", **changes)

    def read(self, reread: Reread = "changed", *, texts: bool = False) -> Imports:
        self.opened.clear()
        memory = FileMemory(self.store.folder, keep_outputs=texts, reread=reread)
        return Reading([self.logs], memory=memory).result()

    def ingest(self, reread: Reread = "changed", *, texts: bool = False) -> int:
        imports = self.read(reread, texts=texts)
        opened = list(self.opened)
        try:
            return ingest(
                imports,
                store=self.store,
                framework=self.project.framework,
                subject=self.project.subject,
                keep_outputs=texts,
            )
        finally:
            # What else is taken from a fresh log is not asked here.
            self.opened[:] = opened

    def stored(self) -> tuple[Evidence, ...]:
        return LocalStore(self.store.folder).evidence()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_unchanged_logs_are_not_opened_and_count_as_before(bench: Bench) -> None:
    assert bench.ingest() == 0
    assert len(bench.opened) == COUNT
    before = bench.stored()
    assert bench.ingest() == COUNT
    assert bench.opened == []
    assert bench.stored() == before
    again = bench.read()
    assert (again.files, again.evidence) == (COUNT, ())
    assert again.subjects == {"lab/model-1"}


def test_a_new_log_and_a_changed_one_are_read(bench: Bench) -> None:
    bench.ingest()
    bench.log(7)
    assert bench.ingest() == COUNT
    assert bench.opened == ["7.eval"]
    path = bench.log(0, "11")
    with pytest.raises(IntegrityError):
        bench.ingest()
    assert bench.opened == [path.name]


def test_the_times_of_the_old_content_do_not_hide_a_new_one(bench: Bench) -> None:
    path = bench.logs / "0.eval"
    os.utime(path, (1e9, 1e9))
    bench.ingest()
    size = path.stat().st_size
    time.sleep(0.02)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    os.utime(path, (1e9, 1e9))
    assert path.stat().st_size == size
    with pytest.raises(Exception, match="complete zip"):
        bench.ingest()


def test_another_file_under_the_old_name_is_read(bench: Bench) -> None:
    bench.ingest()
    other = write(bench.logs, ".other", (bench.logs / "0.eval").read_bytes())
    other.replace(bench.logs / "0.eval")
    assert bench.ingest() == COUNT
    assert bench.opened == ["0.eval"]


def test_without_its_record_a_log_is_read_again(bench: Bench) -> None:
    bench.ingest()
    record = next((bench.store.folder / "evidence").glob("*.json"))
    record.unlink()
    bench.ingest()
    assert len(bench.opened) == 1
    assert record.exists()


def test_a_changed_record_is_noticed_although_its_log_is_not_read(bench: Bench) -> None:
    bench.ingest()
    record = next((bench.store.folder / "evidence").glob("*.json"))
    record.write_bytes(record.read_bytes().replace(b"lab/model-1", b"lab/model-2"))
    with pytest.raises(IntegrityError):
        bench.ingest()


def test_digests_are_compared_when_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ingest()
    bench.read("digest")
    assert sorted(bench.opened) == ["0.eval", "1.eval", "2.eval"]
    assert bench.ingest("digest") == COUNT
    # Without the times a change shows in the digest alone.
    monkeypatch.setattr("tierlock.importers.places.time.time_ns", lambda: 10**30)
    monkeypatch.setattr("tierlock.usecases.remembering.digest_of", lambda _: "sha256:other")
    assert len(bench.read("digest").evidence) == COUNT


def test_all_are_read_when_asked(bench: Bench) -> None:
    bench.ingest()
    assert len(bench.read("all").evidence) == COUNT


def test_logs_whose_texts_are_owed_are_read_again_and_only_once(bench: Bench) -> None:
    bench.ingest()
    assert bench.ingest(texts=True) == COUNT
    assert len(bench.opened) == COUNT
    assert OutputStore(bench.store.folder).runs() == {"run-0", "run-1", "run-2"}
    assert bench.ingest(texts=True) == COUNT
    assert bench.opened == []


def test_texts_that_are_gone_are_read_again(bench: Bench) -> None:
    bench.ingest(texts=True)
    kept = bench.store.folder / "outputs.db"
    with closing(sqlite3.connect(kept)) as base, base:
        base.execute("DELETE FROM sample WHERE run = 'run-1'")
    bench.ingest(texts=True)
    assert bench.opened == ["1.eval"]
    kept.unlink()
    bench.ingest(texts=True)
    assert len(bench.opened) == COUNT
    assert OutputStore(bench.store.folder).runs() == {"run-0", "run-1", "run-2"}


def test_texts_of_an_earlier_state_of_a_log_do_not_count(bench: Bench) -> None:
    bench.ingest(texts=True)
    path = bench.logs / "1.eval"
    write(bench.logs, ".other", path.read_bytes()).replace(path)
    bench.ingest()
    assert bench.opened == ["1.eval"]
    bench.ingest(texts=True)
    assert bench.opened == ["1.eval"]


def test_damaged_texts_are_no_reason_to_recognise_a_log(bench: Bench) -> None:
    bench.ingest(texts=True)
    (bench.store.folder / "outputs.db").write_bytes(b"no database" * 100)
    with pytest.raises(IntegrityError):
        bench.ingest(texts=True)


def test_without_its_list_of_how_runs_were_made_every_log_is_read_again(bench: Bench) -> None:
    bench.ingest()
    history = ConfigurationStore(bench.store.folder)
    before = {one.run_id for one in history.sightings()}
    assert before == {"run-0", "run-1", "run-2"}
    shutil.rmtree(bench.store.folder / "configurations")
    bench.ingest()
    assert len(bench.opened) == COUNT
    assert {one.run_id for one in history.sightings()} == before
    bench.ingest()
    assert bench.opened == []


def test_a_file_touched_just_now_is_not_remembered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierlock.importers.places._SETTLED", 10**12)
    bench.ingest()
    bench.ingest()
    assert len(bench.opened) == COUNT


def test_omissions_are_told_again(bench: Bench) -> None:
    path = bench.log(5)
    text = write(bench.logs, "notes.txt", b"no log")
    rows = [sample(1, scores={})]
    path.write_bytes(pack(members(rows, header(rows, eval={"eval_id": "run-5"}))))
    bench.ingest()
    first = bench.read("all").omissions
    assert [one.code for one in first] == ["file.not-a-log", "log.unscored"]
    assert bench.read().omissions == first
    assert bench.opened == [text.name]


def test_a_format_of_several_files_is_always_read(bench: Bench) -> None:
    table = "subject,evaluation,run_id,sample_id,value,measured_at\nm,e,r,1,1,2026-01-01\n"
    write(bench.logs, "t.csv", table)
    bench.ingest()
    bench.ingest()
    assert set(bench.opened) == {"t.csv"}


# -- logs on a server ---------------------------------------------------------------------------


def serve(site: Site, bench: Bench, name: str = "0.eval", *, tag: str = '"one"') -> RemotePath:
    site.files[f"/{name}"] = (bench.logs / name).read_bytes()
    site.headers = {"ETag": tag, "Last-Modified": "Mon, 02 Mar 2026 12:00:00 GMT"}
    return RemotePath(f"{site.url}/{name}")


def fetch(bench: Bench, *urls: RemotePath, reread: Reread = "changed") -> list[str]:
    """Take in what lies there, and return the names of the logs that were read."""
    memory = FileMemory(bench.store.folder, keep_outputs=False, reread=reread)
    imports = Reading(urls, memory=memory).result()
    project = bench.project
    ingest(imports, store=bench.store, framework=project.framework, subject=project.subject)
    return [one.place.name for one in imports.read]


def test_a_log_on_a_server_is_read_again_only_under_another_tag(bench: Bench, site: Site) -> None:
    url = serve(site, bench)
    assert fetch(bench, url) == ["0.eval"]
    site.sent = 0
    assert fetch(bench, url) == []
    assert site.sent == 0  # not a byte of it
    assert fetch(bench, serve(site, bench, tag='"two"')) == ["0.eval"]
    assert [one.run_id for one in bench.stored()] == ["run-0"]


def test_another_content_under_another_tag_is_noticed(bench: Bench, site: Site) -> None:
    url = serve(site, bench)
    fetch(bench, url)
    bench.log(0, "11")
    serve(site, bench, tag='"two"')
    with pytest.raises(IntegrityError):
        fetch(bench, url)


@pytest.mark.parametrize("reread", ["digest", "all"])
def test_a_log_on_a_server_is_read_whole_when_asked(
    bench: Bench, site: Site, reread: Reread
) -> None:
    url = serve(site, bench)
    fetch(bench, url)
    assert fetch(bench, url, reread=reread) == ["0.eval"]


def test_a_log_without_a_strong_tag_is_always_read(bench: Bench, site: Site) -> None:
    url = serve(site, bench, tag='W/"one"')
    assert fetch(bench, url) == ["0.eval"]
    assert fetch(bench, url) == ["0.eval"]


def test_two_urls_that_look_the_same_are_not_taken_for_each_other(bench: Bench, site: Site) -> None:
    url = serve(site, bench)
    fetch(bench, url)
    other = RemotePath(f"{url.url}?version=2")
    assert fetch(bench, url, other) == ["0.eval"]
    assert fetch(bench, other) == ["0.eval"]
