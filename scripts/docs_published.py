"""The tables of docs/reference/published-comparisons.md, computed from the shipped record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tierlock import stats
from tierlock.core import Evidence, Finding, Reported
from tierlock.importers import read_record
from tierlock.usecases.demo_record import BarRow, PublishedBar, judge_bar, read_bars

ALPHA = 0.05
SHOWN = ("published", "statistic", "counts", "differs", "remark", "denominator")
OUTCOMES = {"ruled_out": "ruled out", "reached": "ruled in", "undetermined": "no"}


def comparison_reference(_: str) -> str:
    """Return the generated part `comparisons`: every bar whose number has a sample size."""
    head = (
        "model", "evaluation", "row", "published", "units", "smallest bound ruled out",
        "largest bound ruled in", "bar", "comparison holds", "resolved", "note",
    )  # fmt: skip
    lines = [_line(head), "|---" * len(head) + "|"]
    for row, evidence in _rows():
        if _sized(evidence):
            lines += [_comparison(row, bar, evidence) for bar in row.bars]
    return "\n".join(lines)


def unsized_reference(_: str) -> str:
    """Return the generated part `unsized`: the evaluations that are published without any n."""
    models: dict[str, dict[str, None]] = {}
    bars: Counter[str] = Counter()
    for row, evidence in _rows():
        if not _sized(evidence):
            models.setdefault(row.evaluation, {})[row.subject] = None
            bars[row.evaluation] += len(row.bars)
    lines = [
        _line((f"`{name}`", ", ".join(found), str(bars[name]))) for name, found in models.items()
    ]
    return "\n".join([_line(("evaluation", "models", "comparisons")), "|---|---|---|", *lines])


def reading_reference(_: str) -> str:
    """Return the generated part `readings`: one number, read in two or three ways."""
    head = ("published", "line", "read as", "at least", "at most", "the line is")
    return "\n".join([_line(head), "|---" * len(head) + "|", *map(_line, _readings())])


def _rows() -> Iterator[tuple[BarRow, Evidence]]:
    runs = {item.run_id: item for item in read_record()}
    yield from ((row, runs[row.run_id]) for row in read_bars())


def _sized(evidence: Evidence) -> bool:
    return all(part.n is not None for part in evidence.reported)


def _comparison(row: BarRow, bar: PublishedBar, evidence: Evidence) -> str:
    finding = judge_bar(bar, row=row, evidence=evidence)
    holds = {"<": row.score < bar.bound, "<=": row.score <= bar.bound,
             ">": row.score > bar.bound, ">=": row.score >= bar.bound}  # fmt: skip
    told = [evidence.configuration[key] for key in SHOWN if key in evidence.configuration]
    units = " and ".join(str(part.n) for part in evidence.reported)
    return _line(
        (
            row.subject,
            f"`{row.evaluation}`",
            row.row,
            _published(row, evidence.reported),
            "no sample" if row.doubt else units,
            *_bounds(finding, bar=bar, doubt=row.doubt),
            f"{bar.comparison} {bar.bound:g}",
            "yes" if holds[bar.comparison] else "no",
            OUTCOMES[finding.outcome.value],
            "; ".join([*told, *([row.doubt] if row.doubt else [])]) or "-",
        )
    )


def _published(row: BarRow, reported: tuple[Reported, ...]) -> str:
    first = reported[0]
    if len(reported) == 1 and first.successes is not None:
        return f"{first.successes} of {first.n}"
    if len(reported) == 1:
        return f"{row.score:.3g}, n = {first.n}"
    arms = " against ".join(f"{arm.mean} ± {arm.spread}" for arm in reversed(reported))
    return f"{row.score:g} times ({arms})"


def _bounds(finding: Finding, *, bar: PublishedBar, doubt: str) -> tuple[str, str]:
    """What the data rule out and rule in; where less is worse the largest and the smallest."""
    if finding.estimate is None or doubt:
        return "none", "none"
    upper = "none" if finding.estimate.upper is None else f"{finding.estimate.upper:.3f}"
    lower = f"{finding.estimate.lower:.3f}"
    return (upper, lower) if bar.higher_is == "worse" else (f"{lower} (largest)", upper)


def _readings() -> Iterator[tuple[str, ...]]:
    hits = "44.1 % of 156 = 52 questions, each tried 3 times"
    line = 0.364
    yield _count_reading(hits, line, "69 of 156 independent attempts", 69, 156)
    yield _count_reading(hits, line, "23 of 52 questions, each answered always or never", 23, 52)
    yield _mean_reading(hits, line, "a mean over 52 questions, proved bound", 0.441, 52)
    yield _count_reading("84.1 % of 60", 0.8, "51 of 60, the nearest count: 85.0 %", 51, 60)
    yield _mean_reading("84.1 % of 60", 0.8, "a mean over 60 items, proved bound", 0.841, 60)
    runs = "16.6 of 42 problems on average"
    yield _count_reading(runs, 0.5, "17 of 42, the nearest count", 17, 42)
    yield _mean_reading(runs, 0.5, "a mean over 42 problems, proved bound", 0.395, 42)
    yield _count_reading(runs, 0.5, "166 of 420 independent attempts in ten runs", 166, 420)
    trial = "63 ± 13 % against 25 ± 13 %, 8 in each arm"
    arms = [stats.unlabelled_readings(mean, spread=0.13, n=8) for mean in (0.63, 0.25)]
    names = ("standard deviation", "standard error", "half-width of a 95 % interval")
    for name, treated, control in zip(names, *arms, strict=True):
        found = stats.fieller(treated, control=control, confidence=1 - 2 * ALPHA, df=7)
        ends = (found.lower, found.upper if found.kind == "bounded" else None)
        for bar in (2.8, 5.0):
            out = stats.ratio_rule_out_p(treated, control=control, bound=bar) <= ALPHA
            into = stats.ratio_rule_in_p(treated, control=control, bound=bar) <= ALPHA
            yield _reading(trial, bar, f"± is the {name}; Fieller's set", ends, out=out, into=into)


def _count_reading(published: str, line: float, says: str, count: int, n: int) -> tuple[str, ...]:
    ends = tuple(
        end(count, n=n, alpha=ALPHA) for end in (stats.counts_lower_bound, stats.counts_upper_bound)
    )
    out = stats.counts_rule_out_p(count, n=n, bound=line) <= ALPHA
    into = stats.counts_rule_in_p(count, n=n, bound=line) <= ALPHA
    return _reading(published, line, says, (ends[0], ends[1]), out=out, into=into)


def _mean_reading(published: str, line: float, says: str, mean: float, n: int) -> tuple[str, ...]:
    lower = stats.mean_lower_bound(mean, n=n, alpha=ALPHA)
    upper = stats.mean_upper_bound(mean, n=n, alpha=ALPHA)
    out = stats.mean_rule_out_p(mean, n=n, bound=line) <= ALPHA
    into = stats.mean_rule_in_p(mean, n=n, bound=line) <= ALPHA
    return _reading(published, line, says, (lower, upper), out=out, into=into)


def _reading(
    published: str,
    line: float,
    says: str,
    ends: tuple[float, float | None],
    *,
    out: bool,
    into: bool,
) -> tuple[str, ...]:
    least, most = ends
    verdict = "ruled out" if out else "ruled in" if into else "not resolved"
    upper = "unbounded" if most is None else f"{most:.3f}"
    return published, f"{line:g}", says, f"{least:.3f}", upper, verdict


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
