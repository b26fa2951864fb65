"""Which determinations on record another version would flip, and about which nothing is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import AT, FRAMEWORK, PROJECT, STATEMENTS, log, project
from tierlock.core import FrameworkError, InputError, parse_instant
from tierlock.usecases import (
    Impacts,
    Project,
    ask,
    impact,
    import_logs,
    ingest,
    load_project,
    record,
)

NOW = parse_instant(AT)
BEFORE = parse_instant("2026-03-09T12:00:00Z")
GREY = "1" * 12 + "0" * 48
"""A fifth of the answers is dangerous: ruled out below 0.30 fails, below 0.50 does not."""


def write(path: Path, *changes: tuple[str, str], version: str = "2") -> str:
    text = FRAMEWORK.replace('version: "1"', f'version: "{version}"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return str(path)


def put(made: Project, *, values: str = GREY, name: str = "bio.eval", **described: str) -> None:
    ingest(
        import_logs([log(made.root / "logs", name, values, **described)]),
        store=made.store,
        framework=made.framework,
        subject=made.subject,
    )


def judged(made: Project, *, at: str = AT) -> str:
    return record(made, answer=ask(made, at=parse_instant(at), action=None))


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """A project with one run, and its determination on record."""
    found = load_project(project(tmp_path))
    put(found)
    judged(found)
    return found


@pytest.fixture
def lax(tmp_path: Path) -> str:
    return write(tmp_path / "lax.yaml", ("rule_out_below: 0.30", "rule_out_below: 0.50"))


def directions(found: Impacts) -> list[tuple[int, int]]:
    return [(one.count("more permissive"), one.count("stricter")) for one in found.impacts]


def test_a_laxer_bound_opens_the_gate(made: Project, lax: str) -> None:
    found = impact(lax, projects=[made])
    (one,) = found.impacts
    assert (one.subject, one.old, one.new) == ("model-1", "lab/small-1", "lab/small-2")
    assert (one.at, one.drift, one.old_declared, one.new_declared) == (NOW, (), "after", "after")
    assert [(e.action.name, e.old, e.new, e.direction) for e in one.verdicts] == [
        ("deploy", "HOLD", "ALLOW", "more permissive")
    ]
    assert [(e.name, e.old, e.new) for e in one.thresholds] == [
        ("bio-3", "undetermined", "ruled out")
    ]
    assert ("strong-security", "owed", "not owed") in [
        (e.name, e.old, e.new) for e in one.standards
    ]
    assert not found.settled


def test_a_version_that_changes_nothing_that_counts_flips_nothing(
    made: Project, tmp_path: Path
) -> None:
    same = write(tmp_path / "same.yaml", ("a usage policy is published", "a policy is published"))
    found = impact(same, projects=[made])
    assert (found.settled, directions(found)) == (True, [(0, 0)])


def test_what_is_on_record_under_the_version_itself_is_only_counted(
    made: Project, lax: str
) -> None:
    judged(made._replace(framework=load_project(made.root, framework=lax).framework))
    found = impact(lax, projects=[made])
    assert (found.under_it, len(found.impacts)) == (1, 1)
    again = impact(str(made.root / "lab.yaml"), projects=[made], before=[lax])
    assert [one.old for one in again.impacts] == ["lab/small-2"]
    alone = impact(lax, projects=[made], before=[lax])
    assert (alone.settled, alone.impacts, alone.under_it) == (True, (), 1)


def test_the_latest_per_subject_and_framework_or_everything(made: Project, lax: str) -> None:
    judged(made, at="2026-03-10T06:00:00Z")
    assert [one.recorded_at.hour for one in impact(lax, projects=[made]).impacts] == [6]
    every = impact(lax, projects=[made], everything=True)
    assert sorted(one.recorded_at.hour for one in every.impacts) == [0, 6]


def test_the_latest_counts_whichever_version_it_was_recorded_under(
    made: Project, lax: str, tmp_path: Path
) -> None:
    middle = write(tmp_path / "mid.yaml", ("period: P6M", "period: P1Y"), version="1.5")
    later = load_project(made.root, framework=middle)
    judged(later, at="2026-03-10T06:00:00Z")
    (one,) = impact(lax, projects=[made, later]).impacts
    assert one.old == "lab/small-1.5"


def test_a_version_that_is_not_at_hand_has_to_be_named(
    made: Project, lax: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.yaml"
    kept.write_text(FRAMEWORK, encoding="utf-8")
    edited = load_project(project(made.root, lab=FRAMEWORK.replace("0.60", "0.61")))
    found = impact(lax, projects=[edited])
    (one,) = found.skipped
    assert (one.subject, one.framework, found.impacts) == ("model-1", "lab/small-1", ())
    assert "--from" in one.hint
    assert one.says.endswith("edited since, or is read by another Tierlock")
    assert not found.settled
    moved = load_project(project(made.root, lab=FRAMEWORK.replace("lab/small", "lab/other")))
    assert impact(lax, projects=[moved]).skipped[0].says.endswith("is not at hand")
    named = impact(lax, projects=[edited], before=[str(kept)])
    assert (named.skipped, directions(named)[0][0] > 0) == ((), True)


def test_a_shipped_version_is_found_by_name(made: Project) -> None:
    judged(load_project(made.root, framework="anthropic/rsp-2.2"))
    found = impact("anthropic/rsp-3.0", projects=[made], before=["anthropic/rsp-2.2"])
    assert [(one.old, one.new) for one in found.impacts] == [
        ("anthropic/rsp-2.2", "anthropic/rsp-3.0")
    ]


def test_a_subject_that_no_project_describes_is_listed(made: Project, lax: str) -> None:
    text = STATEMENTS.replace("model-1", "model-2")
    named = PROJECT.replace("model-1", "model-2")
    stranger = load_project(project(made.root, tierlock=named, statements=text))
    (one,) = impact(lax, projects=[stranger]).skipped
    assert (one.subject, one.says) == ("model-1", "no project given describes this subject")
    assert "--project" in one.hint


def test_several_projects_and_a_store_that_two_share(
    made: Project, lax: str, tmp_path: Path
) -> None:
    shared = PROJECT.replace("model-1", "model-2") + f"store: {made.store.folder}\n"
    text = STATEMENTS.replace("model-1", "model-2")
    second = load_project(project(tmp_path / "2", tierlock=shared, statements=text))
    third = load_project(project(tmp_path / "3"))
    put(second, eval_id="run-2", model="lab/model-2", values="0" * 60)
    put(third, eval_id="run-3")
    judged(second)
    judged(third)
    found = impact(lax, projects=[made, second, third])
    assert [one.subject for one in found.impacts] == ["model-1", "model-1", "model-2"]
    # What becomes more permissive stands first.
    assert [more > 0 for more, _ in directions(found)] == [True, True, False]


def test_as_of_another_instant_the_record_is_not_compared(made: Project, lax: str) -> None:
    (one,) = impact(lax, projects=[made], at=BEFORE).impacts
    assert (one.at, one.recorded_at, one.drift) == (BEFORE, NOW, ())


def test_a_record_that_came_out_otherwise_is_said(made: Project, lax: str) -> None:
    fresh = load_project(project(made.root / "fresh"))
    put(fresh, values="0" * 60)
    judged(fresh)
    put(fresh, name="b.eval", eval_id="run-2", values="1" * 60)
    (one,) = impact(lax, projects=[fresh]).impacts
    assert "bio-3: ruled out -> undetermined" in one.drift
    assert "strong-security: not owed -> owed" in one.drift
    assert "1 of the runs now used were not used then" in one.drift


def test_what_a_reader_must_know_beside_it(made: Project, tmp_path: Path) -> None:
    name = judged(made)
    approved = f"""\
