"""What changed between versions of Anthropic's RSP is in the comparison of their files.

The list is from the publisher's own changelogs (in RSP 2.2 and 3.4) and from reading the versions
side by side; 3.1 to 3.3 have no file, and what they changed shows between 3.0 and 3.4. Not listed
is what the files do not say, such as why a version changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from tierlock.analysis import Change, diff_frameworks
from tierlock.frameworks import get_framework


@cache
def changes(old: str, new: str) -> tuple[Change, ...]:
    frameworks = [get_framework(f"anthropic/rsp-{version}") for version in (old, new)]
    return diff_frameworks(frameworks[0], new=frameworks[1]).changes


def found(pair: str, kind: str, section: str, item: str, field: str = "") -> list[Change]:
    old, new = pair.split(" -> ")
    return [
        one
        for one in changes(old, new)
        if (one.kind, one.section, one.item, one.field) == (kind, section, item, field)
    ]


# Under `= <versions>`, after `# <what changed>`: kind; section; item; key; words of the old value;
# words of the new one. A word of 3.0 -> 3.4 in parentheses is the version that the change is from.
LISTED = """
= 1.0 -> 2.0
# levels name safeguards, not models
removed; standards; asl-3/containment
# outcomes are asked for instead of measures
removed; standards; asl-3/security:V1-A3-S1
added; standards; asl-3/security:A3-S1
# distillation is not watched for at ASL-2
removed; standards; asl-2/security:A2-S5-extraction; ; distillation
# a bounty for jailbreaks
added; standards; asl-2/deployment:A2-D4; ; ; bounty
# no hours of red-teaming
removed; standards; asl-3/deployment:V1-A3-D1; ; dozens of hours
added; standards; asl-3/deployment:A3-D3; ; ; red-teaming
# not every modality
removed; standards; asl-3/deployment:V1-A3-D2; ; every deployed modality
# no retention for 30 days
removed; standards; asl-3/deployment:V1-A3-D3; ; 30 days
removed; standards; asl-3/deployment:V1-A3-D4; ; 30 days
# the next level's evaluations are not promised for every level
removed; duties; define-next-asl; ; ASL-5
added; duties; define-asl-4-thresholds
# a new pair of threshold and safeguards
added; thresholds; CBRN-3
# replication is no threshold
removed; thresholds; ASL-3/autonomy
# it is a checkpoint
added; thresholds; autonomy-checkpoint
# AI R&D is a threshold
added; thresholds; AI-RD
# no test is specified
removed; evaluations; replication-tasks
# a Capability Report
added; standards; capability-report
# Safeguards Reports
added; standards; safeguards-report
# six months instead of three
weakened; triggers; six-months, three-months; when.elapsed; P3M; P6M
# elicitation at 1 % of the compute is dropped
reworded; corrections; ; elicitation_factor.reason; 1 %; no factor
# the sixfold buffer is dropped
reworded; corrections; ; buffer.reason; six times; no buffer
# trusted users
changed; framework; ; audiences; ; trusted-users
# two persons decide
strengthened; ruling; ; required; false; true
# the emergency clause
strengthened; adjustments; extreme-emergency
# others' lower safeguards
weakened; adjustments; another-developer
= 2.0 -> 2.1
# CBRN-4
added; thresholds; CBRN-4
# AI R&D is split
removed; thresholds; AI-RD
added; thresholds; AI-RD-4
added; thresholds; AI-RD-5
# safeguards of their own
added; standards; asl-4/security
removed; standards; higher-security
# thresholds are examined again instead of ASL-4 defined
reworded; standards; safeguards-report:SR-5; says; thresholds for ASL-4; any further
removed; duties; define-asl-4-thresholds
# Required Safeguards are described before a threshold is reached
added; duties; define-safeguards-first
= 2.1 -> 2.2
# most insiders are out of scope
reworded; standards; asl-3/security; bar; most insiders; basic insiders
# the same is said of what nobody shows
reworded; framework; ; does_not_establish; highly sophisticated state-compromised
reworded; framework; ; does_not_establish; ; sophisticated or state-compromised
= 2.2 -> 3.0
# four rows of threats
added; thresholds; NON-NOVEL-CB
added; thresholds; NOVEL-CB
added; thresholds; HIGH-STAKES-SABOTAGE
added; thresholds; AUTOMATED-RD
# the company's plan
added; standards; asl-3-protections
# advice to the industry
added; standards; industry/novel-cb
# radiological and nuclear weapons go
removed; domains; cbrn
# chemical and biological ones stay
added; domains; chem-bio
# levels are no standards
removed; standards; asl-3/security
removed; standards; asl-4/security
# a roadmap
added; duties; roadmap
# Risk Reports
added; standards; risk-report
# external review
added; standards; external-review
# what competitors do counts
added; standards; matched-posture
added; standards; lead-argument
# no pause for want of safeguards
weakened; actions; train; needs; security
weakened; actions; train; instructs; pause_training
removed; duties; pause-comparable-training
# deployment waits for no safeguards of AI R&D
weakened; actions; deploy; needs; affirmative_case
= 3.0 -> 3.4
# automated R&D in other terms (3.1)
removed; thresholds; AUTOMATED-RD:compresses-two-years
added; thresholds; AUTOMATED-RD:substitutes-for-staff
# twice both rates (3.4)
added; thresholds; AUTOMATED-RD:progress_multiple
# likely to accelerate (3.4)
added; thresholds; AUTOMATED-RD:attributable-and-accelerating
# internal feedback (3.1)
reworded; duties; internal-feedback; says
# free to pause (3.1)
reworded; framework; ; does_not_establish; ; leaves other pauses to discretion
# no metrics for other domains (3.1)
removed; duties; other-domain-metrics
# review on request (3.2)
added; duties; review-on-request
# the Trust approves reviewers (3.2)
reworded; standards; external-review:ER-3; says; were consulted; approved them
# the Trust is briefed (3.2)
added; duties; trust-briefings
# scarce expertise (3.3)
removed; thresholds; NOVEL-CB:novel-uplift
added; thresholds; NOVEL-CB:novel-substitution
# comparable to COVID-19 (3.3)
reworded; thresholds; NOVEL-CB; about.harm; far beyond; comparable
# updates off the cycle (3.3)
reworded; duties; off-cycle-internal; after
reworded; standards; risk-report:RR-2; says
# a row is renamed (3.3)
reworded; domains; misalignment; title; sabotage; Misaligned
# to 200 employees (3.4)
reworded; duties; internal-transparency; says; all regular-clearance; 200
# coverage date (3.4)
reworded; duties; risk-report-published; says; ; 30 days
# redactions are disclosed (3.4)
added; duties; redactions-disclosed
# the review may be split (3.4)
reworded; standards; external-review:ER-2; says; the report; all sections
"""


def listed() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the versions, what changed, and the six columns of every line."""
    pair = what = ""
    for line in LISTED.strip().splitlines():
        if line.startswith("= "):
            pair = line[2:]
        elif line.startswith("# "):
            what = line[2:]
        else:
            yield pair, what, [*line.split("; "), *[""] * 6][:6]


