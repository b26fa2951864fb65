"""What only a team's store can do, and what it must refuse: other subjects, damage, versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.acceptance.small import AT as SMALL_AT
from tests.acceptance.small import TEXT
from tests.unit.store.evidence import AT, A, B, evidence, register
from tests.unit.store.teams import add, made
from tierlock.core import (
    Determination,
    InputError,
    IntegrityError,
    Plan,
    SpentAlpha,
    Subject,
    digest,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import determine
from tierlock.store import (
    Held,
    LocalStore,
    TeamDatabase,
    TeamStore,
    TeamSubjects,
    TeamViews,
    take_over,
)

RULES = parse_framework(TEXT.encode(), name="small.yaml")


@pytest.fixture
def database(url: str) -> TeamDatabase:
    return made(url)


@pytest.fixture
def store(database: TeamDatabase, tmp_path: Path) -> TeamStore:
    return add(database, tmp_path)


def determination(name: str, *, minutes: int = 0) -> Determination:
    plan = Plan(framework=digest(RULES), subject=name, sealed_at=AT, declared="before")
    at = SMALL_AT + timedelta(minutes=minutes)
    return determine(RULES, plan, (), subject=Subject(name=name), at=at)


def spent(weights: str = A, *, lineage: str = "model-1", minutes: int = 0) -> SpentAlpha:
    at = AT + timedelta(minutes=minutes)
    return SpentAlpha(threshold="line", lineage=lineage, weights=weights, spent_at=at)


# -- a team ---------------------------------------------------------------------------------------


def test_subjects_do_not_see_each_other(store: TeamStore, tmp_path: Path) -> None:
    other = add(store.database, tmp_path, name="model-2")
    store.ingest([evidence()], register=register)
    store.add_plan(Plan(framework=A, subject="model-1", sealed_at=AT, declared="before"))
    store.add_determination(determination("model-1"))
    assert (other.evidence(), other.runs(), other.plans()) == ((), (), ())
    assert other.determinations() == ()
    # The same run in another subject's store is that store's own.
    assert other.ingest([evidence(values=(1.0, 1.0))], register=register).added
    assert store.evidence() == (evidence(),)


def test_a_lineage_has_one_account(store: TeamStore, tmp_path: Path) -> None:
    child = add(store.database, tmp_path, name="child", parent="model-1")
    stranger = add(store.database, tmp_path, name="stranger")
    store.spend([spent()])
    assert child.history() == store.history() == (spent(),)
    assert stranger.history() == ()
    child.spend([spent(minutes=5), spent(B)])
    # The first entry stands, whoever made it.
    assert set(store.history()) == {spent(), spent(B)}


def test_a_child_finds_what_its_parent_recorded(store: TeamStore, tmp_path: Path) -> None:
    child = add(store.database, tmp_path, name="child", parent="model-1")
    found = [determination("model-1", minutes=n) for n in (3, 1)]
    for one in found:
        store.add_determination(one)
    child.add_determination(determination("child"))
    assert child.determinations(subject="model-1") == (found[1], found[0])
    assert store.determinations(subject="child") == (determination("child"),)
    assert child.determinations() == (determination("child"),)


def test_what_is_news_and_what_is_not(store: TeamStore, tmp_path: Path) -> None:
    subjects = TeamSubjects(store.database)
    child = add(store.database, tmp_path, name="child", parent="model-1")
    add(store.database, tmp_path, name="stranger")
    line = '{"payload":"e30=","payloadType":"a/b","signatures":[{"keyid":"k","sig":"c2ln"}]}'
    plan = Plan(framework=A, subject="model-1", sealed_at=AT, declared="before")
    changes: list[tuple[Callable[[], object], set[str]]] = [
        (lambda: store.ingest([evidence()], register=register), {"model-1", "child"}),
        (lambda: store.ingest([evidence()], register=register), set()),
        (lambda: store.register(register([evidence("run-9")])), {"model-1", "child"}),
        (lambda: store.register(register([evidence("run-9")])), set()),
        (lambda: store.add_plan(plan), {"model-1", "child"}),
        (lambda: store.add_plan(plan), set()),
        (lambda: store.add_signed(line.encode()), {"model-1", "child"}),
        (lambda: store.note_logged([line.encode()]), set()),
        (lambda: child.spend([spent()]), {"model-1", "child"}),
        (lambda: store.spend([spent()]), set()),
        (lambda: store.add_determination(determination("model-1")), {"child"}),
        (lambda: store.add_determination(determination("model-1")), set()),
        (lambda: child.add_determination(determination("child")), set()),
        (lambda: child.add_determination(determination("model-1", minutes=9)), {"child"}),
        (lambda: TeamViews(store.database).keep("model-1", name="v", state="s", data=b"d"), set()),
    ]  # fmt: skip
    names = ("model-1", "child", "stranger")
    for number, (change, news) in enumerate(changes):
        before = {name: subjects.state(name) for name in names}
        change()
        moved = {name for name in names if subjects.state(name) != before[name]}
        assert moved == news, number


def test_documents_keep_every_version(database: TeamDatabase, tmp_path: Path) -> None:
    subjects = TeamSubjects(database)
    held = Held("m", "m", ("f",), "m", None, ("other",))
    texts = [b"one", b"two", b"two", None, b"one"]
    for number, data in enumerate(texts):
        subject = subjects.put(
            held, documents={"statements": data}, author=f"p{number}", at=str(number)
        )
    versions = subjects.documents(subject.id)
    assert [(one.number, one.author) for one in versions] == [
        (1, "p0"), (2, "p1"), (3, "p3"), (4, "p4"),
    ]  # fmt: skip
    assert [one.digest and subjects.document(one.digest) for one in versions] == [
        b"one", b"two", "", b"one",
    ]  # fmt: skip
    before = subjects.state("m")
    subjects.put(held, documents={"statements": b"one"}, author="p9", at="9")
    assert subjects.state("m") == before
    subjects.put(held._replace(names=()), documents={}, author="p9", at="9")
    assert subjects.state("m") != before
    assert (subjects.named("other"), len(subjects.named("m"))) == ([], 1)


@pytest.mark.parametrize("held", [("m", "other"), ("other", "m")], ids=["slug", "name"])
def test_a_name_and_an_address_are_one_subject_s(
    database: TeamDatabase, held: tuple[str, str]
) -> None:
    subjects = TeamSubjects(database)
    subjects.put(Held("m", "m", ("f",), "m"), documents={}, author="a", at="1")
    with pytest.raises(InputError) as caught:
        subjects.put(Held(*held, ("f",), "m"), documents={"x": b"y"}, author="a", at="1")
    assert caught.value.code == "team.subject"
    assert subjects.count() == 1


def test_what_is_searched_is_no_pattern(database: TeamDatabase, tmp_path: Path) -> None:
    for name in ("a_b", "axb", "100%", "Straße"):
        slug = f"s{len(name)}-{ord(name[1])}"
        held = Held(slug, name, ("f",), name)
        TeamSubjects(database).put(held, documents={}, author="a", at="1")

    def search(what: str) -> list[str]:
        found = TeamSubjects(database).page(after="", limit=9, search=what)
        return sorted(one.subject.name for one in found)

    assert search("a_b") == ["a_b"]
    assert search("%") == ["100%"]
    assert search("STRASSE") == ["Straße"]
    assert search("A") == ["Straße", "a_b", "axb"]


def test_one_transaction_for_many(database: TeamDatabase, tmp_path: Path) -> None:
    with database.together():
        for number in range(20):
            one = add(database, tmp_path, name=f"m-{number:02}")
            one.ingest([evidence(f"run-{number}")], register=register)
    assert TeamSubjects(database).count() == 20

    def contradict() -> None:
        with database.together():
            add(database, tmp_path, name="never")
            one.ingest([evidence("run-19", (1.0, 1.0))], register=register)

    with pytest.raises(IntegrityError):
        contradict()
    assert TeamSubjects(database).named("never") == []


def test_a_part_that_fails_leaves_nothing_also_where_its_error_is_caught(
    store: TeamStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IntegrityError("integrity.digest", "no")

    with store.database.together():
        monkeypatch.setattr(store, "bump", fail)
        with pytest.raises(IntegrityError):
            store.ingest([evidence()], register=register)
    assert (store.evidence(), store.runs()) == ((), ())


# -- damage ---------------------------------------------------------------------------------------


def tamper(database: TeamDatabase, table: str, statement: str) -> None:
    """Change rows as somebody would who means to: the triggers go first."""
    with database.writing() as connection:
        if database.is_sqlite:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_keep ON {table}"))
        connection.execute(text(statement))


FILLED = ("team_evidence", "team_lines", "team_alpha", "team_determinations", "team_documents",
          "team_blobs")  # fmt: skip


def filled(store: TeamStore) -> None:
    store.ingest([evidence(), evidence("run-2")], register=register)
    store.spend([spent()])
    store.add_determination(determination("model-1"))


@pytest.mark.parametrize("verb", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", FILLED)
def test_rows_stay_as_they_are(store: TeamStore, table: str, verb: str) -> None:
    filled(store)
    with pytest.raises(InputError) as caught, store.database.writing() as connection:
        connection.execute(text(verb.format(table)))
    assert caught.value.code == "input.store"
    assert "append-only" in caught.value.message


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("team_evidence", "data = (SELECT data FROM team_evidence ORDER BY id LIMIT 1)"),
        ("team_evidence", "data = substr(data, 1, 20)"),
        ("team_evidence", "data = substr(data, 1, 0)"),
        ("team_evidence", "content = digest"),
        ("team_evidence", "digest = content"),
        ("team_lines", "data = (SELECT data FROM team_lines ORDER BY id LIMIT 1)"),
        ("team_lines", "digest = 'sha256:00'"),
        ("team_alpha", "digest = 'sha256:00'"),
        ("team_determinations", "digest = 'sha256:00'"),
    ],
)
def test_a_changed_row_is_an_integrity_failure(store: TeamStore, table: str, change: str) -> None:
    filled(store)
    tamper(store.database, table, f"UPDATE {table} SET {change}")  # noqa: S608  # of this test
    read = {
        "team_evidence": store.evidence,
        "team_lines": store.runs,
        "team_alpha": store.history,
        "team_determinations": store.determinations,
    }[table]
    with pytest.raises(IntegrityError) as caught:
        read()
    assert caught.value.code == "integrity.digest"
    assert caught.value.hint


def test_two_rows_of_one_run_that_contradict_each_other(store: TeamStore, tmp_path: Path) -> None:
    other = add(store.database, tmp_path, name="model-2")
    store.ingest([evidence(values=(1.0, 1.0))], register=register)
    other.ingest([evidence(values=(0.0, 0.0))], register=register)
    tamper(store.database, "team_evidence", "UPDATE team_evidence SET subject_id = 1")
    with pytest.raises(IntegrityError) as caught:
        store.evidence()
    assert caught.value.code == "integrity.run-conflict"


# -- taking a folder over -------------------------------------------------------------------------


def local(folder: Path) -> LocalStore:
    found = LocalStore(folder)
    going = evidence(values=(0.0,), status="started", planned_samples=2)
    found.ingest([going, evidence("run-2")], register=register)
    found.ingest([evidence(planned_samples=2)], register=register)
    found.add_plan(Plan(framework=A, subject="model-1", sealed_at=AT, declared="before"))
    found.spend([spent()])
    found.add_determination(determination("model-1"))
    found.note_logged([b"x"])
    return found


def test_everything_is_taken_once(store: TeamStore, tmp_path: Path) -> None:
    source = local(tmp_path / "local")
    taken = take_over(store, local=source)
    assert (taken.evidence, taken.runs, taken.plans, taken.alpha, taken.determinations) == (
        3, 3, 1, 1, 1,
    )  # fmt: skip
    for question in ("evidence", "runs", "plans", "history", "logged", "determinations"):
        assert getattr(store, question)() == getattr(source, question)()
    before = TeamSubjects(store.database).state("model-1")
    assert take_over(store, local=source) == taken
    assert TeamSubjects(store.database).state("model-1") == before
    source.ingest([evidence("run-3")], register=register)
    take_over(store, local=source)
    assert store.evidence() == source.evidence()
    assert store.runs() == source.runs()


def test_a_contradiction_takes_nothing(store: TeamStore, tmp_path: Path) -> None:
    store.ingest([evidence(values=(1.0, 1.0))], register=register)
    before = (store.evidence(), store.runs(), store.plans(), store.history())
    with pytest.raises(IntegrityError) as caught:
        take_over(store, local=local(tmp_path / "local"))
    assert caught.value.code == "integrity.run-conflict"
    assert (store.evidence(), store.runs(), store.plans(), store.history()) == before


def test_what_is_lost_on_the_way_is_noticed(
    store: TeamStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = local(tmp_path / "local")
    monkeypatch.setattr("tierlock.store.team_taking._add_determinations", lambda *_: False)
    with pytest.raises(IntegrityError) as caught:
        take_over(store, local=source)
    assert caught.value.code == "team.differs"
    assert (store.evidence(), store.runs()) == ((), ())


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "http://h",
     "postgresql://u:secret@h:port/d"],
)  # fmt: skip
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(InputError) as caught:
        TeamDatabase(url)
    assert caught.value.code == "input.store"
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    database = TeamDatabase("postgresql://u:secret@127.0.0.1:1/d?options=secret")
    assert "secret" not in database.where
    with pytest.raises(InputError) as caught, database.reading():
        pass
    assert caught.value.code == "input.store"
    assert "secret" not in str(caught.value)