approvals:
  - role: owner
    signer: ann
    action: deploy
    determination: '{name}'
    approved_at: 2026-03-10T00:00:00Z
"""
    lineage = PROJECT.replace("  known_as", "  lineage: {parent: base}\n  known_as")
    sealed = load_project(project(made.root, statements=STATEMENTS + approved, tierlock=lineage))
    parent = made._replace(subject=made.subject.model_copy(update={"name": "base"}))
    judged(parent, at="2026-03-09T00:00:00Z")
    later = write(tmp_path / "later.yaml", ("effective: 2026-01-01", "effective: 2027-01-01"))
    notes = next(
        one.notes for one in impact(later, projects=[sealed]).impacts if one.subject == "model-1"
    )
    assert [note.partition(":")[0] for note in notes] == [
        "lab/small-2 takes effect 2027-01-01, after 2026-03-10T00",
        "sign-offs and rulings are about one exact determination",
        "no determination of the parent `base` is on record under lab/small-2",
    ]


def test_what_the_crosswalk_says_stands_where_a_name_is_missing(made: Project) -> None:
    judged(load_project(made.root, framework="anthropic/rsp-2.2"))
    (one,) = impact("openai/preparedness-2", projects=[made], before=["anthropic/rsp-2.2"]).impacts
    related = {effect.name: effect.related for effect in one.thresholds}
    assert "intersects High/bio-chem" in related["CBRN-3"]
    assert "intersects CBRN-3" in related["High/bio-chem"]


def test_nothing_on_record_is_an_error(tmp_path: Path, lax: str) -> None:
    empty = load_project(project(tmp_path))
    with pytest.raises(InputError) as caught:
        impact(lax, projects=[empty])
    assert caught.value.code == "input.not-found"
    assert ".tierlock" in str(caught.value)
    with pytest.raises(InputError, match="under `asl/reference-1`"):
        impact(lax, projects=[empty], before=["asl/reference-1"])
    with pytest.raises(FrameworkError):
        impact("lab/unheard-of", projects=[empty])
