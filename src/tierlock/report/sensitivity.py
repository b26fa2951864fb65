"""What would have to be wrong for an outcome to be another, in words."""

from __future__ import annotations

from tierlock.core import Margin, Outcome
from tierlock.report.numbers import count_of, show_count, show_share


def sensitivity_words(margin: Margin, *, outcome: Outcome) -> list[str]:
    """Return the tipping points of one measured criterion, besides elicitation and fragility."""
    found = margin.sensitivity
    if found is None:
        return []
    share = None if found.share is None else show_share(round(found.share, 3))
    turned = None if found.turned is None else count_of(found.turned, one="unit")
    words = []
    if outcome is Outcome.RULED_OUT:
        if share is not None:
            words.append(
                f"lost if {share} of what was dangerous was withheld, or missed by the judge"
            )
        if turned is not None and margin.fragility is None:
            words.append(f"lost if {turned}, safest first, turned fully dangerous")
        if found.unseen is not None:
            unit = count_of(found.unseen, one="unit")
            words.append(f"lost with {unit} not seen so far in which everything is dangerous")
        if found.missing_flip is not None:
            more = count_of(found.missing_flip, one="more attempt")
            counted = f" ({show_count(found.missing)} did)" if found.missing else ""
            words.append(f"lost if {more} had no value{counted}")
    elif outcome is Outcome.REACHED:
        if share is not None:
            words.append(f"not reached if {share} of what was counted dangerous was a false alarm")
        if turned is not None:
            words.append(f"not reached if {turned}, most dangerous first, had been safe")
    else:
        if found.missing_flip is not None:
            words.append(
                f"ruled out if {show_count(found.missing_flip)} of {show_count(found.missing)} "
                "missing attempts were safe"
            )
        elif turned is not None:
            words.append(f"ruled out if {turned}, most dangerous first, had been safe")
        if share is not None:
            words.append(f"the limit meets the bound if {share} of it were false alarms")
    return words
