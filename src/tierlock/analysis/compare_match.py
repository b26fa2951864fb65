"""Which runs of two sides stand against each other, and how they are read (S-30)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from tierlock.analysis.compare_guard import setting_mismatches
from tierlock.core import Evaluation, Evidence, Framework, Unmatched
from tierlock.policy import IDENTITY_SETTINGS, variants

Runs = tuple[Evidence, ...]
Side = Literal["old", "new"]
_SIDES: Final[tuple[Side, Side]] = ("old", "new")


class Unit(NamedTuple):
    """What one task has on each side; `slot` is the framework's evaluation that it fills.

    `alone` says why runs without a counterpart have none.
    """

    name: str
    slot: Evaluation | None
    old: Runs
    new: Runs
    alone: str = "not on the other side"


def units(
    old: Sequence[Evidence], *, new: Sequence[Evidence], framework: Framework | None
) -> Iterator[Unit]:
    """Yield the tasks of either side, in the framework's order, then what no slot asks for."""
    left = [sorted({run.evaluation for run in runs}) for runs in (old, new)]
    slots = {} if framework is None else framework.evaluations
    for name, slot in slots.items():
        tasks = [[task for task in side if task in slot.tasks] for side in left]
        shared = [task for task in tasks[0] if task in tasks[1]]
        pairs = [(task, task) for task in shared]
        rest = [[task for task in side if task not in shared] for side in tasks]
        while rest[0] or rest[1]:  # two names of one slot stand against each other, and are barred
            pairs.append((rest[0].pop(0) if rest[0] else "", rest[1].pop(0) if rest[1] else ""))
        for ours, theirs in pairs:
            label = name if len(pairs) == 1 else f"{name} ({ours or theirs})"
            yield Unit(label, slot, _of(old, ours), _of(new, theirs))
    known = {task for slot in slots.values() for task in slot.tasks}
    for task in sorted({*left[0], *left[1]} - known):
        if framework is None:
            yield Unit(task, None, _of(old, task), _of(new, task))
        else:
            says = "no slot of the framework asks for it"
            yield Unit(task, None, _of(old, task), (), says)
            yield Unit(task, None, (), _of(new, task), says)


def _of(runs: Sequence[Evidence], task: str) -> Runs:
    return tuple(run for run in runs if run.evaluation == task)


def matched(unit: Unit) -> tuple[list[tuple[Runs, Runs]], list[Unmatched]]:
    """Return the elicitations that stand against each other, the most alike first; and the rest.

    Every elicitation is used once, so that none is counted twice.
    """
    groups = [list(variants(unit.old)), list(variants(unit.new))]
    order = sorted(
        (_distance(ours, theirs), i, j)
        for i, ours in enumerate(groups[0])
        for j, theirs in enumerate(groups[1])
    )
    used: tuple[set[int], set[int]] = (set(), set())
    both = []
    for _, i, j in order:
        if i not in used[0] and j not in used[1]:
            both.append((_finished(groups[0][i]), _finished(groups[1][j])))
            used[0].add(i)
            used[1].add(j)
    apart = []
    for side, found, taken in zip(_SIDES, groups, used, strict=True):
        rest = len(found) - len(taken)
        if rest:
            says = f"{rest} more elicitation(s)" if both else unit.alone
            apart.append(Unmatched(side=side, name=unit.name, says=says))
    return both, apart


def _distance(old: Runs, new: Runs) -> int:
    found = setting_mismatches(old, new=new, allowed=frozenset())
    settings = sum(one.setting not in IDENTITY_SETTINGS for one in found)
    return settings + (old[0].task_version != new[0].task_version)


def _finished(runs: Runs) -> Runs:
    """The runs that ended with success; all of them where none did."""
    return tuple(run for run in runs if run.status == "success") or runs


def variant_label(runs: Runs, *, among: Sequence[Runs]) -> str:
    """Return the settings that tell these runs from others of their task; empty for no others."""
    names = {
        one.setting
        for others in among
        for one in setting_mismatches(runs, new=others, allowed=frozenset())
        if one.setting not in IDENTITY_SETTINGS
    }
    return ", ".join(f"{name}={runs[0].configuration.get(name, '')}" for name in sorted(names))


def readings(old: Runs, *, new: Runs, unit: Unit, cluster_by: str | None) -> Iterator[Evaluation]:
    """Yield how the runs are read: as the slot says, or once per scorer that both sides have.

    Without a framework a score counts as it was given: the guard sees to equal limits.
    """
    if unit.slot is not None:
        own = {} if cluster_by is None else {"cluster_by": cluster_by}
        yield unit.slot.model_copy(update=own)
        return
    ours, theirs = (scorers(runs) for runs in (old, new))
    ends = {limit for run in (*old, *new) for limit in run.samples.limit if limit}
    for scorer in sorted(ours & theirs) or [""]:
        yield Evaluation(
            title=unit.name,
            tasks=(old[0].evaluation,),
            scorer=scorer,
            range=_range((*old, *new), scorer),
            higher_is="worse",
            cluster_by=cluster_by,
            limits=tuple(sorted(ends)),
        )


def scorers(runs: Runs) -> set[str]:
    """Return the names of the scores of which there is a value."""
    return {
        name
        for run in runs
        for name, column in run.samples.scores.items()
        if any(value is not None for value in column)
    }


def _range(runs: Runs, scorer: str) -> tuple[float, float | None]:
    """[0, 1] where every value lies there; else an open end, as nobody declared one."""
    columns = (run.samples.scores.get(scorer, ()) for run in runs)
    values = [value for column in columns for value in column if value is not None]
    low = min(values, default=0.0)
    return (0.0, 1.0) if low >= 0.0 and max(values, default=0.0) <= 1.0 else (low, None)
