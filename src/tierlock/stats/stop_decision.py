"""What a stopping rule answers, prints and does in the long run: the results of `stopping`."""

from typing import Literal, NamedTuple

Verdict = Literal["ruled_out", "ruled_in", "futile", "go_on"]


class StopDecision(NamedTuple):
    """What a rule says to the values so far."""

    verdict: Verdict
    """`futile`: nothing can or will probably be ruled out, or the maximum is there."""
    p_out: float
    """Sequential p-value of "at or beyond the bound", valid at every look."""
    p_in: float
    """Sequential p-value of "at or within the rule-in bound"."""
    n: int
    """Clusters that the decision rests on: the last planned look so far, 0 before the first."""
    next_look: int | None
    """Clusters at which to look next; None if there is nothing to wait for."""
    conditional_power: float | None
    """Chance of a rule-out by the maximum at the planned value; None without one, and where it
    has no exact value."""


class LookBoundary(NamedTuple):
    """One row of the printed plan, in counts of dangerous outcomes (scores: of the worst end)."""

    n: int
    ruled_out_at_most: int | None
    ruled_in_at_least: int | None
    futile_at_least: int | None


class Operating(NamedTuple):
    """What a rule does at a true rate, computed exactly."""

    ruled_out: float
    ruled_in: float
    futile: float
    """Probabilities of the three ends; they sum to 1."""
    expected_clusters: float
    maximum: int
