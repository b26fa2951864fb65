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
        "plan.backdated": ("the plan's entry is later than it says: it counts from there", "S-9"),
        "plan.known-runs": ("runs were in the ledger before the plan, and do not count", "S-9"),
        "plan.not-logged": ("the plan has no entry in the ledger, and counts no run", "S-9"),
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
        "estimand.not-binary": (
            "the estimand counts successes, and a value is neither end of the declared range",
            "stat. S-40",
        ),
        "epochs.too-few": (
            "a task has fewer than k attempts, and the best of k scores has no bound then",
            "stat. S-40",
        ),
        "tasks.too-few": ("there are fewer tasks than the bound counts", "stat. S-41"),
        "amount.unknown": (
            "the hours of an attempt are not known, so there is no rate per hour",
            "stat. S-42",
        ),
        "judge.uninformative": (
            "the validation does not show that the judge is better than chance",
            "stat. S-43",
        ),
        "judge.contradicted": (
            (
                "the judge reports fewer dangerous attempts than its false alarms alone would "
                "make, so its validation does not fit these attempts"
            ),
            "stat. S-43",
        ),
        "judge.uncorrected": (
            "a judge with declared errors scored, and this estimand can not be corrected for them",
            "stat. S-43",
        ),
        "arm.unknown": ("it is not known to which arm of a trial an attempt belongs", "stat. S-6"),
        "arm.mixed": (
            (
                "some independent units are in both arms of the trial and some in one: neither the "
                "paired nor the unpaired test applies"
            ),
            "stat. S-51",
        ),
        "percentile.readings": (
            (
                "the percentile among the experts' measured scores and the one among their skill "
                "lead to different answers: more items per expert would tell them apart"
            ),
            "stat. S-50",
        ),
        "minutes.unknown": (
            "the evaluation names no minutes, a task has none, or its attempts have several",
            "stat. S-71",
        ),
        "horizon.families": (
            "a time horizon can be ruled out from at least twelve families of tasks",
            "stat. S-71",
        ),
        "horizon.extrapolated": (
            "no task takes people as long as the bound says, so the curve would be extrapolated",
            "stat. S-71",
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
        "looks.estimand": (
            "looks are planned for a rate or mean score of tasks like these, from samples, only",
            "S-8",
        ),
        "looks.not-before": ("looks that were planned after the runs control no error", "S-8"),
        "looks.variants": ("runs of several elicitations can not be looked at as one", "S-8"),
        "looks.other-size": (
            "after a run there are other clusters than its look was planned for",
            "S-8",
        ),
        "looks.other-items": (
            "a run holds other clusters than the plan drew for its look",
            "S-8",
        ),
        "looks.not-binary": (
            "the design counts clusters at an end of the score; `betting` takes values between",
            "S-8",
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
        "inherit.estimand": (
            "only a mean of scores, without a judge's declared errors, can be inherited",
            "I-2",
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
    "Comparison of versions: not tested": {
        "compare.task": ("the two sides fill a slot with different tasks", "stat. S-31"),
        "compare.task-version": ("the task has another version", "stat. S-31"),
        "compare.dataset": ("the data set has another name", "stat. S-31"),
        "compare.items": (
            "items are on one side only; up to half of all items they count as missing instead",
            "stat. S-31",
        ),
        "compare.elicitation": ("a setting differs that says how it was asked", "stat. S-31"),
        "compare.limits": ("a limit on messages, tokens, time or cost differs", "stat. S-31"),
        "compare.judge": ("another model plays a role, such as the judge", "stat. S-31"),
        "compare.scorer": ("a side has no values of the score", "stat. S-31"),
        "compare.range": ("the ends of the score are not known", "stat. S-31"),
        "compare.clusters": (
            "the independent cluster of an item is unknown or not the same",
            "stat. S-31",
        ),
        "compare.arms": ("the attempts belong to the arms of a trial", "stat. S-31"),
        "compare.no-samples": ("a side has no samples, as publications have", "stat. S-31"),
        "compare.same-runs": ("one run stands on both sides", "stat. S-31"),
    },
    "Comparison of versions: to be known": {
        "compare.groups": (
            "items are taken as independent, and an attribute puts several together",
            "stat. S-32",
        ),
        "compare.epochs": ("the number of epochs differs", "stat. S-31"),
        "compare.selection": ("another part of the data set was asked for", "stat. S-31"),
        "compare.errors": ("errors of attempts were treated differently", "stat. S-31"),
        "compare.scorers": ("the runs have different scorers beside this one", "stat. S-31"),
        "compare.code": ("packages or the revision of the code differ", "stat. S-31"),
        "compare.model-settings": (
            "what ran where differs: address, arguments, seed",
            "stat. S-31",
        ),
        "compare.items-changed": (
            "items of one id carry other attributes: they may be others",
            "stat. S-31",
        ),
        "compare.shuffled": (
            "samples were shuffled: items without ids of their own may be others",
            "stat. S-31",
        ),
        "compare.doubtful": ("the importer doubts a log", "stat. S-31"),
        "compare.unfinished": ("no run of a side finished", "stat. S-30"),
        "compare.range-left": ("a value lies outside the declared range", "M-4"),
    },
}
"""Where a reason is given -> its code -> what it means, and the clauses that say so exactly."""
