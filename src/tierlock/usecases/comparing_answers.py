"""`compare --answers`: the answers that changed, with their texts or in their place why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import EvaluationComparison, Evidence, InputError
from tierlock.importers import Place, answered_of, asked_of, open_transcripts
from tierlock.report import ChangedAnswer
from tierlock.store import OutputStore, sample_key
from tierlock.usecases.comparing import Versions
from tierlock.usecases.hazards import Hazard, check_hazards, hazard_of
from tierlock.usecases.outputs import Ask, reveal
from tierlock.usecases.project import Project


class _Attempt(NamedTuple):
    """One attempt at an item, and the item's mean over all attempts of its side."""

    run: str
    epoch: int
    mean: float


class _Changed(NamedTuple):
    row: EvaluationComparison
    item: str
    old: _Attempt
    new: _Attempt


class _Texts(NamedTuple):
    asked: str
    answered: str


def changed_answers(
    done: Versions, *, project: Project, most: int, at: datetime, ask: Ask | None = None
) -> tuple[ChangedAnswer, ...]:
    """Return answers whose score changed, the largest changes first.

    Texts come from the logs that were compared, else from the project's output store. Of several
    attempts at one item the first with a score is shown.

    Args:
        done: the comparison.
        project: says how dangerous texts are to read, and keeps the record of readings.
        most: at most so many per evaluation.
        at: now.
        ask: who wants withheld texts, and why.

    Raises:
        InputError: `output.withheld`, withheld texts were asked for and are denied.
        ImportFailed: a log can not be read any more.
        IntegrityError: a text is not what it was.
    """
    runs = {run.digest: run for run in done.runs}
    changed = [one for row in done.found.evaluations for one in _changed(row, runs)[:most]]
    tasks = {run.evaluation for run in done.runs}
    check_hazards(project.hazards, framework=project.framework, evaluations=tasks)
    hazards = {
        task: hazard_of(task, hazards=project.hazards, framework=project.framework)
        for task in tasks
    }
    _ask_for(changed, project=project, hazards=hazards, at=at, ask=ask)
    open_ = [
        one
        for one in changed
        if hazards[one.row.task] == "none" or (hazards[one.row.task] == "restricted" and ask)
    ]
    texts = _texts(open_, done=done, store=OutputStore(project.store.folder))
    return tuple(
        _shown(one, hazard=hazards[one.row.task], texts=texts, open_=one in open_)
        for one in changed
    )


def changed_between(
    done: Versions, *, old: Project, new: Project, most: int, at: datetime
) -> tuple[ChangedAnswer, ...]:
    """Return the same of two projects, where nobody asks for what is withheld.

    What either project withholds is withheld; each side's texts come from its own project.

    Args:
        done: the comparison.
        old: the project of the reference.
        new: the project of what is compared with it.
        most: at most so many per evaluation.
        at: now.

    Raises:
        InputError: a project declares a hazard about nothing.
        IntegrityError: a text is not what it was.
    """
    sides = [changed_answers(done, project=one, most=most, at=at) for one in (old, new)]
    return tuple(_both(ours, theirs) for ours, theirs in zip(*sides, strict=True))


def _both(ours: ChangedAnswer, theirs: ChangedAnswer) -> ChangedAnswer:
    if ours.withheld or theirs.withheld:
        strict = theirs if theirs.hazard == "high" or not ours.withheld else ours
        return strict._replace(withheld=True, asked=None, answers=(None, None))
    asked = theirs.asked if ours.asked is None else ours.asked
    return ours._replace(asked=asked, answers=(ours.answers[0], theirs.answers[1]))


def _ask_for(
    changed: Sequence[_Changed],
    *,
    project: Project,
    hazards: Mapping[str, Hazard],
    at: datetime,
    ask: Ask | None,
) -> None:
    """Record who asks for withheld texts, before any is read."""
    keys = [
        sample_key(each.run, id=one.item, epoch=each.epoch)
        for one in changed
        if hazards[one.row.task] == "restricted"
        for each in (one.old, one.new)
    ]
    if ask is not None and keys:
        reveal(project, what=keys, hazard="restricted", at=at, ask=ask)


def _shown(
    one: _Changed, *, hazard: Hazard, texts: Mapping[tuple[str, str, int], _Texts], open_: bool
) -> ChangedAnswer:
    old, new = (texts.get((each.run, one.item, each.epoch)) for each in (one.old, one.new))
    known = old or new
    return ChangedAnswer(
        evaluation=one.row.name,
        item=one.item,
        scores=(one.old.mean, one.new.mean),
        hazard=hazard,
        withheld=not open_,
        asked=None if known is None else known.asked,
        answers=(
            None if old is None else old.answered,
            None if new is None else new.answered,
        ),
    )


def _changed(row: EvaluationComparison, runs: Mapping[str, Evidence]) -> list[_Changed]:
    """The items of one evaluation whose mean differs, the largest difference first."""
    old, new = (
        _attempts([runs[digest] for digest in side.runs if digest in runs], scorer=row.scorer)
        for side in (row.old, row.new)
    )
    found = [
        _Changed(row, item, old[item], new[item])
        for item in old.keys() & new.keys()
        if old[item].mean != new[item].mean
    ]
    return sorted(found, key=lambda one: (-abs(one.new.mean - one.old.mean), one.item))


def _attempts(runs: Iterable[Evidence], *, scorer: str) -> dict[str, _Attempt]:
    values: dict[str, list[float]] = {}
    first: dict[str, tuple[int, str]] = {}
    for run in runs:
        samples = run.samples
        scores = samples.scores.get(scorer, ())
        for item, epoch, state, value in zip(
            samples.id, samples.epoch, samples.state, scores, strict=False
        ):
            if state == "scored" and value is not None:
                values.setdefault(item, []).append(value)
                first[item] = min(first.get(item, (epoch, run.run_id)), (epoch, run.run_id))
    return {
        item: _Attempt(run=first[item][1], epoch=first[item][0], mean=sum(each) / len(each))
        for item, each in values.items()
    }


def _texts(
    changed: Iterable[_Changed], *, done: Versions, store: OutputStore
) -> dict[tuple[str, str, int], _Texts]:
    wanted: dict[str, set[tuple[str, int]]] = {}
    for one in changed:
        for each in (one.old, one.new):
            wanted.setdefault(each.run, set()).add((one.item, each.epoch))
    found: dict[tuple[str, str, int], _Texts] = {}
    for run, attempts in wanted.items():
        if run in done.places:
            found |= _from_log(done.places[run], run=run, attempts=attempts)
        elif store.exists:
            found |= _from_store(store, run=run, attempts=attempts)
    return found


def _from_log(
    place: Place, *, run: str, attempts: set[tuple[str, int]]
) -> dict[tuple[str, str, int], _Texts]:
    with open_transcripts(place) as log:
        return {
            (run, str(sample.id), sample.epoch): _Texts(asked_of(sample), answered_of(sample))
            for sample in log.samples
            if (str(sample.id), sample.epoch) in attempts
        }


def _from_store(
    store: OutputStore, *, run: str, attempts: set[tuple[str, int]]
) -> dict[tuple[str, str, int], _Texts]:
    found = {}
    for item, epoch in attempts:
        try:
            sample = store.sample(sample_key(run, id=item, epoch=epoch))
        except InputError:
            continue  # nothing was kept of it, which is said in its place
        texts = _Texts(store.text(sample.asked), store.text(sample.answered))
        found[run, item, epoch] = texts
    return found
