"""What was seen of one criterion: the count, what is missing, and the limit that decides."""

from __future__ import annotations

import re
from typing import Final

from tierlock.core import Estimate, Finding, Limits, Outcome
from tierlock.report.numbers import NBSP, Scale, count_of, show_count

_WORST_OF: Final = re.compile(r"worst of (\d+) elicitations")


def evidence_words(finding: Finding, *, scale: Scale) -> str:
    """Return what was seen, with the clusters and elicitations behind the number.

    Clusters are named where they are fewer than attempts, for they are the unit of inference.
    """
    clustered = cluster_words(finding)
    worst = elicitations(finding)
    text = seen_words(finding, scale=scale, clustered=f" in {clustered}" if clustered else "")
    return f"{text}, worst of {worst} elicitations" if worst > 1 else text


def seen_words(finding: Finding, *, scale: Scale, clustered: str = "") -> str:
    """Return what was seen: count, missing attempts, and the limit that decides."""
    estimate, limits = finding.estimate, finding.limits
    if estimate is None:
        return _unmeasured_words(finding)
    parts = [tally(estimate, scale=scale) + clustered]
    missing = sum(estimate.counts.missing.values())
    if missing:
        parts.append(f"{show_count(missing)} missing")
    higher_is_worse = limits.higher_is_worse if limits is not None else True
    upper = higher_is_worse is not (finding.outcome is Outcome.REACHED)
    parts.append(limit_words(estimate, scale=scale, limits=limits, upper=upper))
    return ", ".join(parts)


def cluster_words(finding: Finding) -> str:
    """Return the clusters behind an estimate; empty where every attempt is one of its own."""
    estimate = finding.estimate
    if estimate is None or not 0 < estimate.units < estimate.counts.scored:
        return ""
    return count_of(estimate.units, one="cluster")


def elicitations(finding: Finding) -> int:
    """Return of how many elicitations the estimate is the worst; 1 where there was no choice."""
    found = _WORST_OF.search(finding.estimate.method) if finding.estimate else None
    return int(found[1]) if found else 1


def tally(estimate: Estimate, *, scale: Scale) -> str:
    """Return the count behind an estimate: `11/200`, or the mean of so many attempts.

    Published numbers bring no attempts; their n, where it was printed, is that of the units.
    """
    scored = estimate.counts.scored
    total = max(estimate.counts.planned, estimate.counts.present)
    if estimate.value is None:
        return f"0 of {show_count(total)} scored" if total else "no usable number"
    if not total:
        n = f", n{NBSP}{show_count(estimate.units)}" if estimate.units else ""
        return f"{scale.show(estimate.value)} (published{n})"
    successes = estimate.value * scored
    whole = abs(successes - round(successes)) < 1e-6 * max(1, scored)
    if scale.unit == "share" and whole:
        return f"{show_count(round(successes))}/{show_count(scored)}"
    return f"{scale.show(estimate.value)} (n{NBSP}{show_count(scored)})"


def limit_words(estimate: Estimate, *, scale: Scale, limits: Limits | None, upper: bool) -> str:
    """Return one confidence limit with its side, never rounded onto the bound."""
    side = "upper" if upper else "lower"
    value = estimate.upper if upper else estimate.lower
    if value is None:
        return f"{side} unbounded"
    bound = None
    if limits is not None:
        bound = limits.rule_out if upper == limits.higher_is_worse else limits.rule_in
    return f"{side} {scale.show(value, beside=bound)}"


def _unmeasured_words(finding: Finding) -> str:
    if finding.decided_by == "attestation":
        return "attested"
    if finding.decided_by == "fact":
        return "declared fact"
    if finding.decided_by == "inheritance":
        return "inherited from the parent"
    if finding.decided_by == "error":
        return "could not be computed"
    if finding.kind == "attested":
        return "no current attestation"
    if finding.kind == "fact":
        return "fact not declared"
    return "no evidence; a run is owed" if finding.owes else "no evidence"
