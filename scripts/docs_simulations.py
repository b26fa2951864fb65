"""The tables of docs/reference/simulations.md, from the files that `make simulate` writes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ALPHA = 0.05
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference" / "simulations"
TABLES = ("grid", "missing", "judge", "trials", "percentiles", "horizons")
# What makes one line of the page: the worst false rule-out and the mean power over the rest.
LINES = {
    "grid": ("design", "clusters", "items", "epochs"),
    "missing": ("clusters", "items", "missing"),
    "judge": ("n", "sensitivity", "specificity", "validated"),
    "trials": ("n", "law"),
    "percentiles": ("experts", "items", "design"),
    "horizons": ("families", "law", "success"),
}
NULL = "1.0"


class Row(NamedTuple):
    """One cell: its table, its condition, how many samples were drawn, and what ruled out."""

    table: str
    condition: dict[str, str]
    replicates: int
    rates: dict[str, float]

    @property
    def key(self) -> tuple[str, ...]:
        """What names the cell."""
        return (self.table, *self.condition.values())


def write_rows(rows: Sequence[Row]) -> None:
    """Write one file per table."""
    FOLDER.mkdir(exist_ok=True)
    for table in TABLES:
        of = [row for row in rows if row.table == table]
        head = [*of[0].condition, "replicates", *of[0].rates]
        with (FOLDER / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            for row in of:
                rates = [f"{rate:.5g}" for rate in row.rates.values()]
                writer.writerow([*row.condition.values(), row.replicates, *rates])


def read_rows() -> list[Row]:
    """Return what the files hold."""
    rows = []
    for table in TABLES:
        with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file)
        middle = head.index("replicates")
        for line in lines:
            condition = dict(zip(head[:middle], line[:middle], strict=True))
            rates = map(float, line[middle + 1 :])
            found = dict(zip(head[middle + 1 :], rates, strict=True))
            rows.append(Row(table, condition, int(line[middle]), found))
    return rows


def method_table(rows: Sequence[Row], *, table: str) -> str:
    """Return one table of the page: worst false rule-out / mean power, per line and method."""
    of = [row for row in rows if row.table == table]
    methods = list(of[0].rates)
    head = [*LINES[table], *(f"**{m}**" if m in {"default", "proved"} else m for m in methods)]
    lines = [_line(head), "|---" * len(head) + "|"]
    for names, group in _grouped(of, names=LINES[table]):
        found = [_worst_and_mean(group, method=method) for method in methods]
        lines.append(_line([*names, *found]))
    worst = [max(_rates(of, method=method, null=True)) for method in methods]
    label = "worst of all" + " |" * (len(LINES[table]) - 1)
    lines.append(_line([label, *(f"{rate:.3f}" for rate in worst)]))
    return "\n".join(lines)


def count_of(rows: Sequence[Row], *, table: str) -> str:
    """Return what the page says about the size of a table."""
    of = [row for row in rows if row.table == table]
    null = [row for row in of if row.condition["share"] == NULL]
    power = next(row for row in of if row.condition["share"] != NULL)
    return (
        f"{len(null)} cells at the bound, {null[0].replicates:,} samples each; "
        f"{len(of) - len(null)} cells at {float(power.condition['share']):g} of the bound, "
        f"{power.replicates:,} samples each."
    )


def simulation_reference(_: str, *, table: str) -> str:
    """Return the generated part `table` of the page."""
    rows = read_rows()
    return f"{count_of(rows, table=table)}\n\n{method_table(rows, table=table)}"


def _grouped(
    rows: Sequence[Row], *, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    def key(row: Row) -> tuple[str, ...]:
        return tuple(row.condition[name] for name in names)

    order = list(dict.fromkeys(map(key, rows)))
    for found, group in groupby(sorted(rows, key=lambda row: order.index(key(row))), key=key):
        yield found, list(group)


def _worst_and_mean(rows: Sequence[Row], *, method: str) -> str:
    power = _rates(rows, method=method, null=False)
    mean = f"{sum(power) / len(power):.2f}" if power else "-"
    return f"{max(_rates(rows, method=method, null=True)):.3f} / {mean}"


def _rates(rows: Sequence[Row], *, method: str, null: bool) -> list[float]:
    return [row.rates[method] for row in rows if (row.condition["share"] == NULL) == null]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
