"""A team's workspace: what it finds, opens and keeps, and when its state changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.projects import tierlock
from tests.unit.store.conftest import server, url
from tierlock.core import InputError, IntegrityError, Lineage
from tierlock.ledger import open_ledger
from tierlock.usecases import (
    Statements,
    TeamProject,
    TeamSettings,
    TeamWorkspace,
    ask,
    backup_team,
    check_team,
    load_project,
    record,
    restore_team,
    take_folder,
)
from tierlock.usecases.project import SubjectFile
from tierlock.usecases.workspace import Workspace

__all__ = ["server", "url"]

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2026, 11, 23, tzinfo=UTC)
LATER = datetime(2026, 11, 24, tzinfo=UTC)
WEIGHTS = f"sha256:{'c' * 64}"


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with evidence, a determination and a ledger."""
    folder = tmp_path_factory.mktemp("project") / "first-release"
    shutil.copytree(ROOT / "examples" / "first-release", folder)
    ran = tierlock("assess", "logs/release-1", "--at", "2026-11-22T12:00:00Z", cwd=folder)
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def project(assessed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(assessed, tmp_path / "project"))


@pytest.fixture
def workspace(url: str, tmp_path: Path) -> Iterator[TeamWorkspace]:
    found = TeamWorkspace(url, data=tmp_path / "data", create=True)
    yield found
    found.close()


def described(name: str = "Model 1", **fields: object) -> TeamProject:
    subject = SubjectFile.model_validate({"name": name, **fields})
    return TeamProject(settings=TeamSettings(framework="asl/reference-1", subject=subject))


# -- a folder taken in ----------------------------------------------------------------------------


def test_it_answers_as_the_folder_did(workspace: TeamWorkspace, project: Path) -> None:
    done = take_folder(workspace, folder=project, author="ann", at=AT)
    assert (done.listed.slug, done.taken.evidence, done.taken.alpha) == ("small-model-1", 4, 5)
    local, team = load_project(project), workspace.open("small-model-1")
    assert (team.framework, team.subject, team.statements, team.action) == (
        local.framework, local.subject, local.statements, local.action,
    )  # fmt: skip
    ours = ask(team, at=AT, action=team.action)
    theirs = ask(local, at=AT, action=local.action)
    assert ours == theirs
    with open_ledger(local.ledger) as one, open_ledger(team.ledger) as two:
        assert list(one.entries()) == list(two.entries())
        assert (one.origin, done.root) == (two.origin, two.root(two.size()))
    state = workspace.state("small-model-1")
    record(team, answer=ours)
    # What was asked and recorded is no news: else no answer could ever be kept.
    assert workspace.state("small-model-1") == state
    assert [one.author for one in workspace.documents("small-model-1")] == ["ann", "ann"]


def test_the_further_frameworks_of_a_folder_are_taken_too(
    workspace: TeamWorkspace, project: Path
) -> None:
    file = project / "tierlock.yaml"
    file.write_text(file.read_text() + "also_under: [anthropic/rsp-2.2]\n")
    done = take_folder(workspace, folder=project, author="ann", at=AT)
    assert "anthropic/rsp-2.2" in done.listed.frameworks


def test_a_folder_that_has_grown_is_taken_again(workspace: TeamWorkspace, project: Path) -> None:
    first = take_folder(workspace, folder=project, author="ann", at=AT)
    state = workspace.state("small-model-1")
    assert take_folder(workspace, folder=project, author="bob", at=LATER) == first
    assert workspace.state("small-model-1") == state
    local = load_project(project)
    record(local, answer=ask(local, at=AT, action=local.action))
    again = take_folder(workspace, folder=project, author="bob", at=LATER)
    assert again.taken.determinations == 2
    assert (again.entries or 0) > (first.entries or 0)
    assert check_team(workspace, at=LATER).entries == again.entries


def test_two_ledgers_that_have_both_grown_are_refused(
    workspace: TeamWorkspace, project: Path
) -> None:
    take_folder(workspace, folder=project, author="ann", at=AT)
    for one, at in ((load_project(project), AT), (workspace.open("small-model-1"), LATER)):
        record(one, answer=ask(one, at=at, action=one.action))
    with pytest.raises(IntegrityError) as caught:
        take_folder(workspace, folder=project, author="ann", at=LATER)
    assert caught.value.code == "ledger.inconsistent"


