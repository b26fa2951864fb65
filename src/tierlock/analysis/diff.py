"""Two versions of a framework -> what was added, removed, strengthened, weakened, reworded.

Walks both versions along the keys of the language, so that no key can be forgotten: one without a
rule in `direction` is reported as `changed`. Items are matched by their names; a renamed one is
shown as removed and added, but for the one clock of its kind. The version itself is not compared,
nor where texts name it: it names what is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeGuard

from tierlock.analysis.diff_clocks import pair_clocks
from tierlock.analysis.diff_leeway import (
    appears,
    groups_tree,
    instead_steps,
    meaning_of,
    rules_step,
)
from tierlock.analysis.direction import APPEARS, PROSE, Tree, is_tree, rule_of, shown
from tierlock.analysis.trees import compare_ease, kind_of, tree_words
from tierlock.analysis.values import MIRROR, Change, ChangeKind, Difference
from tierlock.analysis.wording import without_version
from tierlock.core import (
    ADJUSTMENT,
    PRESUMPTION,
    Adjustment,
    ClauseReading,
    Combination,
    Framework,
    Measured,
    Record,
    Threshold,
    leaves,
)

# Parts of the framework that are read as an item of their own.
_OWN: Final = frozenset({"error_control", "corrections", "ruling", "scope", "baseline"})
# Lists of sentences.
_SENTENCES: Final = frozenset({"does_not_establish", "unassessed"})
_EASE: Final[Mapping[str, ChangeKind]] = {
    "easier": "strengthened",
    "harder": "weakened",
    "other": "changed",
}


class _Place(NamedTuple):
    """The same place in both versions."""

    old: Framework
    new: Framework
    section: str
    item: str = ""
    prefix: str = ""

    def change(self, kind: ChangeKind, *, field: str = "", old: str = "", new: str = "") -> Change:
        """Return a change of the item here, or of one of its keys."""
        return Change(
            kind=kind,
            section=self.section,
            item=self.item,
            field=self.prefix + field,
            old=old,
            new=new,
        )

    def item_at(self, path: str) -> _Place:
        """Return the place of the item with this path in the same section."""
        return self._replace(item=path, prefix="")


def diff_frameworks(old: Framework, *, new: Framework) -> Difference:
    """Return every change from `old` to `new`, in the order of the framework language.

    Reversed arguments give the mirrored changes: what was added is removed, what was weakened is
    strengthened. A framework does not differ from itself.
    """
    changes: list[Change] = []
    for field in Framework.model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if field == "version" or before == after:
            continue
        mine, theirs = _items(before), _items(after)
        if mine is not None and theirs is not None and (mine or theirs):
            if field == "triggers":
                mine, theirs = pair_clocks(mine, after=theirs)
            changes += _each(_Place(old, new, field), mine, theirs)
            if field == "tiers":
                changes += _order(_Place(old, new, field), list(mine), list(theirs))
        elif field in _OWN and isinstance(before, Record) and isinstance(after, Record):
            changes += _record(_Place(old, new, field), before, after)
        else:
            place = _Place(old, new, field if field in _OWN else "framework")
            changes += _field(place, Framework, field, before, after)
    return Difference(old=old.name, new=new.name, changes=tuple(changes))


def _items(value: object) -> dict[str, Record] | None:
    """Return the named items that a value holds, None where it is no collection of items."""
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple):
        found = {str(getattr(part, "id", "")): part for part in value if isinstance(part, Record)}
        return found if len(found) == len(value) else None
    return None


def _each(
    place: _Place, before: Mapping[str, Record], after: Mapping[str, Record]
) -> Iterator[Change]:
    above = f"{place.item}:" if place.item else ""
    for name in [*before, *(name for name in after if name not in before)]:
        there = place.item_at(above + name)
        if name not in after:
            kind = MIRROR[appears(before[name], beside=_others(before, name))]
            yield there.change(kind, old=_headline(before[name]))
        elif name not in before:
            kind = appears(after[name], beside=_others(after, name))
            yield there.change(kind, new=_headline(after[name]))
        else:
            yield from _record(there, before[name], after[name])


def _others(items: Mapping[str, Record], name: str) -> dict[str, Record]:
    return {other: item for other, item in items.items() if other != name}


def _order(place: _Place, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """The order of the rungs is part of their meaning."""
    old = [name for name in before if name in after]
    new = [name for name in after if name in before]
    if old != new:
        yield place.change("changed", field="order", old=", ".join(old), new=", ".join(new))


def _headline(item: Record) -> str:
    """Return what an item says of itself."""
    return str(getattr(item, "says", "") or getattr(item, "title", "")) or shown(item)


def _record(place: _Place, old: Record, new: Record) -> Iterator[Change]:
    old_defaults, new_defaults = _defaults(old, place.old), _defaults(new, place.new)
    for field in type(old).model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if before is None and after is not None:
            before = old_defaults.get(field)
        elif after is None and before is not None:
            after = new_defaults.get(field)
        if before != after:
            yield from _field(place, type(old), field, before, after)


def _defaults(record: Record, framework: Framework) -> dict[str, object]:
    """Return what the keys that a record leaves out amount to."""
    if isinstance(record, Threshold):
        return {
            "precaution": framework.precaution,
            "rule_out": framework.error_control.rule_out,
        }
    if isinstance(record, Measured):
        return {
            "elicitation_factor": framework.corrections.elicitation_factor,
            "buffer": framework.corrections.buffer,
            "rule_in_above": record.rule_out_below,
            "rule_in_below": record.rule_out_above,
        }
    return {}


def _field(
    place: _Place, owner: type[Record], field: str, before: object, after: object
) -> Iterator[Change]:
    """Compare two values of one key, which differ."""
    if owner.__name__ == "Combination" and field == "if_all":
        before, after = groups_tree(_tuple(before)), groups_tree(_tuple(after))
    if field in PROSE or field in _SENTENCES or owner.__name__ == "About":
        sides = (place.old, place.new)
        before, after = without_version(before, after=after, sides=sides, cites=field == "cite")
        if before == after:
            return
    if is_tree(before) and is_tree(after):
        yield from _tree(place, field, before, after)
    elif owner is ClauseReading:
        yield from _rules(place, field, _tuple(before), _tuple(after))
    elif owner is Adjustment and isinstance(before, dict) and isinstance(after, dict):
        for name, step in instead_steps(before, new=after):
            key = f"{field}.{name}"
            yield place.change(step.kind, field=key, old=step.old, new=step.new)
    elif _holds_records(before) and _holds_records(after):
        yield from _each(place, before, after)
    elif isinstance(before, Record) and isinstance(after, Record):
        yield from _record(place._replace(prefix=f"{place.prefix}{field}."), before, after)
    elif isinstance(before, Record) or isinstance(after, Record):
        kind = APPEARS.get((owner.__name__, field), "changed")
        yield place.change(
            kind if before is None else MIRROR[kind],
            field=field,
            old=shown(before),
            new=shown(after),
        )
    else:
        for step in rule_of(owner, field=field)(before, after):
            yield place.change(step.kind, field=field, old=step.old, new=step.new)


def _rules(
    place: _Place, field: str, before: Sequence[Combination], after: Sequence[Combination]
) -> Iterator[Change]:
    """Compare what a reading obliges to, or only how that is worded."""
    old = {meaning_of(rule): rule for rule in before}
    new = {meaning_of(rule): rule for rule in after}
    if old.keys() == new.keys():
        there = place._replace(prefix=f"{place.prefix}{field}.")
        for meaning, rule in old.items():
            yield from _record(there, rule, new[meaning])
    else:
        step = rules_step(before, new=after)
        yield place.change(step.kind, field=field, old=step.old, new=step.new)


def _tuple(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _holds_records(value: object) -> TypeGuard[dict[str, Record]]:
    return isinstance(value, dict) and all(isinstance(one, Record) for one in value.values())


def _tree(place: _Place, field: str, before: Tree, after: Tree) -> Iterator[Change]:
    """Compare two trees: their connectives as a whole, then their leaves by name."""
    ease = compare_ease(before, new=after)
    if ease != "same":
        words = tree_words(before), tree_words(after)
        yield place.change(_EASE[ease], field=field, old=words[0], new=words[1])
    if field == "if_all":
        return
    path = _leaf_path(place, field)
    old = {leaf.name: leaf for leaf in leaves(before)}
    new = {leaf.name: leaf for leaf in leaves(after)}
    alike = {name for name in old if name in new and type(old[name]) is type(new[name])}
    for name in [*old, *(name for name in new if name not in old)]:
        if name in alike:
            yield from _record(place.item_at(path + name), old[name], new[name])
        elif name in old and name in new:
            kinds = kind_of(old[name]), kind_of(new[name])
            yield place.item_at(path + name).change(
                "changed", field="kind", old=kinds[0], new=kinds[1]
            )
        elif name in old:
            yield place.item_at(path + name).change("removed", old=_headline(old[name]))
        else:
            yield place.item_at(path + name).change("added", new=_headline(new[name]))


def _leaf_path(place: _Place, field: str) -> str:
    """Return what stands before a leaf's name in its path, as in a determination's findings."""
    if field == "unless":
        kind = ADJUSTMENT if place.section == "adjustments" else PRESUMPTION
        return f"{kind}{place.item}:"
    if not place.item:
        return ""
    return f"{place.item}/" if field == "falls_short_if" else f"{place.item}:"
