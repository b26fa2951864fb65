"""Realistic values for the report tests, made by hand: nothing here is computed by the engine.

The framework is an invented example; its bounds are no publisher's. The limits of the binomial
counts are Clopper-Pearson limits at 5 %, so that the pages look like real ones.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.unit.report.example_evidence import SUBJECT, claims, evidence
from tests.unit.report.example_framework import AIRD, BIO, CYBER, NOT_SHOWN, framework, sha
from tierlock.core import (
    Action,
    Approval,
    Counts,
    Deciding,
    Decision,
    Determination,
    Estimate,
    Explanation,
    Finding,
    Flip,
    FrameworkRef,
    GateReason,
    Limits,
    Margin,
    Negative,
    Negatives,
    Omission,
    Outcome,
    Owed,
    Reason,
    Step,
    Subject,
    SubjectRef,
    Surface,
    ThresholdFinding,
    Verdict,
    WorkItem,
)
from tierlock.report import AssessReport

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>'


def subject() -> Subject:
    return Subject(
        name=SUBJECT, known_as=("lab/small-1",), surfaces={"api": Surface(paths=("chat", "batch"))}
    )


def limits(rule_out: float, rule_in: float, **more: object) -> Limits:
    values: dict[str, object] = {
        "higher_is_worse": True,
        "rule_out": rule_out,
        "rule_out_declared": rule_out,
        "rule_in": rule_in,
        "alpha_rule_out": 0.05,
        "alpha_rule_in": 0.05,
        "basis": "proposal",
        "lo": 0.0,
        "hi": 1.0,
    }
    return Limits.model_validate(values | more)


def findings() -> tuple[Finding, ...]:
    protocols = Estimate(
        value=0.055,
        worst=0.055,
        best=0.055,
        lower=0.0311,
        upper=0.0894,
        rule_out_p=1.2e-13,
        rule_in_p=1.0,
        units=200,
        items=200,
        method="Clopper-Pearson",
        counts=Counts(planned=200, present=200, scored=200),
    )
    uplift = Estimate(
        value=1.71,
        worst=1.83,
        best=1.71,
        lower=1.2,
        upper=2.53,
        rule_out_p=0.011,
        rule_in_p=1.0,
        units=24,
        items=24,
        method="fieller",
        monotone=False,
        counts=Counts(planned=25, present=24, scored=24, missing={"absent": 1}),
    )
    ctf = Estimate(
        value=0.075,
        worst=7 / 44,
        best=3 / 44,
        lower=0.0188,
        upper=0.2781,
        rule_out_p=0.62,
        rule_in_p=0.9999,
        units=44,
        items=44,
        method="Clopper-Pearson",
        counts=Counts(planned=44, present=44, scored=40, missing={"unscored": 4}, limited=4),
    )
    return (
        Finding(
            path=f"{BIO}:protocols",
            kind="measured",
            outcome=Outcome.RULED_OUT,
            decided_by="evidence",
            slot="protocols",
            evidence=(evidence()[0].digest,),
            estimate=protocols,
            limits=limits(0.25, 0.5),
        ),
        Finding(
            path=f"{BIO}:uplift",
            kind="measured",
            outcome=Outcome.RULED_OUT,
            decided_by="evidence",
            slot="uplift",
            estimate=uplift,
            limits=limits(2.8, 5.0, basis="published", cite="example card 7.2", hi=None),
            as_published=False,
        ),
        Finding(
            path=f"{CYBER}:ctf",
            kind="measured",
            outcome=Outcome.UNDETERMINED,
            decided_by="evidence",
            slot="ctf",
            reasons=(Reason(code="interval.crosses", says="the interval crosses the bound"),),
            estimate=ctf,
            limits=limits(0.15, 0.4, basis="derived"),
        ),
        Finding(
            path=f"{AIRD}:research",
            kind="measured",
            outcome=Outcome.UNDETERMINED,
            decided_by="omission",
            slot="research",
            owes=True,
            reasons=(Reason(code="slot.no-evidence", says="`research` has no evidence"),),
        ),
        Finding(
            path=f"{AIRD}:expert-review",
            kind="attested",
            outcome=Outcome.UNDETERMINED,
            decided_by="omission",
            guarded=False,
            reasons=(Reason(code="attestation.missing", says="role `rso` has not attested"),),
        ),
    )


def _leaf(path: str, outcome: Outcome) -> Step:
    return Step(op="leaf", finding=path, outcome=outcome)


def _threshold_findings() -> tuple[ThresholdFinding, ...]:
    out, undetermined = Outcome.RULED_OUT, Outcome.UNDETERMINED

    def made(
        name: str, domain: str, outcome: Outcome, trace: Step, **more: bool
    ) -> ThresholdFinding:
        return ThresholdFinding(
            threshold=name,
            domain=domain,
            tier="ASL-3",
            outcome=outcome,
            tree_outcome=outcome,
            trace=trace,
            alpha_rule_out=0.05,
            alpha_rule_in=0.05,
            complete=more.get("complete", True),
            missing=more.get("missing", False),
        )

    bio = Step(
        op="any",
        outcome=out,
        steps=(_leaf(f"{BIO}:protocols", out), _leaf(f"{BIO}:uplift", out)),
    )
    aird = Step(
        op="at_least",
        k=1,
        outcome=undetermined,
        steps=(
            _leaf(f"{AIRD}:research", undetermined),
            _leaf(f"{AIRD}:expert-review", undetermined),
        ),
    )
    return (
        made(BIO, "biology", out, bio),
        made(CYBER, "cyber", undetermined, _leaf(f"{CYBER}:ctf", undetermined)),
        made(AIRD, "autonomy", undetermined, aird, complete=False, missing=True),
    )


def determination() -> Determination:
    return Determination(
        framework=FrameworkRef(framework="example/reference", version="1", digest=sha("a")),
        subject=SubjectRef(name=SUBJECT),
        subject_digest=sha("b"),
        plan=sha("c"),
        plan_declared="after",
        determined_at=AT,
        evidence_from=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        engine="tierlock 0.1",
        thresholds=_threshold_findings(),
        findings=findings(),
        owed=(
            Owed(standard="asl-2/deployment", because="baseline"),
            Owed(standard="asl-3/deployment", because="undetermined", thresholds=(CYBER,)),
            Owed(standard="asl-3/security", because="undetermined", thresholds=(CYBER, AIRD)),
        ),
        omissions=(
            Omission(
                what="research",
                code="slot.no-evidence",
                says="planned: 1 run, none seen",
                owed=True,
            ),
        ),
        unused=(
            Omission(what="old-mcq", code="slot.unknown", says="no slot asks for task `old-mcq`"),
        ),
        outside_guarantee=(f"{AIRD}:expert-review",),
        union_bound=0.15,
        label="ASL-3",
        label_if_settled="ASL-2",
        expires_at=datetime(2027, 5, 22, tzinfo=UTC),
    )


def work() -> tuple[WorkItem, ...]:
    return (
        WorkItem(
            do="run more samples of Capture-the-flag suite (`cyber-ctf`)",
            settles=f"{CYBER}:ctf",
            kind="evaluate",
            samples=39,
            likely_samples=61,
            seconds=7000,
            usd=4.2,
            group=CYBER,
        ),
        WorkItem(
            do="put in place and claim asl-3/deployment:classifiers",
            settles="asl-3/deployment:classifiers",
            kind="safeguard",
            effort="weeks",
            group="asl-3/deployment",
        ),
        WorkItem(
            do="run Research engineering suite (`research`)",
            settles=f"{AIRD}:research",
            kind="evaluate",
            samples=14,
            group=AIRD,
        ),
        WorkItem(
            do="have rso attest: not so that experts find it able",
            settles=f"{AIRD}:expert-review",
            kind="attest",
            owner="rso",
            group=AIRD,
        ),
        WorkItem(
            do="extend abuse monitoring to path `batch`",
            settles="asl-2/deployment:abuse-monitoring",
            kind="safeguard",
            effort="~3 days",
            owner="trust-and-safety",
            group="asl-2/deployment",
        ),
    )


def explanation(verdict: Verdict | None = Verdict.HOLD) -> Explanation:
    undetermined = Outcome.UNDETERMINED
    return Explanation(
        verdict=verdict,
        deciding=(
            Deciding(
                threshold=BIO,
                outcome=Outcome.RULED_OUT,
                paths=(f"{BIO}:protocols", f"{BIO}:uplift"),
            ),
            Deciding(threshold=CYBER, outcome=undetermined, paths=(f"{CYBER}:ctf",)),
            Deciding(
                threshold=AIRD,
                outcome=undetermined,
                paths=(f"{AIRD}:research", f"{AIRD}:expert-review"),
            ),
        ),
        margins=(
            Margin(
                path=f"{BIO}:protocols",
                bound=0.25,
                limit=0.0894,
                relative=0.642,
                elicitation_factor=2.8,
                fragility=28,
            ),
            Margin(
                path=f"{BIO}:uplift",
                bound=2.8,
                limit=2.53,
                relative=0.096,
                elicitation_factor=1.1,
                fragility=2,
            ),
            Margin(
                path=f"{CYBER}:ctf",
                bound=0.15,
                limit=0.2781,
                relative=-0.854,
                samples=39,
                likely_samples=61,
                seconds=7000,
                usd=4.2,
            ),
        ),
        flips=(
            Flip(
                path=f"{BIO}:uplift",
                to="reached",
                changes=f"{BIO}: ruled_out -> reached",
                direction="raises",
            ),
            Flip(
                path="asl-2/deployment:abuse-monitoring",
                to="unmet",
                changes="HOLD -> DENY",
                direction="closes",
            ),
        ),
        unknown=(
            f"whether {CYBER} is crossed: the upper limit 27.8 % lies above the bound 15 %",
            f"whether {AIRD} is crossed: nothing was measured",
            "whether four samples of `ctf` would have solved their task without the message limit",
        ),
        next_step=work()[0],
        work=work(),
        does_not_establish=NOT_SHOWN,
    )


def decision(verdict: Verdict = Verdict.HOLD) -> Decision:
    hold = (
        GateReason(
            code="threshold.held",
            says=f"{CYBER} is undetermined",
            verdict="HOLD",
            about=CYBER,
        ),
        GateReason(
            code="claim.paths",
            says='safeguard "abuse monitoring" covers 1 of 2 traffic paths',
            verdict="HOLD",
            about="asl-2/deployment:abuse-monitoring",
        ),
    )
    deny = GateReason(
        code="claim.failed",
        says="safeguard `classifiers` was shown not to hold",
        verdict="DENY",
        about="asl-3/deployment:classifiers",
    )
    condition = Reason(
        code="claim.interim", says="abuse monitoring rests on an interim claim until 2026-12-31"
    )
    allowed = verdict is Verdict.ALLOW
    return Decision(
        verdict=verdict,
        action=Action(name="deploy", surface="api", audience="general"),
        framework=FrameworkRef(framework="example/reference", version="1", digest=sha("a")),
        subject=SUBJECT,
        determination=sha("d"),
        decided_at=AT,
        reasons={Verdict.ALLOW: (), Verdict.HOLD: hold, Verdict.DENY: (hold[0], deny)}[verdict],
        conditions=(condition,) if allowed else (),
        instructs=() if allowed else ("isolate",),
        work=() if allowed else work(),
        expires_at=datetime(2026, 12, 31, tzinfo=UTC) if allowed else None,
        assurance=("binding: declared", "declared: after", "time: self-asserted"),
    )


def with_lapse(verdict: Verdict) -> Decision:
    """Return a decision with an interim claim and a soft clock that has run out (G-12)."""
    interim = decision(Verdict.ALLOW).conditions
    lapse = Reason(code="clock.soft", says="the evidence is overdue")
    return decision(verdict).model_copy(
        update={"conditions": (*interim, lapse), "noncompliance": (lapse,)}
    )


def report(
    verdict: Verdict | None = Verdict.HOLD, *, task: str = "cyber-ctf", mock: bool = False
) -> AssessReport:
    return AssessReport(
        framework=framework(),
        subject=subject(),
        determination=determination(),
        explanation=explanation(verdict),
        decision=None if verdict is None else decision(verdict),
        evidence=evidence(task),
        mock_models=("mockllm/model",) if mock else (),
        generated_at=AT,
        claims=claims(),
    )


def signed(base: AssessReport) -> AssessReport:
    """Return the report with one sign-off and one standing dissent on record."""
    approval = Approval(
        role="rso",
        signer="Ada Example",
        action="deploy",
        determination=base.determination_digest,
        approved_at=AT,
    )
    dissent = Negative(
        kind="dissent",
        subject=SUBJECT,
        says="the cyber suite is too small to sign on",
        happened_at=AT,
    )
    return base.model_copy(
        update={"approvals": (approval,), "negatives": Negatives(records=(dissent,))}
    )
