"""What was known at an instant, and what follows from it under any version; nothing is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.projects import AT, FRAMEWORK, PROJECT, STATEMENTS, log, project
from tierlock.core import Action, Framework, Outcome, Plan, Verdict, digest, parse_instant
from tierlock.frameworks import parse_framework
from tierlock.usecases import (
    Project,
    ask,
    import_logs,
    ingest,
    load_project,
    log_records,
    record,
    seal_plan,
)
from tierlock.usecases.redecide import known_at, redecide

NOW = parse_instant(AT)
LONG_AGO = parse_instant("2020-01-01")
DEPLOY = Action(name="deploy", surface="api", audience="everybody")


def version(*changes: tuple[str, str]) -> Framework:
    text = FRAMEWORK.replace('version: "1"', 'version: "2"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_framework(text.encode(), name="lab-2.yaml")


def made(folder: Path, **texts: str) -> Project:
    """Return a project with one harmless run in its store."""
    found = load_project(project(folder, **texts))
    ingest(
        import_logs([log(folder / "logs")]),
        store=found.store,
        framework=found.framework,
        subject=found.subject,
    )
    return found


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in found}


def test_the_answer_is_the_one_that_was_given(tmp_path: Path) -> None:
    here = made(tmp_path)
    given = ask(here, at=NOW, action=here.action)
    record(here, answer=given)
    again = redecide(known_at(here, at=NOW), framework=here.framework)
    assert again.determination == given.determination
    assert given.decision is not None
    assert again.decisions[DEPLOY].verdict is given.decision.verdict is Verdict.ALLOW
    assert list(again.decisions) == [DEPLOY]


def test_asking_about_another_version_writes_nothing(tmp_path: Path) -> None:
    """Also where the other version asks for a slot that no run was registered for."""
    here = made(tmp_path)
    before = files(here.store.folder)
    other = version(
        ("  bio: {title: Biology, domain", "  life: {title: Biology, domain"),
        ("evaluation: bio", "evaluation: life"),
    )
    found = redecide(known_at(here, at=NOW), framework=other)
    assert found.determination.thresholds[0].outcome is Outcome.RULED_OUT
    assert files(here.store.folder) == before


def test_what_is_dated_later_was_not_known(tmp_path: Path) -> None:
    here = made(tmp_path, statements=STATEMENTS)
    seal_plan(here, slots=["bio"], at=parse_instant("2026-03-08"))
    early = known_at(here, at=parse_instant("2026-03-01T12:30:00Z"))
    # The run had begun and not ended; the claim, the plan and the end of the list were to come.
    assert (early.evidence, early.claims, early.register.plans) == ((), (), ())
    assert len(early.register.runs) == 1
    assert early.negatives.complete_as_of == early.at
    found = redecide(early, framework=here.framework)
    assert found.determination.thresholds[0].outcome is Outcome.UNDETERMINED
    assert found.decisions[DEPLOY].verdict is Verdict.HOLD
    late = known_at(here, at=NOW)
    assert (len(late.evidence), len(late.claims), len(late.register.plans)) == (1, 1, 1)
    assert late.negatives.complete_as_of == parse_instant("2026-03-09")


def test_what_was_resolved_later_stood_then(tmp_path: Path) -> None:
    records = """\
records:
  - kind: incident
    says: it happened
    happened_at: 2026-03-05T00:00:00Z
    resolved_at: 2026-03-07T00:00:00Z
"""
    here = made(tmp_path, statements=STATEMENTS + records)

    def standing(day: str) -> list[datetime | None]:
        negatives = known_at(here, at=parse_instant(day)).negatives
        return [one.resolved_at for one in negatives.records]

    assert standing("2026-03-04") == []
    assert standing("2026-03-06") == [None]
    assert standing("2026-03-08") == [parse_instant("2026-03-07")]


def test_a_plan_for_one_version_does_not_count_under_another(tmp_path: Path) -> None:
    here = load_project(project(tmp_path))
    seal_plan(here, slots=["bio"], at=LONG_AGO, runs=1)
    here = made(tmp_path)
    known = known_at(here, at=NOW)
    assert redecide(known, framework=here.framework).determination.plan_declared == "before"
    assert redecide(known, framework=version()).determination.plan_declared == "after"


def test_a_version_that_takes_effect_later_is_asked_as_if_in_force(tmp_path: Path) -> None:
    here = made(tmp_path)
    later = version(("effective: 2026-01-01", "effective: 2027-01-01"))
    found = redecide(known_at(here, at=NOW), framework=later)
    assert found.framework is later
    assert found.determination.thresholds[0].outcome is Outcome.RULED_OUT
    assert found.decisions[DEPLOY].verdict is Verdict.ALLOW


@pytest.mark.parametrize(("runs", "outcome"), [(1, "ruled_out"), (2, "undetermined")])
def test_plans_sealed_for_a_version_bind_it_before_it_takes_effect(
    tmp_path: Path, runs: int, outcome: str
) -> None:
    later = version(("effective: 2026-01-01", "effective: 2027-01-01"))
    here = load_project(project(tmp_path))
    # The second plan supersedes the first, whose runs stay owed under the new name too.
    first = Plan(
        framework=digest(later),
        subject="model-1",
        sealed_at=LONG_AGO,
        declared="before",
        slots=({"slot": "bio", "runs": runs - 1},) if runs > 1 else (),  # type: ignore[arg-type]
    )
    second = first.model_copy(
        update={
            "sealed_at": LONG_AGO + timedelta(days=1),
            "supersedes": digest(first),
            "slots": Plan.model_validate(
                {**dict(first), "slots": ({"slot": "bio", "runs": 1},)}
            ).slots,
        }
    )
    for plan in (first, second):
        log_records(here, records=[plan], at=plan.sealed_at)
        here.store.add_plan(plan)
    here = made(tmp_path)
    found = redecide(known_at(here, at=NOW), framework=later).determination
    assert found.plan_declared == "before"
    assert found.thresholds[0].outcome.value == outcome


def test_every_surface_of_the_subject_and_every_audience_is_asked(tmp_path: Path) -> None:
    other = version(
        ("surfaces: [api]", "surfaces: [app, api, site]"),
        ("audiences: [everybody]", "audiences: [few, many]"),
        ("  deploy: {needs", "  train: {needs: [security]}\n  deploy: {needs"),
    )
    here = made(tmp_path)

    def asked(known: Project) -> list[tuple[str, str | None, str | None]]:
        found = redecide(known_at(known, at=NOW), framework=other).decisions
        return [(action.name, action.surface, action.audience) for action in found]

    assert asked(here) == [
        ("train", None, None),
        ("deploy", "api", "few"),
        ("deploy", "api", "many"),
    ]
    # A subject whose surfaces the framework does not know is asked about all that it knows.
    stranger = here._replace(
        subject=load_project(
            project(tmp_path / "b", tierlock=PROJECT.replace("    api:", "    phone:"))
        ).subject
    )
    assert len(asked(stranger)) == 1 + 3 * 2


def test_the_effective_date_is_compared_in_utc(tmp_path: Path) -> None:
    here = made(tmp_path)
    day = version().model_copy(update={"effective": date(2026, 3, 10)})
    eve = parse_instant("2026-03-10T01:00:00+05:00")
    assert redecide(known_at(here, at=eve), framework=day).determination.determined_at == eve
