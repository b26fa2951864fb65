"""The codes that the gate gives, by the answer that they lead to."""

from __future__ import annotations

from typing import Final

GATE_CODES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Gate: HOLD": {
        "framework.sealed-bar": (
            "the framework that the plan was sealed under does not answer ALLOW",
            "G-18",
        ),
        "claim.missing": ("nobody claims the safeguard", "G-9"),
        "claim.pending": ("the claim says that it is not yet in place", "G-9"),
        "claim.expired": ("the claim has lapsed, by its own date or by a trigger", "G-9, G-13"),
        "claim.stale": ("the evidence behind the claim is too old", "G-9"),
        "claim.evidence": ("the claim has no evidence of a kind that the criterion accepts", "G-9"),
        "claim.other-parts": (
            "the claim was made for other weights, elicitation, safeguards or surface",
            "G-9, G-13",
        ),
        "claim.paths": ("traffic paths are not covered", "G-9"),
        "claim.audience": ("the claim is made for other audiences than the one asked for", "G-9"),
        "claim.environments": (
            "an environment that serves the subject is not covered",
            "G-9",
        ),
        "claim.weights": (
            "the action demands a safeguard that binds whoever has the weights",
            "G-9",
        ),
        "claim.interim-role": (
            "the interim claim is approved by a role that the framework does not have",
            "G-9",
        ),
        "claim.exception-role": (
            "an exception for trusted users is approved by a role that the framework does not have",
            "G-9",
        ),
        "claim.unsigned": (
            "an interim claim or exception that not all roles that approve it have signed",
            "G-9",
        ),
        "safeguard.undetermined": (
            "the safeguard's test does not rule out that it falls short",
            "G-9",
        ),
        "surface.undeclared": (
            "the subject does not declare the traffic paths of the surface",
            "G-2",
        ),
        "standard.undefined": (
            "nobody can meet the standard; HOLD while the threshold is undetermined, else DENY",
            "G-8",
        ),
        "interpretation.open": (
            "no reading of a contested clause is chosen, and some reading of it binds the action",
            "G-16",
        ),
        "threshold.held": ("the threshold is undetermined, and its precaution is `hold`", "G-6"),
        "determination.stale": ("the determination has expired", "G-3"),
        "determination.other-framework": ("it was made under another framework version", "G-3"),
        "determination.other-subject": (
            "it is about another subject, or the subject has changed since",
            "G-3",
        ),
        "determination.before-incident": (
            (
                "an incident or new attack class, resolved since, happened after the earliest "
                "planned run had started; only a plan sealed after it, with its runs, cures that"
            ),
            "G-11",
        ),
        "framework.no-baseline": ("the framework demands nothing by default", "G-4"),
        "framework.no-thresholds": ("the framework has no thresholds", "G-4"),
        "ruling.missing": ("the framework requires a ruling on exactly this determination", "G-5"),
        "approval.missing": ("a role has not signed off", "G-10"),
        "approval.expired": ("the sign-off has expired", "G-10"),
        "approval.other-digest": ("the role signed off another determination", "G-10"),
        "approval.unsigned": ("the framework does not accept an unsigned sign-off", "G-10"),
        "approval.not-independent": (
            "one person signed for two roles that must be independent",
            "G-10",
        ),
        "negatives.not-current": (
            (
                "nobody states that the list of incidents, revocations and dissents is complete up "
                "to recently"
            ),
            "G-11",
        ),
        "revoked": ("a revocation is open", "G-11"),
        "incident.open": ("an incident or a new attack class is open", "G-11"),
        "dissent.open": ("a dissent is open", "G-11"),
        "objection.open": ("an objection is open", "G-11"),
    },
    "Gate: DENY": {
        "claim.failed": (
            (
                "the safeguard is shown not to hold: a claim is `unmet`, or a failed claim is on "
                "record"
            ),
            "G-9",
        ),
        "safeguard.falls-short": ("the safeguard's test shows that it falls short", "G-9"),
        "standard.undefined": (
            "nobody can meet the standard, and a threshold that owes it is reached",
            "G-8",
        ),
        "gate.default-deny": ("shown where a closed gate has no reason of its own", "G-1"),
    },
    "Conditions and notes": {
        "framework.changed": (
            "condition: the plan was sealed under another text of the framework; both judge",
            "G-18",
        ),
        "claim.interim": ("condition: the permission needs an interim claim", "G-9"),
        "claim.exception": (
            "condition: the safeguard does not apply to the trusted users that the claim excepts",
            "G-9",
        ),
        "criterion.recommended": (
            "condition: a criterion that is recommended and not required is open",
            "G-9",
        ),
        "adjustment.applied": (
            (
                "condition: by an adjustment that holds, other standards stand in for one that is "
                "not met; names the duties that are due"
            ),
            "G-17",
        ),
        "clock.soft": ("condition and noncompliance entry: a soft clock has run out", "X-6, G-12"),
        "ruling.differs": ("note: the ruling changed a computed outcome", "G-5"),
        "ruling.not-lowered": (
            "note: the ruling is laxer than the computed outcome, and may not lower it",
            "G-5",
        ),
    },
    "Signed statements": {
        "signed.no-trust": ("the project names no trust file, so no signature counts", "A-35"),
        "signed.apart": (
            "the person signed before in a role that is kept apart from this one",
            "A-37, A-39",
        ),
        "signed.waits": (
            "an exception or interim claim waits for the signature of a role that must approve it",
            "A-39",
        ),
        "signed.attested": (
            "a server attests it, and the framework asks for the person's own signature",
            "G-19, A-48",
        ),
        "signed.other": ("it is about another determination, or another framework file", "A-38"),
        "signed.lapsed": ("it lapsed by its own date", "A-38"),
        "signed.resolved": ("a signed statement that counts resolved it", "A-36"),
    },
}
"""Where a reason is given -> its code -> what it means, and the clauses that say so exactly."""
