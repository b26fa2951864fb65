"""Permits in files: which of several counts, and what is remembered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.permit.tokens import ASKED, AT, KEYS, PARTS, STRANGER, stated, token
from tierlock.core import InputError
from tierlock.integrations import Asked, PermitFiles, Refused, allowed_by
from tierlock.permit import read_seen, write_keys

WANTED = Asked(ASKED["action"], ASKED["surface"], ASKED["audience"], PARTS)


@pytest.fixture
def files(tmp_path: Path) -> PermitFiles:
    (tmp_path / "permits").mkdir()
    (tmp_path / "keys.json").write_text(write_keys(KEYS))
    made = PermitFiles(
        tmp_path / "permits",
        status=tmp_path / "status.json",
        keys=tmp_path / "keys.json",
        seen=tmp_path / "seen.json",
    )
    put(made, good=token())
    made.status.write_bytes(stated())
    return made


def put(files: PermitFiles, **tokens: bytes) -> None:
    for name, data in tokens.items():
        (files.permits / f"{name}.json").write_bytes(data)


def code_of(files: PermitFiles, asked: Asked = WANTED, *, at=AT) -> str:
    with pytest.raises(Refused) as caught:
        allowed_by(files, asked=asked, at=at)
    return caught.value.code


def test_one_that_holds_is_enough_wherever_it_lies(files: PermitFiles) -> None:
    put(files, a=b"damaged", b=token(audience="internal"), z=token(STRANGER))
    files.status.write_bytes(stated())
    allowed = files.check(WANTED, at=AT)
    assert allowed.until == AT + timedelta(days=1)
    assert read_seen(files.seen.read_bytes()).issued_at == AT


def test_the_most_telling_refusal_is_told(files: PermitFiles) -> None:
    late = AT + timedelta(days=2)
    files.status.write_bytes(stated(issued_at=late, expires_at=late + timedelta(hours=1)))
    put(files, a=token(audience="internal", expires_at=late + timedelta(days=1)))
    files.status.write_bytes(stated(issued_at=late, expires_at=late + timedelta(hours=1)))
    assert code_of(files, at=late) == "permit.expired"
    (files.permits / "good.json").unlink()
    assert code_of(files, at=late) == "permit.action"
    (files.permits / "a.json").unlink()
    assert code_of(files, at=late) == "integration.gate"


def test_an_older_status_is_refused_by_the_next_process_too(files: PermitFiles) -> None:
    older = files.status.read_bytes()
    later = AT + timedelta(minutes=5)
    files.status.write_bytes(stated(issued_at=later, standing=frozenset()))
    assert code_of(files, at=later) == "permit.unknown"
    files.status.write_bytes(older)
    again = PermitFiles(files.permits, status=files.status, keys=files.keys, seen=files.seen)
    assert code_of(again, at=later) == "permit.head"


def test_what_can_not_be_remembered_is_not_permitted(files: PermitFiles, tmp_path: Path) -> None:
    files.seen = tmp_path / "nowhere" / "seen.json"
    with pytest.raises(InputError):
        files.check(WANTED, at=AT)
    files.seen = tmp_path / "seen.json"
    files.seen.write_bytes(b"{}")
    assert code_of(files) == "permit.form"


def test_keys_and_status_are_no_permits(files: PermitFiles, tmp_path: Path) -> None:
    beside = PermitFiles(tmp_path, status=files.status, keys=files.keys, seen=files.seen)
    assert code_of(beside) == "integration.gate"
    (tmp_path / "one.json").write_bytes(token())
    files.status.write_bytes(stated())
    assert beside.check(WANTED, at=AT).says.startswith("permit sha256:")
    single = PermitFiles(
        tmp_path / "one.json", status=files.status, keys=files.keys, seen=files.seen
    )
    assert single.check(WANTED, at=AT)


def test_more_files_than_anybody_would_write_are_refused(files: PermitFiles) -> None:
    for number in range(1001):
        (files.permits / f"{number}.json").touch()
    assert code_of(files) == "input.file"