def test_a_damaged_folder_is_not_taken(workspace: TeamWorkspace, project: Path) -> None:
    path = next((project / ".tierlock" / "evidence").glob("*.json"))
    path.write_bytes(path.read_bytes().replace(b"1.0", b"0.0"))
    with pytest.raises(IntegrityError):
        take_folder(workspace, folder=project, author="ann", at=AT)
    assert workspace.count() == 0


def test_the_name_of_another_is_refused_before_anything_is_written(
    workspace: TeamWorkspace, project: Path
) -> None:
    workspace.put(described("other"), author="ann", at=AT)
    with pytest.raises(InputError) as caught:
        take_folder(workspace, folder=project, author="ann", at=AT, slug="other")
    assert caught.value.code == "team.subject"
    assert not (workspace.data / "other").exists()


# -- subjects by API ------------------------------------------------------------------------------


def test_subjects_are_found_by_every_name(workspace: TeamWorkspace) -> None:
    shown: Workspace = workspace  # it is what a server works with
    workspace.put(
        described(known_as=("m1", "shared"), parts={"weights": WEIGHTS}), author="a", at=AT
    )
    workspace.put(described("Model 2", known_as=("shared", "model-1")), author="a", at=AT)
    for name in ("model-1", "Model 1", "m1", WEIGHTS):
        assert shown.find(name).slug == "model-1"
    with pytest.raises(InputError) as caught:
        shown.find("shared")
    assert caught.value.code == "input.subject"
    for do in (shown.find, shown.open, shown.state):
        with pytest.raises(InputError) as caught:
            do("nobody")
        assert caught.value.code == "input.not-found"


def test_pages_of_subjects(workspace: TeamWorkspace) -> None:
    with workspace.together():
        for number in range(25):
            workspace.put(described(f"Model {number:02}"), author="a", at=AT)
    seen: list[str] = []
    while page := workspace.list_subjects(after=seen[-1] if seen else "", limit=10):
        seen += [one.slug for one in page]
    assert seen == [f"model-{number:02}" for number in range(25)]
    assert [one.name for one in workspace.list_subjects(search="MODEL 07")] == ["Model 07"]
    assert workspace.count() == 25


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"framework": "asl/no-such"}, "framework.unknown"),
        ({"framework": "/etc/passwd.yaml"}, "input.not-found"),
        ({"also_under": ("x.yaml",)}, "input.not-found"),
        ({"subject": SubjectFile(name="m", parts={"weights": "file:w.bin"})}, "input.subject"),
    ],
)
def test_what_a_team_store_does_not_take(
    workspace: TeamWorkspace, change: dict[str, object], code: str
) -> None:
    settings = described().settings.model_copy(update=change)
    with pytest.raises(InputError) as caught:
        workspace.put(TeamProject(settings=settings), author="a", at=AT)
    assert caught.value.code == code
    assert workspace.count() == 0


@pytest.mark.parametrize("slug", ["", ".", "..", "../x", "a/b", "A", "a b", "é", "x" * 101])
def test_an_address_is_also_a_folder(workspace: TeamWorkspace, slug: str) -> None:
    if slug:
        with pytest.raises(InputError) as caught:
            workspace.put(described(), author="a", at=AT, slug=slug)
        assert caught.value.code == "input.schema"
    assert workspace.put(described("../../x"), author="a", at=AT).slug == "x"


def test_frameworks_beside_its_own(workspace: TeamWorkspace) -> None:
    settings = described().settings.model_copy(update={"also_under": ("anthropic/rsp-2.2",)})
    listed = workspace.put(TeamProject(settings=settings), author="a", at=AT)
    assert listed.frameworks == ("asl/reference-1", "anthropic/rsp-2.2")
    assert workspace.open("model-1", framework="anthropic/rsp-2.2").framework.version == "2.2"
    assert workspace.open("model-1").framework.name == "asl/reference-1"
    with pytest.raises(InputError) as caught:
        workspace.open("model-1", framework="/etc/passwd.yaml")
    assert caught.value.code == "input.not-found"


def test_a_framework_file_of_ones_own(workspace: TeamWorkspace) -> None:
    from tests.acceptance.small import TEXT

    settings = described().settings.model_copy(update={"framework": "test/small-1"})
    own = TeamProject(settings=settings, framework_file=TEXT)
    workspace.put(own, author="a", at=AT)
    assert workspace.open("model-1").framework.title == "Small"
    wrong = own.model_copy(update={"settings": described().settings})
    with pytest.raises(InputError):
        workspace.put(wrong, author="a", at=AT)