@pytest.mark.parametrize(("pair", "what", "columns"), [*listed()])
def test_a_listed_change_is_found_with_its_direction(
    pair: str, what: str, columns: list[str]
) -> None:
    kind, section, item, field, old, new = columns
    matching = found(pair, kind, section, item, field)
    assert any(old in one.old and new in one.new for one in matching), what


def test_what_2_0_kept_of_1_0_is_the_same_line() -> None:
    """RSP 1.0, appendix on security, and RSP 2.0 appendix B: six items, word for word but one."""
    old, new = (get_framework(f"anthropic/rsp-{version}").standards for version in ("1.0", "2.0"))
    shared = {
        f"{standard}:{line}"
        for standard in old.keys() & new.keys()
        for line in old[standard].criteria.keys() & new[standard].criteria.keys()
    }
    assert shared == {"asl-2/deployment:A2-D1", *(f"asl-2/security:A2-S{n}" for n in range(1, 7))}
    told = [one for one in changes("1.0", "2.0") if one.item in shared and one.field != "cite"]
    assert not told


def test_the_insiders_are_all_that_its_standards_changed() -> None:
    standards = [one for one in changes("2.1", "2.2") if one.section == "standards"]
    told = [one for one in standards if one.field.rpartition(".")[2] != "cite"]
    assert [(one.item, one.field) for one in told] == [("asl-3/security", "bar")]


def test_a_new_version_number_is_no_change_of_what_is_not_established() -> None:
    for old, new in (("2.1", "2.2"), ("2.0", "2.1")):
        lines = [one for one in changes(old, new) if one.field == "does_not_establish"]
        before = {one.old.replace(f"RSP {old}", "RSP") for one in lines if one.old}
        after = {one.new.replace(f"RSP {new}", "RSP") for one in lines if one.new}
        assert not before & after
