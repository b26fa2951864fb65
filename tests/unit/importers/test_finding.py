"""Finding logs: nothing twice, nothing left out without a word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import ImportFailed
from tierlock.importers import Limits, find_logs

LOG = pack(members([sample(1)]))
DOCUMENT = {**header([sample(1)]), "samples": [sample(1)]}


def found(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    paths, omissions = find_logs([folder])
    names = [Path(str(path)).relative_to(folder).as_posix() for path in paths]
    return names, [(o.code, Path(o.what).relative_to(folder).as_posix()) for o in omissions]


def test_folders_are_searched_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b/2.eval", "b/1.eval", "a/x.eval", "z.eval"):
        write(tmp_path, name, LOG)
    write(tmp_path, "a/y.json", DOCUMENT)
    assert found(tmp_path) == (["z.eval", "a/x.eval", "a/y.json", "b/1.eval", "b/2.eval"], [])


def test_what_accompanies_logs_is_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, "a.eval", LOG)
    for name in (
        "logs.json", "listing.json", "eval-set.json", ".eval-set-id", "README.md", "LICENSE",
        ".hidden/b.eval",
    ):  # fmt: skip
        write(tmp_path, name, "x")
    assert found(tmp_path) == (["a.eval"], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", "hello"),
        ("other.json", '{"a": 1}'),
        ("framework.yaml", "name: x"),
        ("table.csv", "a,b\n1,2\n"),
        ("x.jsonl", '{"a": 1}\n'),
        ("picture.png", "\x89PNG"),
        ("empty.json", ""),
    ],
)
def test_any_other_file_is_an_omission(name: str, content: str, tmp_path: Path) -> None:
    write(tmp_path, "a.eval", LOG)
    write(tmp_path, name, content)
    assert found(tmp_path) == (["a.eval"], [("file.not-a-log", name)])


def test_a_damaged_log_is_found_so_that_reading_it_fails(tmp_path: Path) -> None:
    write(tmp_path, "damaged.eval", "not a zip")
    assert found(tmp_path) == (["damaged.eval"], [])


def test_a_file_named_by_hand_is_taken_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, "logs.json", "x")
    assert find_logs([path]) == ([path], ())


def test_shards_of_a_merged_log_are_not_counted_again(tmp_path: Path) -> None:
    for name in ("run.eval", "run.shards/0/s.eval", "run.shards/1/s.eval"):
        write(tmp_path, name, LOG)
    assert found(tmp_path) == (["run.eval"], [("file.shard", "run.shards")])


def test_shards_whose_merge_never_happened_are_logs(tmp_path: Path) -> None:
    for name in ("run.shards/0/s.eval", "run.shards/1/s.eval"):
        write(tmp_path, name, LOG)
    assert found(tmp_path) == (["run.shards/0/s.eval", "run.shards/1/s.eval"], [])


def test_symbolic_links_in_folders_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/o.eval", LOG)
    folder = tmp_path / "logs"
    write(folder, "a.eval", LOG)
    (folder / "link.eval").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    assert found(folder) == (
        ["a.eval"],
        [("file.symlink", "linked"), ("file.symlink", "link.eval")],
    )


def test_one_file_under_two_names_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.eval", LOG)
    link = tmp_path / "b.eval"
    link.symlink_to(path)
    assert find_logs([link, path, tmp_path])[0] == [link]


@pytest.mark.parametrize(
    ("companion", "results"),
    [
        ("samples_task_2026-01-01.jsonl", "results_2026-01-01.json"),
        ("abc_samples.jsonl", "abc.json"),
    ],
)
def test_companions_belong_to_their_results(companion: str, results: str, tmp_path: Path) -> None:
    write(tmp_path, companion, "{}")
    assert found(tmp_path)[1] == [("file.companion", companion), ("folder.no-logs", ".")]
    write(tmp_path, results, '{"results": {}, "configs": {}}')
    assert found(tmp_path) == ([results], [])


def test_an_empty_folder_is_an_omission(tmp_path: Path) -> None:
    assert found(tmp_path) == ([], [("folder.no-logs", ".")])


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="no such") as caught:
        find_logs([tmp_path / "missing"])
    assert caught.value.code == "input.file"


def test_a_folder_with_too_many_entries_is_refused(tmp_path: Path) -> None:
    for name in ("a.eval", "b.eval", "c/d.eval"):
        write(tmp_path, name, LOG)
    with pytest.raises(ImportFailed, match="more than 3") as caught:
        find_logs([tmp_path], limits=Limits(entries=3))
    assert caught.value.code == "import.limit"


def test_a_folder_that_can_not_be_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.eval", LOG)
    closed = tmp_path / "closed"
    closed.mkdir()
    scandir = os.scandir

    def guarded(path: str) -> Any:
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))
        return scandir(path)

    monkeypatch.setattr("os.scandir", guarded)
    with pytest.raises(ImportFailed, match="permission denied") as caught:
        find_logs([tmp_path])
    assert caught.value.location == str(closed)


def test_a_pipe_does_not_block_the_search(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert found(tmp_path)[1] == [("file.not-a-log", "pipe.json"), ("folder.no-logs", ".")]
