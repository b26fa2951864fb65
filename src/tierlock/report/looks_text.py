"""The looks of a plan as text: at how many clusters, and what would settle each criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tierlock.report.layout import wrap
from tierlock.stats import StoppingRule


def render_looks(rules: Mapping[str, StoppingRule], *, width: int) -> Iterator[str]:
    """Yield the lines of every stopping rule; nothing where there is none.

    Args:
        rules: one rule per path of a criterion.
        width: columns of the terminal.
    """
    for path, rule in rules.items():
        yield ""
        yield from wrap(f"{path}: looks after each run, {_WORDS[rule.kind]}", width=width)
        yield "  clusters  ruled out  reached   give up"
        for row in rule.boundaries():
            out = "-" if row.ruled_out_at_most is None else f"<= {row.ruled_out_at_most}"
            reached = "-" if row.ruled_in_at_least is None else f">= {row.ruled_in_at_least}"
            futile = "-" if row.futile_at_least is None else f">= {row.futile_at_least}"
            yield f"  {row.n:>8}  {out:>9}  {reached:>7}  {futile:>8}"
    if rules:
        yield ""
        says = (
            "Numbers of dangerous clusters. What a look settles owes no further run; giving up "
            "only means that a rule-out can not come any more."
        )
        yield from wrap(says, width=width)


_WORDS = {
    "group_sequential": "group-sequential design",
    "e_process": "e-process",
    "betting": "betting (for scores at the ends)",
}