def test_documents_that_are_taken_away(workspace: TeamWorkspace) -> None:
    stated = described().model_copy(
        update={"statements": Statements(subject="Model 1", complete_as_of=AT)}
    )
    workspace.put(stated, author="a", at=AT)
    assert workspace.open("model-1").statements == stated.statements
    state = workspace.state("model-1")
    workspace.put(described(), author="b", at=LATER)
    assert workspace.open("model-1").statements == Statements(subject="Model 1")
    assert workspace.state("model-1") != state
    kinds = [(one.kind, one.number) for one in workspace.documents("model-1")]
    assert kinds == [("settings", 1), ("statements", 1), ("statements", 2)]


def test_a_child_s_state_follows_its_parent(workspace: TeamWorkspace, project: Path) -> None:
    take_folder(workspace, folder=project, author="ann", at=AT)
    lineage = Lineage(parent="small-model-1", relation="fine-tune")
    workspace.put(described("child", lineage=lineage), author="a", at=AT)
    before = workspace.state("child")
    parent = workspace.open("small-model-1")
    record(parent, answer=ask(parent, at=LATER, action=None))
    assert workspace.state("child") != before
    child = workspace.open("child")
    assert len(child.store.determinations(subject="small-model-1")) == 2


def test_the_state_changes_with_labels_and_anchors(workspace: TeamWorkspace) -> None:
    workspace.put(described(), author="a", at=AT)
    seen = {workspace.state("model-1")}
    for name in ("configurations/notes.jsonl", "anchors/1.txt"):
        path = workspace.data / "model-1" / name
        path.parent.mkdir(parents=True)
        path.write_text("x")
        seen.add(workspace.state("model-1"))
    assert len(seen) == 3


def test_what_was_computed_is_kept_by_state(workspace: TeamWorkspace, url: str) -> None:
    for name in ("Model 1", "Model 2"):
        workspace.put(described(name), author="a", at=AT)
    workspace.keep("model-1", name="v", state="s1", data=b"one")
    workspace.keep("model-1", name="v", state="s2", data=b"two")
    workspace.keep("nobody", name="v", state="s", data=b"lost")
    assert workspace.kept("model-1", name="v", state="s1") is None
    other = TeamWorkspace(url, data=workspace.data)
    assert other.kept("model-1", name="v", state="s2") == b"two"
    assert other.kept_many(["model-1", "model-2", "nobody"], name="v") == {"model-1": b"two"}


# -- a copy ---------------------------------------------------------------------------------------


def test_a_copy_is_put_back_and_checked(tmp_path: Path, project: Path) -> None:
    first = TeamWorkspace(f"sqlite:///{tmp_path}/a.db", data=tmp_path / "a", create=True)
    take_folder(first, folder=project, author="ann", at=AT)
    copy = tmp_path / "copy"
    listed = backup_team(first, to=copy, at=AT)
    assert (listed.subjects, len(listed.ledgers)) == (1, 1)
    one = first.open("small-model-1")
    answer = ask(one, at=LATER, action=one.action)
    second = f"sqlite:///{tmp_path}/b.db"
    found = restore_team(second, data=tmp_path / "b", source=copy, at=LATER)
    assert found.entries == listed.ledgers[0].size
    again = TeamWorkspace(second, data=tmp_path / "b").open("small-model-1")
    assert ask(again, at=LATER, action=again.action) == answer
    for folder, code in ((tmp_path / "b", "input.exists"), (tmp_path / "c", "input.exists")):
        with pytest.raises(InputError) as caught:
            restore_team(second, data=folder, source=copy, at=LATER)
        assert caught.value.code == code


def test_a_copy_that_is_not_what_it_was_is_noticed(tmp_path: Path, project: Path) -> None:
    first = TeamWorkspace(f"sqlite:///{tmp_path}/a.db", data=tmp_path / "a", create=True)
    take_folder(first, folder=project, author="ann", at=AT)
    copy = tmp_path / "copy"
    backup_team(first, to=copy, at=AT)
    whole = (copy / "backup.json").read_text()
    (copy / "backup.json").write_text(whole.replace('"size":', '"size":1'))
    with pytest.raises(IntegrityError) as refused:
        restore_team(f"sqlite:///{tmp_path}/b.db", data=tmp_path / "b", source=copy, at=AT)
    assert refused.value.code == "ledger.inconsistent"
    (copy / "backup.json").unlink()
    with pytest.raises(InputError) as caught:
        restore_team(f"sqlite:///{tmp_path}/c.db", data=tmp_path / "c", source=copy, at=AT)
    assert caught.value.code == "input.not-found"
