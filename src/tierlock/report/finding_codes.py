"""The codes that a determination gives, by where they stand."""

from __future__ import annotations

from typing import Final

FINDING_CODES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Measured criteria": {
        "interval.crosses": (
            "the confidence interval crosses the bound: more samples may settle it",
            "M-7",
        ),
        "interval.grey-zone": (
            "the interval lies between the two bounds: more samples will not help",
            "M-7",
        ),
        "slot.no-evidence": ("no run of this evaluation is known", "S-3"),
        "slot.only-unplanned": (
            "there are only runs that no plan counts; they can veto and never support",
            "S-6",
        ),
        "slot.unplanned-veto": ("a pool with the unplanned runs is not ruled out", "S-6"),
        "slot.run-missing": ("a run is registered and its log is not there", "S-3"),
        "slot.run-not-started": ("the plan promises more runs than have started", "S-3"),
        "plan.competing": ("another plan promises the slot and was not superseded", "S-4"),
        "plan.superseded-run-missing": (
            "runs that a superseded plan promised are still owed",
            "S-4",
        ),
        "run.unfinished": ("a run that counts did not end with success", "M-11"),
        "missing.over-cap": ("too large a share of the attempts has no value", "M-4"),
        "range.unbounded": (
            (
                "the score has no declared end on the dangerous side, so a missing value has no "
                "worst case"
            ),
            "M-3",
        ),
        "range.violated": ("a value lies outside the declared range", "M-4"),
        "cluster.unknown": (
            "it is not known to which independent cluster an attempt belongs",
            "M-5",
        ),
        "scorer.missing": ("the log has no score of the scorer that the framework names", "M-2"),
        "scorer.ambiguous": (
            "the log has several scores, and the framework does not say which",
            "M-2",
        ),
        "suite.not-binary": (
            "a rate over exactly this suite needs values that are 0 or 1",
            "stat. S-5",
        ),
        "suite.unequal-epochs": (
            "a rate over exactly this suite needs equally many attempts per task",
            "stat. S-5",
        ),
        "arm.unknown": ("it is not known to which arm of a trial an attempt belongs", "stat. S-6"),
        "estimand.reported-only": (
            "this estimand, a time horizon, is read from a published interval only",
            "stat. S-10",
        ),
        "reported.too-little": ("the publication gives no n, no spread or no interval", "M-10"),
        "reported.range": ("published counts need a score between 0 and 1", "M-10"),
        "reported.unlabelled": (
            "the published spread has no label, and its readings disagree",
            "M-10",
        ),
        "monotone.cross-check": (
            "the test is not monotone, and its monotone cross-check does not agree",
            "M-9",
        ),
        "evaluation.not-current": (
            "the framework calls the evaluation saturated or deprecated",
            "M-11",
        ),
        "evidence.doubtful": ("a log has a problem of severity `doubt`", "M-11"),
        "evidence.expired": ("the evidence is older than the framework allows", "X-4"),
        "evidence.stale": (
            "something that the framework watches has changed since, or is not known",
            "X-2, X-3",
        ),
        "alpha.spent": (
            "earlier weights of the lineage have used the error budget of this period",
            "E-2",
        ),
        "alpha.tolerance": ("the p-value equals alpha within numeric tolerance", "M-7"),
        "inherit.no-margin": ("the framework declares no margin for this criterion", "I-1"),
        "inherit.no-parent": ("there is no determination of the declared parent", "I-1"),
        "inherit.framework": ("the parent was judged under another framework", "I-1"),
        "inherit.expired": ("the parent's determination is not current", "I-1"),
        "inherit.parent-not-ruled-out": (
            "the parent is not ruled out on its own evidence; inheritance has no chains",
            "I-1",
        ),
        "inherit.no-pairs": ("the runs of subject and parent can not be paired by item", "I-2"),
        "inherit.elicitation": ("subject and parent were elicited differently", "I-3"),
        "inherit.worse": (
            "the subject may be worse than its parent by more than the margin",
            "I-2",
        ),
        "criterion.rules-out-only": (
            "its bound is crossed, and this test can only rule out: it shows nothing any more",
            "M-15",
        ),
        "criterion.rules-in-only": (
            "its bound is not crossed, and this test can only show that it is",
            "M-15",
        ),
        "bound.undisclosed": ("the publisher does not disclose the bound", "M-16"),
        "guarantee.disagrees": (
            (
                "the default test and the proved test differ about ruling out; the declared one "
                "decides"
            ),
            "M-8",
        ),
    },
    "Attested and fact criteria": {
        "attestation.current": ("ruled out: the role attests that it is not so", "R-1"),
        "attestation.failed": (
            "reached: an open record says that the attestation does not hold",
            "R-2",
        ),
        "attestation.missing": ("the role has not attested", "R-3"),
        "attestation.expired": ("the attestation is too old", "R-3"),
        "attestation.other-parts": (
            "the attestation looked at other weights, elicitation, safeguards or surface",
            "R-3",
        ),
        "attestation.unsigned": ("the framework does not accept an unsigned attestation", "R-1"),
        "attestation.objection": ("an objection is open", "R-1"),
        "fact.declared": ("decided by the declared fact", "F-1"),
        "fact.undeclared": ("the fact is not declared, so it is unknown", "F-1"),
        "fact.type": ("the declared fact is of another type than the test", "F-1"),
        "criterion.error": (
            "the criterion could not be settled; no other criterion is affected",
            "C-6",
        ),
    },
    "Thresholds": {
        "threshold.out-of-scope": (
            (
                "undetermined by its criteria, ruled out because declared facts put the subject "
                "out of scope"
            ),
            "F-2",
        ),
        "threshold.presumed-out": (
            "undetermined by its criteria, ruled out because nothing defeats its presumption",
            "F-4",
        ),
        "threshold.implied": (
            (
                "raised: a threshold whose crossing implies this one is reached, or is "
                "undetermined and owes evidence or has an unplanned veto"
            ),
            "F-3",
        ),
        "threshold.implied-out": (
            "ruled out: crossing this would cross one that is ruled out",
            "F-3",
        ),
        "threshold.contradiction": (
            "its own criteria rule it out, and a threshold that implies it is reached",
            "F-3",
        ),
    },
    "Evidence that was not used": {
        "evidence.other-subject": (
            "the log is about another subject; `known_as` declares further names",
            "V-6",
        ),
        "evidence.other-weights": ("it was measured on other weights", "V-6"),
        "evidence.other-safeguards": ("a safeguard test with other safeguards", "V-6"),
        "evidence.no-slot": ("no criterion of the framework asks for this evaluation", "V-6"),
    },
}
"""Where a reason is given -> its code -> what it means, and the clauses that say so exactly."""
