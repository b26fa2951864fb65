"""What a comparison of two versions says, as words that every format shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from tierlock.core import (
    ComparedSide,
    EvaluationComparison,
    Mismatch,
    PairedTest,
    TokensEach,
    VersionComparison,
    VersionSource,
)
from tierlock.report.compare_numbers import (
    interval_words,
    is_share,
    p_words,
    show_change,
    show_p,
    show_value,
    unit_of,
)
from tierlock.report.numbers import NBSP, count_of, show_plain, show_share
from tierlock.report.sanitize import clean

Group = Literal["higher", "lower", "open", "barred"]
GROUPS: Final[Mapping[Group, str]] = MappingProxyType(
    {
        "higher": "shown to be higher",
        "lower": "shown to be lower",
        "open": "no change shown",
        "barred": "not comparable, not tested",
    }
)
_VALUE: Final = 60
_SEVERAL: Final = 2


def group_of(row: EvaluationComparison) -> Group:
    """Return under which heading a row stands."""
    if row.test is None:
        return "barred"
    return row.test.shown or "open"


def heading_of(group: Group, *, of: VersionComparison) -> str:
    """Return a group's heading; with what it means for safety where that is one thing."""
    means = {row.higher_is for row in of.evaluations if group_of(row) == group}
    if group not in {"higher", "lower"} or len(means) != 1 or None in means:
        return GROUPS[group]
    worse = (group == "higher") == ("worse" in means)
    return f"{GROUPS[group]}, {'worse' if worse else 'better'} for safety"


def style_of_row(row: EvaluationComparison) -> str:
    """Return the colour of a row; meaning never rests on it."""
    group = group_of(row)
    if group in {"open", "barred"} or row.higher_is is None:
        return "open" if group == "barred" else ""
    worse = (group == "higher") == (row.higher_is == "worse")
    return "bad" if worse else "good"


def head_of(found: VersionComparison) -> tuple[str, ...]:
    """Return the heads of the columns of numbers."""
    change = "points" if all(map(is_share, found.evaluations)) else "change"
    return ("old", "new", change, f"{show_share(1 - found.alpha)} interval", "p (Holm)")


def numbers_of(row: EvaluationComparison) -> tuple[str, ...]:
    """Return what stands in those columns for one evaluation."""
    change = None if row.difference is None else row.difference.value
    return (
        show_value(row.old.mean, row=row),
        show_value(row.new.mean, row=row),
        show_change(change, row=row),
        interval_words(row),
        "" if row.test is None else show_p(row.test.adjusted),
    )


def name_of(row: EvaluationComparison, *, among: VersionComparison) -> str:
    """Return the shortest name that tells an evaluation from the others."""
    alike = [one for one in among.evaluations if one.name == row.name]
    return clean(row.name) if len(alike) == 1 else title_of(row)


def title_of(row: EvaluationComparison) -> str:
    """Return what a row is about: evaluation, score, and the settings that tell it apart."""
    scorer = f", {clean(row.scorer)}" if row.scorer else ""
    variant = f" ({_cut(row.variant)})" if row.variant else ""
    return f"{clean(row.name)}{scorer}{variant}"


def side_words(source: VersionSource) -> str:
    """Return where a side comes from: what was named, whom it is about, how many runs."""
    named = [clean(name) for name in source.subjects]
    about = "" if named == [clean(source.asked)] else f" ({', '.join(named)})"
    runs = count_of(source.runs, one="run")
    place = "logs" if source.kept_in == "logs" else "the store"
    return f"{clean(source.asked)}{about}, {runs} from {place}"


def everywhere(found: VersionComparison) -> tuple[Mismatch, ...]:
    """Return what is to be known of every evaluation alike, where there are several."""
    if len(found.evaluations) < _SEVERAL:
        return ()
    first, *others = found.evaluations
    return tuple(
        one
        for one in first.mismatches
        if not one.bars and all(one in other.mismatches for other in others)
    )


def details(row: EvaluationComparison, *, of: VersionComparison) -> Iterator[tuple[str, str]]:
    """Yield label and text of everything that is known about one evaluation."""
    yield "pairs", _pairs(row)
    found, test = row.difference, row.test
    if found is not None:
        still = found.items - found.up - found.down
        yield "answers", f"{found.up} rose, {found.down} fell, {still} stayed"
    if row.old.missing or row.new.missing:
        yield from _missing(row)
    if test is not None:
        yield "test", _test(test, row=row)
        if test.secondary is not None:
            yield "beside it", _beside(test, row=row, alpha=of.alpha)
        yield "could see", _could_see(test, row=row, of=of)
    if row.old.refused or row.new.refused:
        yield "refusals", f"{_refusals(row.old)} old, {_refusals(row.new)} new"
    yield from _spent(row)
    known = everywhere(of)
    rest = [one for one in row.mismatches if not one.bars and one not in known]
    yield from _listed("not alike", [one for one in row.mismatches if one.bars])
    yield from _listed("allowed", [one for one in rest if one.allowed])
    yield from _listed("note", [one for one in rest if not one.allowed])


def _listed(label: str, found: Sequence[Mismatch]) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(found):
        yield "" if number else label, mismatch_words(one)


def _pairs(row: EvaluationComparison) -> str:
    text = f"{count_of(row.shared, one='item')} on both sides"
    if row.only_old or row.only_new:
        text += f", {row.only_old} only old, {row.only_new} only new"
    if row.difference is not None and row.clusters_by:
        text += f"; {count_of(row.difference.clusters, one='cluster')} by {clean(row.clusters_by)}"
    return text


