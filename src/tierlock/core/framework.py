"""One published version of a safety framework, as data."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from tierlock.core.bound import Corrections
from tierlock.core.criterion import Measured, Node, leaves
from tierlock.core.instants import Period
from tierlock.core.leeway import Adjustment, Interpretation
from tierlock.core.record import Record
from tierlock.core.rules import ActionRule, Duty, Standard, Trigger
from tierlock.core.safeguard import Assurance
from tierlock.core.subject import Digest
from tierlock.core.threshold import Combination, Precaution, Threshold


class FrameworkSource(Record):
    """The text that this file encodes; `sha256` pins the copy that was read."""

    title: str
    version: str = ""
    url: str = ""
    sha256: Digest | None = None


class ErrorControl(Record):
    """How much error is allowed, per threshold and policy period (spec/determination.md E-1).

    Attributes:
        rule_out: probability of a false rule-out per threshold in one period.
        rule_in: probability of a false rule-in.
        period: the policy period.
        checkpoints: weights versions that one period's budget is divided among.
    """

    rule_out: float = Field(gt=0, le=0.2)
    rule_in: float = Field(gt=0, le=0.2)
    period: Period
    checkpoints: int = Field(default=1, ge=1)


class Role(Record):
    """A named office that attests, rules or signs off; `right` is its place in decisions."""

    right: (
        Literal["assess", "recommend", "decide", "veto", "oversee", "assure", "attest"] | None
    ) = None
    says: str = Field(min_length=1)
    independent_of: tuple[str, ...] = ()


class RulingRule(Record):
    """Whether decision makers must rule, who they are, and what a laxer ruling may lower."""

    required: bool = False
    roles: tuple[str, ...] = ()
    may_lower_reached: bool = False
    cite: str = ""

    @model_validator(mode="after")
    def _roles_where_required(self) -> Self:
        if self.required and not self.roles:
            raise ValueError("a required ruling needs `roles`")
        return self


class Cost(Record):
    """Declared cost of one more sample; None where nothing is known."""

    seconds_per_sample: float | None = Field(default=None, ge=0)
    usd_per_sample: float | None = Field(default=None, ge=0)


class JudgeValidation(Record):
    """How often the judge that scores was right, on samples whose truth was known.

    Attributes:
        sensitivity: (right, of) among samples that were truly dangerous.
        specificity: (right, of) among samples that were truly safe.
    """

    sensitivity: tuple[int, int]
    specificity: tuple[int, int]
    cite: str = Field(min_length=1)

    @model_validator(mode="after")
    def _counts(self) -> Self:
        for right, of in (self.sensitivity, self.specificity):
            if not 0 <= right <= of or of == 0:
                raise ValueError("a judge was right in 0 <= right <= of samples, with of > 0")
        return self


class Evaluation(Record):
    """A slot: one kind of run that criteria ask for, and how its samples are read.

    Attributes:
        tasks: names under which logs know it; a log of any of these fills the slot.
        scorer: which score column counts; None where logs have exactly one.
        range: the score's declared [lo, hi]; hi None is unbounded.
        higher_is: whether a higher value is `worse` or `better` for safety.
        cluster_by: sample attribute naming the independent cluster (task family).
        arm_by: sample attribute naming the trial arm.
        minutes_by: sample attribute with the minutes that a human needs for the task.
        hours_by: sample attribute with the hours of attack that the sample stands for.
        judge: validation of the judge, where one scores; its errors then widen the bounds.
        refusal: a refused sample counts as it was scored, as the worst value, or as missing.
        limits: limit kinds that belong to the estimand; any other limit is missing data.
        max_missing: largest share of missing attempts with which a rule-out is still possible.
        status: `saturated` and `deprecated` evaluations can not rule out.
        human_baseline: a published human result, for orientation, with its citation.
        kind: how it is run.
        mitigation: whether the subject is measured before or after mitigations.
        elicitation: what elicitation the publisher asks for.
    """

    title: str
    kind: Literal["automated", "uplift_trial", "expert_red_team", "survey", "wet_lab", "other"] = (
        "automated"
    )
    mitigation: Literal["pre", "post"] = "pre"
    elicitation: str = ""
    says: str = ""
    domain: str | None = None
    tasks: tuple[str, ...] = Field(min_length=1)
    scorer: str | None = None
    range: tuple[float, float | None] = (0.0, 1.0)
    higher_is: Literal["worse", "better"]
    cluster_by: str | None = None
    arm_by: str | None = None
    minutes_by: str | None = None
    hours_by: str | None = None
    judge: JudgeValidation | None = None
    refusal: Literal["as_scored", "worst", "missing"] = "as_scored"
    limits: tuple[str, ...] = ()
    max_missing: float = Field(default=0.1, ge=0, le=1)
    dataset_samples: int | None = Field(default=None, ge=1)
    status: Literal["current", "saturated", "deprecated"] = "current"
    human_baseline: str = ""
    cost: Cost = Cost()
    cite: str = ""

    @model_validator(mode="after")
    def _range_ordered(self) -> Self:
        if self.range[1] is not None and self.range[0] >= self.range[1]:
            raise ValueError("`range` must be [lo, hi] with lo < hi")
        return self


class Domain(Record):
    """A field of risk; `unassessed` names threats that no evaluation here covers."""

    title: str
    says: str = ""
    unassessed: tuple[str, ...] = ()


class Tier(Record):
    """A rung, lowest first; `says` is its meaning in one sentence."""

    id: str
    says: str
    cite: str = ""


class Scope(Record):
    """When a subject is out of scope by declared facts, and the few obligations that remain.

    Facts settle only what nobody measured: a threshold that is REACHED, or that owes evidence,
    keeps its outcome (spec/determination.md F-3).
    """

    tier: str
    says: str = ""
    baseline: tuple[str, ...] = Field(min_length=1)
    in_scope_if: Node


class Framework(Record):
    """One version of a safety framework (spec/determination.md, section Framework)."""

    framework: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")
    version: str = Field(min_length=1)
    title: str
    publisher: str
    language: Literal["1"] = "1"
    effective: date
    source: FrameworkSource
    precaution: Precaution
    declared_assurance: Literal["accepted", "refused"] = "refused"
    attested_assurance: Literal["accepted", "refused"] = Field(
        default="refused", exclude_if=lambda value: value == "refused"
    )
    error_control: ErrorControl
    corrections: Corrections
    register_max_age: Period = "P1D"
    ruling: RulingRule = RulingRule()
    roles: dict[str, Role] = {}
    tiers: tuple[Tier, ...] = Field(min_length=1)
    baseline_tier: str
    baseline: tuple[str, ...] = ()
    scope: Scope | None = None
    domains: dict[str, Domain] = {}
    evaluations: dict[str, Evaluation] = {}
    thresholds: dict[str, Threshold] = {}
    combinations: dict[str, Combination] = {}
    interpretations: dict[str, Interpretation] = {}
    adjustments: dict[str, Adjustment] = {}
    standards: dict[str, Standard] = {}
    surfaces: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    actions: dict[str, ActionRule] = {}
    triggers: tuple[Trigger, ...] = ()
    duties: dict[str, Duty] = {}
    does_not_establish: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`publisher/name-version`, the way people and commands write it."""
        return f"{self.framework}-{self.version}"

    def accepts(self, assurance: Assurance) -> bool:
        """Tell whether a statement that is vouched for in this way counts where one is asked for.

        What a server attests is worth more than what only a file says.
        """
        declared = self.declared_assurance == "accepted"
        if assurance == "attested":
            return declared or self.attested_assurance == "accepted"
        return assurance == "signed" or declared

    def tier_rank(self, tier: str) -> int:
        """Return the position of `tier`, 0 lowest.

        Raises:
            KeyError: the framework has no such tier.
        """
        for rank, known in enumerate(self.tiers):
            if known.id == tier:
                return rank
        raise KeyError(tier)

    def alpha_rule_out(self, threshold: str) -> float:
        """Return the rule-out budget of one threshold for one weights version."""
        own = self.thresholds[threshold].rule_out
        total = self.error_control.rule_out if own is None else own
        return total / self.error_control.checkpoints

    def slots_of(self, threshold: str) -> tuple[str, ...]:
        """Return the evaluations that a threshold's criteria ask for, without repeats."""
        found = leaves(self.thresholds[threshold].crossed_if)
        return tuple(dict.fromkeys(leaf.evaluation for leaf in found if isinstance(leaf, Measured)))

    def safeguard_tests(self) -> tuple[tuple[str, str, Node], ...]:
        """Return (standard, criterion, tree) for every safeguard that is also tested."""
        return tuple(
            (standard_id, criterion_id, criterion.falls_short_if)
            for standard_id, standard in self.standards.items()
            for criterion_id, criterion in standard.criteria.items()
            if criterion.falls_short_if is not None
        )
