"""The error that a framework allows, divided: as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from tierlock.core import Framework
from tierlock.report.layout import Paint, finish, wrap
from tierlock.report.sanitize import clean
from tierlock.stats import Share

_HEAD = ("criterion", "clusters", "x out", "alpha out", "x in", "alpha in")


def render_allocation_text(
    rows: Iterable[tuple[str, Sequence[Share]]],
    *,
    framework: Framework,
    union_bound: float,
    width: int,
    color: bool,
) -> str:
    """Return one table per threshold and safeguard test.

    Args:
        rows: per tree, its shares for one weights version.
        framework: its error control heads the text.
        union_bound: probability bound of at least one false rule-out.
        width: cells per line.
        color: whether headings are bold.
    """
    paint, control = Paint(color=color), framework.error_control
    versions = "one weights version" if control.checkpoints == 1 else "weights versions"
    number = "" if control.checkpoints == 1 else f"{control.checkpoints} "
    lines = [paint(f"Error that {framework.name} allows", "bold")]
    lines += wrap(
        f"False rule-outs: {control.rule_out:.3g} per threshold and {control.period}, for "
        f"{number}{versions}; a table is for one of them. False rule-ins: {control.rule_in:.3g}. "
        f"At least one false rule-out of any threshold: at most {union_bound:.3g} per version.",
        width=width,
    )
    tables = list(rows)
    names = [clean(share.leaf) for _, shares in tables for share in shares]
    first = max([len(_HEAD[0]), *map(len, names)])
    for name, shares in tables:
        lines += ["", paint(clean(name), "bold"), _line(_HEAD, first)]
        for share in shares:
            cells = (
                clean(share.leaf),
                "all" if share.n is None else str(share.n),
                str(share.factor_out),
                f"{share.alpha_out:.4g}",
                str(share.factor_in),
                f"{share.alpha_in:.4g}",
            )
            lines.append(_line(cells, first))
    says = (
        "A criterion is ruled out when its p-value times `x out` is at most the alpha of its "
        "threshold; that is the same as its p-value being at most `alpha out`. At a look, what "
        "may be spent until then."
    )
    return finish([*lines, "", *wrap(says, width=width)])


def _line(cells: Sequence[str], first: int) -> str:
    columns = (first, 8, 5, 9, 4, 8)
    parts = [
        cell.rjust(size) if number else cell.ljust(size)
        for number, (cell, size) in enumerate(zip(cells, columns, strict=True))
    ]
    return "  " + "  ".join(parts).rstrip()


def render_allocation_json(
    rows: Iterable[tuple[str, Sequence[Share]]], *, framework: Framework, union_bound: float
) -> str:
    """Return the same as one JSON object, a list of shares per tree."""
    return json.dumps(
        {
            "framework": framework.name,
            "unionBound": union_bound,
            "trees": {
                name: [
                    {
                        "criterion": share.leaf,
                        "clusters": share.n,
                        "factorOut": share.factor_out,
                        "factorIn": share.factor_in,
                        "alphaRuleOut": share.alpha_out,
                        "alphaRuleIn": share.alpha_in,
                    }
                    for share in shares
                ]
                for name, shares in rows
            },
        },
        indent=2,
    )
