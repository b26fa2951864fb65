"""Which statements do not count for the way in which they are vouched for (G-19)."""

from __future__ import annotations

from tierlock.core import Framework

REFUSED = {
    ("accepted", "accepted"): set(),
    ("accepted", "refused"): set(),
    ("refused", "accepted"): {"declared"},
    ("refused", "refused"): {"declared", "attested"},
}
"""By what the framework says of declared and of attested statements."""


def refused_assurances(framework: Framework) -> set[str]:
    return REFUSED[framework.declared_assurance, framework.attested_assurance]
