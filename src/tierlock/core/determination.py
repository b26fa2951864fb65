"""The result of applying one framework to the evidence about one subject at one instant."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from tierlock.core.bound import Basis
from tierlock.core.canonical import canonical_json, digest_bytes
from tierlock.core.evidence import Omission
from tierlock.core.instants import Instant
from tierlock.core.outcome import Outcome
from tierlock.core.record import Record
from tierlock.core.subject import Digest, SubjectRef

DecidedBy = Literal["evidence", "attestation", "fact", "inheritance", "omission", "error"]
ChangedBy = Literal["", "implied_below", "implied_above", "scope", "presumption"]
_KEPT: Final = "__determination_id__"
OwedBecause = Literal["baseline", "reached", "undetermined"]


class Reason(Record):
    """Why something is as it is: a stable code and one sentence for people."""

    code: str
    says: str


class Counts(Record):
    """Sample accounting: nothing is dropped in silence.

    Attributes:
        planned: attempts owed; present: attempts in the logs; scored: attempts with a value.
        missing: attempts without a value, by reason.
        limited: attempts ended by an undeclared limit (counted as missing).
        refused: attempts that the scorer marked as refusals.
    """

    planned: int
    present: int
    scored: int
    missing: dict[str, int] = {}
    limited: int = 0
    refused: int = 0


class Estimate(Record):
    """A number with its interval, method and accounting.

    Attributes:
        value: estimate over scored attempts only (missing dropped); None without data.
        worst, best: the estimate with every missing attempt at its worst and best value.
        lower, upper: one-sided confidence limits at the allocated error of each side.
        rule_out_p, rule_in_p: p-values of the two null hypotheses, before allocation.
        units: independent clusters; items: distinct items; attempts: rows.
        effective_n: attempts divided by the design effect, reported only.
        method: name of the deciding method; guarantee: whether its error bound is proved.
        monotone: whether worse data can never make the test more favourable (law L9).
        posterior: beta-binomial posterior probability that the estimand is at or beyond the
            rule-out limit; secondary, it decides nothing (spec/statistics.md S-44).
    """

    value: float | None = None
    worst: float | None = None
    best: float | None = None
    lower: float
    upper: float | None
    rule_out_p: float = Field(ge=0, le=1)
    rule_in_p: float = Field(ge=0, le=1)
    proved_rule_out_p: float | None = Field(default=None, ge=0, le=1)
    units: int = Field(ge=0)
    items: int = Field(ge=0)
    effective_n: float | None = None
    dangerous: float | None = None
    method: str
    guarantee: Literal["default", "proved"] = "default"
    monotone: bool = True
    posterior: float | None = Field(default=None, ge=0, le=1)
    counts: Counts


class Limits(Record):
    """The bounds that a measured criterion was judged by, after the declared corrections."""

    higher_is_worse: bool
    rule_out: float
    rule_out_declared: float
    rule_in: float
    alpha_rule_out: float
    alpha_rule_in: float
    basis: Basis
    cite: str = ""
    lo: float
    hi: float | None


class Finding(Record):
    """The outcome of one criterion, with its reasons (law L5: every leaf says what decided it).

    Attributes:
        path: `<threshold or standard>:<criterion>`.
        decided_by: what the outcome rests on.
        evidence: digests of the evidence used, sorted.
        owes: whether something that must exist is missing (a planned or registered run).
        guarded: whether the outcome lies inside the error guarantee.
        as_published: what the publisher's literal comparison gives; beside the tree, never in it.
        expires_at: when the finding stops supporting a rule-out.
    """

    path: str
    kind: Literal["measured", "undisclosed", "attested", "fact"]
    says: str = ""
    outcome: Outcome
    decided_by: DecidedBy
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Digest, ...] = ()
    owes: bool = False
    guarded: bool = True
    slot: str | None = None
    estimate: Estimate | None = None
    limits: Limits | None = None
    as_published: bool | None = None
    expires_at: Instant | None = None


class Step(Record):
    """A node of the trace: a connective over steps, or a leaf that names its finding."""

    op: Literal["any", "all", "at_least", "leaf"]
    k: int | None = None
    finding: str | None = None
    outcome: Outcome
    steps: tuple[Step, ...] = ()


class ThresholdFinding(Record):
    """The outcome of one threshold.

    Attributes:
        outcome: the outcome that obligations follow from.
        tree_outcome: what the criteria alone give.
        changed_by: why the two differ: implied by another threshold, out of scope by facts.
        contradiction: text when implied thresholds contradict each other.
        complete: no owed run and no integrity doubt under it.
        missing: whether any leaf has no evidence at all; a laxer ruling can not cure that.
    """

    threshold: str
    domain: str
    tier: str
    outcome: Outcome
    tree_outcome: Outcome
    changed_by: ChangedBy = ""
    reasons: tuple[Reason, ...] = ()
    trace: Step
    alpha_rule_out: float
    alpha_rule_in: float
    complete: bool
    missing: bool
    contradiction: bool = False


class Owed(Record):
    """One standard that the subject owes, and because of which thresholds."""

    standard: str
    because: OwedBecause
    thresholds: tuple[str, ...] = ()


class FrameworkRef(Record):
    """The framework that was applied, by name and digest."""

    framework: str
    version: str
    digest: Digest


class Determination(Record):
    """All findings of one subject under one framework at one instant, and what follows.

    Attributes:
        evidence_from: start of the oldest planned run; incidents after it make this stale.
        label: derived for people from the tiers; nothing is decided by it.
        label_if_settled: the label if every undetermined threshold were ruled out.
        holds: thresholds that are undetermined under precaution `hold`.
        union_bound: probability bound of at least one false rule-out over all thresholds.
        outside_guarantee: findings whose outcome no error bound covers.
        unused: evidence that no slot asked for, with the reason.
        expires_at: earliest instant at which something this rests on lapses.
        soft_lapses: soft clocks that have run out but are within their grace.
    """

    framework: FrameworkRef
    subject: SubjectRef
    subject_digest: Digest
    plan: Digest
    plan_declared: Literal["before", "after"]
    determined_at: Instant
    evidence_from: Instant
    engine: str
    thresholds: tuple[ThresholdFinding, ...]
    scope_outcome: Outcome | None = None
    scope_trace: Step | None = None
    presumption_traces: dict[str, Step] = {}
    adjustment_traces: dict[str, Step] = {}
    findings: tuple[Finding, ...]
    safeguard_findings: tuple[Finding, ...] = ()
    safeguard_traces: dict[str, Step] = {}
    owed: tuple[Owed, ...]
    holds: tuple[str, ...] = ()
    omissions: tuple[Omission, ...] = ()
    unused: tuple[Omission, ...] = ()
    outside_guarantee: tuple[str, ...] = ()
    union_bound: float
    label: str
    label_if_settled: str
    expires_at: Instant | None = None
    soft_lapses: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()

    def finding(self, path: str) -> Finding:
        """Return the finding at `path`, of a threshold, the scope or a safeguard.

        Raises:
            KeyError: no such finding.
        """
        for finding in (*self.findings, *self.safeguard_findings):
            if finding.path == path:
                return finding
        raise KeyError(path)


def determination_id(determination: Determination) -> str:
    """Return what people sign: the identity of a determination, whenever it was asked for.

    `sha256:<hex>` over its canonical bytes without `determinedAt`, and without `evidenceFrom`
    where no planned run has started, which is then the same instant (spec/determination.md D-1).
    Two questions at two instants have one identity as long as nothing else differs: other
    evidence, another outcome, or something that lapsed in between gives another one.
    """
    kept = determination.__dict__
    if _KEPT not in kept:
        said = determination.model_dump(mode="json", by_alias=True)
        asked = said.pop("determinedAt")
        if said["evidenceFrom"] == asked:
            del said["evidenceFrom"]
        kept[_KEPT] = digest_bytes(canonical_json(said))
    return str(kept[_KEPT])
