"""What each reason code means, and where the specification has it.

The one source of docs/reference/reasons.md and of `tierlock explain CODE`. Codes are stable:
programs may rely on them, not on the wording. A test holds the table to the codes that the
program gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlock.report.finding_codes import FINDING_CODES
from tierlock.report.gate_codes import GATE_CODES

REASON_CODES: Final = FINDING_CODES | GATE_CODES
"""Where a reason is given -> its code -> what it means, and the clauses that say so exactly.

A code may stand in two places. Clauses are a letter and a number: G is the gate's, A that of
attestations, `stat.` stands before one of statistics, and every other letter is one of
determination.
"""


def render_code(code: str) -> str | None:
    """Return what a reason code means, one entry per place where it is given; None if unknown.

    >>> print(render_code("alpha.spent"))
    alpha.spent: earlier weights of the lineage have used the error budget of this period
      measured criteria; spec/determination.md E-2
    >>> render_code("alpha.lost")
    """
    found = [
        f"{code}: {codes[code][0]}\n"
        f"  {place[:1].lower()}{place[1:]}; {clause_words(codes[code][1])}"
        for place, codes in REASON_CODES.items()
        if code in codes
    ]
    return "\n".join(found) or None


def gate_meanings(code: str) -> tuple[tuple[str, str], ...]:
    """Return what a code of the gate means, with its clauses; one pair per meaning.

    >>> gate_meanings("claim.stale")
    (('the evidence behind the claim is too old', 'spec/gate.md G-9'),)
    """
    found = (codes[code] for codes in GATE_CODES.values() if code in codes)
    return tuple((says, clause_words(clause)) for says, clause in found)


def clause_words(clause: str) -> str:
    """Return clauses with the page of the specification that has them.

    >>> clause_words("G-9, G-13"), clause_words("stat. S-5")
    ('spec/gate.md G-9, G-13', 'spec/statistics.md S-5')
    >>> clause_words("X-6, G-12")
    'spec/determination.md X-6, spec/gate.md G-12'
    """
    return ", ".join(_cited(clause))


def _cited(clause: str) -> Iterator[str]:
    before = ""
    for one in clause.split(", "):
        name = one.removeprefix("stat. ")
        letter = "" if name != one else name.partition("-")[0]
        page = {"": "statistics", "G": "gate", "A": "attestations"}.get(letter, "determination")
        yield name if page == before else f"spec/{page}.md {name}"
        before = page