def _missing(row: EvaluationComparison) -> Iterator[tuple[str, str]]:
    old, new = (f"{side.missing} of {side.attempts}" for side in (row.old, row.new))
    yield "missing", f"{old} attempts old, {new} new"
    found = row.difference
    if found is not None:
        ends = [show_change(value, row=row) for value in (found.lowest, found.highest)]
        without = show_change(found.value, row=row)
        says = f"change {without} without them, {ends[0]} to {ends[1]} whatever they were"
        yield "", says


def _test(test: PairedTest, *, row: EvaluationComparison) -> str:
    of = "" if test.method == "McNemar exact" else " on differences of clusters"
    sides = {"higher": test.p_higher, "lower": test.p_lower}
    if row.higher_is is not None:
        worse = "higher" if row.higher_is == "worse" else "lower"
        better = "lower" if worse == "higher" else "higher"
        one = f"worse for safety {show_p(sides[worse])}, better {show_p(sides[better])}"
    else:
        one = f"higher {show_p(test.p_higher)}, lower {show_p(test.p_lower)}"
    return f"{test.method}{of}: {p_words(test.p)} (one-sided: {one})"


def _beside(test: PairedTest, *, row: EvaluationComparison, alpha: float) -> str:
    second = test.secondary
    if second is None:
        return ""
    low, high = show_change(second.lower, row=row), show_change(second.upper, row=row)
    return (
        f"Student's t on clusters: {p_words(second.p)}, {show_share(1 - alpha)} interval "
        f"{low} to {high}; decides nothing"
    )


def _could_see(test: PairedTest, *, row: EvaluationComparison, of: VersionComparison) -> str:
    alone = f"with {show_share(of.power)} probability, tested alone"
    if test.detectable is None:
        return f"no difference at all {alone}: too few pairs"
    size = show_change(test.detectable, row=row).removeprefix("+")
    return f"a difference of about {size}{unit_of(row)} or more {alone}"


def _refusals(side: ComparedSide) -> str:
    share = side.refused / side.attempts if side.attempts else 0.0
    return f"{side.refused} of {side.attempts} ({show_share(share)})"


def _spent(row: EvaluationComparison) -> Iterator[tuple[str, str]]:
    """Yield time, tokens and money of an attempt, each where both sides tell it."""
    old, new = row.old, row.new
    if old.seconds is not None and new.seconds is not None:
        yield "time", _each(old.seconds, new.seconds, unit=f"{NBSP}s")
    tokens = []
    if old.tokens is not None and new.tokens is not None:
        tokens = list(_tokens(old.tokens, new.tokens))
    if old.other_tokens is not None and new.other_tokens is not None:
        total = _each(old.other_tokens.total, new.other_tokens.total)
        tokens.append(f"of graders and other models {total}")
    for number, text in enumerate(tokens):
        yield "" if number else "tokens", text
    if old.usd is not None and new.usd is not None:
        yield "cost", _each(old.usd, new.usd, unit=f"{NBSP}USD")


def _tokens(old: TokensEach, new: TokensEach) -> Iterator[str]:
    yield _each(old.total, new.total)
    into, out = (
        f"{show_plain(ours)} -> {show_plain(theirs)}"
        for ours, theirs in ((old.input, new.input), (old.output, new.output))
    )
    yield f"input {into}, output {out}"


def _each(old: float, new: float, *, unit: str = "") -> str:
    ratio = f" (×{NBSP}{show_plain(new / old)})" if old > 0 and new > 0 else ""
    return f"{show_plain(old)}{unit} an attempt old, {show_plain(new)}{unit} new{ratio}"


def mismatch_words(one: Mismatch) -> str:
    """Return what differs, with both values of a setting, and its code."""
    text = clean(one.says)
    if one.setting:
        text = f"{clean(one.setting)}: {_setting(one.old)} -> {_setting(one.new)}"
    return f"{text} [{one.code}]"


def _setting(value: str) -> str:
    return _cut(value) if value else "not set"


def _cut(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= _VALUE else f"{shown[: _VALUE - 1]}…"


def summary(found: VersionComparison) -> Iterator[str]:
    """Yield what holds for all evaluations together: counts first, then what is controlled."""
    tested = found.tested
    if tested:
        rises = [row.difference.value or 0.0 for row in tested if row.difference is not None]
        up, down = sum(rise > 0 for rise in rises), sum(rise < 0 for rise in rises)
        shown = [row.test.shown for row in tested if row.test is not None]
        yield (
            f"Of {count_of(len(tested), one='tested evaluation')} the new version is higher in "
            f"{up} and lower in {down}; shown are {shown.count('higher')} higher and "
            f"{shown.count('lower')} lower."
        )
        yield (
            f"p is adjusted by Holm over {count_of(len(tested), one='test')}, both directions of "
            f"each: the probability of even one false claim of a direction is at most "
            f"{show_share(found.alpha)}. Each interval is at {show_share(1 - found.alpha)} by "
            "itself (two-sided)."
        )
        if "open" in {group_of(row) for row in tested}:
            yield "No change shown is not shown to be equal: see what the pairs could see."
    left = sum(row.test is None for row in found.evaluations)
    if left:
        yield (
            f"Not tested: {count_of(left, one='evaluation')}. A setting that differs on purpose "
            "can be declared with --allow SETTING; the difference then is of version and setting "
            "together."
        )


def apart(found: VersionComparison) -> Iterator[str]:
    """Yield the runs that have no counterpart."""
    for one in found.unmatched:
        yield f"{one.side}: {clean(one.name)}, {clean(one.says)}"
