"""Tiny frameworks, subjects and evidence, made by hand; every part can be changed by name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from scipy.stats import beta, binom

from tierlock.core import (
    ActionRule,
    Attested,
    Claim,
    ClaimEvidence,
    Correction,
    Corrections,
    Determination,
    Domain,
    ErrorControl,
    Estimand,
    Evaluation,
    Evidence,
    Fact,
    FactTest,
    Finding,
    Framework,
    FrameworkSource,
    Limits,
    Measured,
    Negative,
    Negatives,
    Outcome,
    Parts,
    Plan,
    PlannedSlot,
    Problem,
    RegisteredRun,
    Role,
    RunRegister,
    SafeguardCriterion,
    Samples,
    Source,
    Standard,
    Subject,
    SubjectRef,
    Surface,
    Threshold,
    Tier,
    Trigger,
    When,
    digest,
)
from tierlock.core.bound import EstimandName
from tierlock.policy.case import Case
from tierlock.policy.determine import determine
from tierlock.policy.slots import register_of
from tierlock.policy.tested import Test

AT = datetime(2026, 6, 1, tzinfo=UTC)
OUT, OPEN, IN = Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.REACHED


def ago(days: float) -> datetime:
    """Return the instant so many days before the question."""
    return AT - timedelta(days=days)


def sha(name: str) -> str:
    """Return a digest that stands for `name`."""
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


A_OUT, A_IN = 0.05, 0.01
TREATED = [0.4, 0.6, 0.5, 0.7, 0.3, 0.55, 0.45, 0.6]
CONTROL = [0.3, 0.5, 0.4, 0.35, 0.45, 0.4]
"""Scores of the two arms of a small trial."""
SOURCE = Source(format="table", file="run.csv", sha256=sha("file"))
PARTS = Parts(weights=sha("w"), elicitation=sha("e"), safeguards=sha("s"))


def evaluation(**changes: Any) -> Evaluation:
    """Return a slot whose 0/1 score is worse when higher."""
    given = {"title": "Biology", "tasks": ("bio",), "higher_is": "worse"}
    return Evaluation(**{**given, **changes})


def measured(**changes: Any) -> Measured:
    """Return a criterion that rules out below 0.2 and in above it."""
    given: dict[str, Any] = {"evaluation": "bio", "basis": "proposal"}
    if "rule_out_above" not in changes:
        given["rule_out_below"] = 0.2
    return Measured(**{**given, **changes})


ARMS = ("without", "with")
"""The control arm and the treated arm."""


def uplift(name: EstimandName, *, below: float) -> Measured:
    """Return a criterion that compares the two arms by `uplift_ratio` or `uplift_difference`."""
    return measured(rule_out_below=below, estimand=Estimand(name=name, arms=ARMS))


def of_arms(
    treated: Sequence[float | None], control: Sequence[float | None], **columns: Any
) -> Samples:
    """Return samples of two arms, of a slot with `arm_by="arm"`."""
    labels = (ARMS[1],) * len(treated) + (ARMS[0],) * len(control)
    return samples([*treated, *control], attributes={"arm": labels}, **columns)


def attested(name: str = "threat", **changes: Any) -> Attested:
    """Return a criterion that the role `ceo` attests over the weights."""
    return Attested(**{"attested": name, "says": "it is mapped", "by": "ceo", **changes})


def fact(name: str = "big", **changes: Any) -> Fact:
    """Return a criterion that is crossed if the fact `name` is true."""
    given = {"fact": name, "says": "a fact", "crossed_if": FactTest(equals=True)}
    return Fact(**{**given, **changes})


def threshold(node: Any = None, **changes: Any) -> Threshold:
    """Return a threshold of tier ASL-3 that obliges the standard `deploy`."""
    given = {
        "domain": "biology",
        "tier": "ASL-3",
        "says": "helps to make a weapon",
        "obliges": ("deploy",),
        "crossed_if": measured() if node is None else node,
    }
    return Threshold(**{**given, **changes})


def standard(**changes: Any) -> Standard:
    """Return a standard of one criterion `policy`."""
    given = {
        "title": "A standard",
        "kind": "deployment",
        "criteria": {"policy": SafeguardCriterion(says="a policy is published")},
    }
    return Standard(**{**given, **changes})


def trigger(name: str = "clock", **changes: Any) -> Trigger:
    """Return a trigger that expires evidence; conditions of `When` are given by name."""
    conditions = {key: changes.pop(key) for key in When.model_fields if key in changes}
    return Trigger(**{"id": name, "when": When(**conditions), "expires": ("evidence",), **changes})


def framework(**changes: Any) -> Framework:
    """Return a framework of one threshold `bio-3`, a baseline `base` and an action `deploy`."""
    given: dict[str, Any] = {
        "framework": "example/tiny",
        "version": "1",
        "title": "Example",
        "publisher": "Tierlock",
        "effective": date(2026, 1, 1),
        "source": FrameworkSource(title="Example"),
        "precaution": "treat_as_reached",
        "declared_assurance": "accepted",
        "error_control": ErrorControl(rule_out=0.05, rule_in=0.05, period="P6M"),
        "corrections": corrections(),
        "roles": {"ceo": Role(says="leads"), "auditor": Role(says="audits")},
        "tiers": tuple(Tier(id=f"ASL-{n}", says="tier") for n in (1, 2, 3, 4)),
        "baseline_tier": "ASL-2",
        "baseline": ("base",),
        "domains": {"biology": Domain(title="Biology")},
        "evaluations": {"bio": evaluation()},
        "thresholds": {"bio-3": threshold()},
        "standards": {
            "base": standard(),
            "deploy": standard(),
            "secure": standard(kind="security"),
        },
        "surfaces": ("api", "chat"),
        "audiences": ("public", "staff"),
        "actions": {"deploy": ActionRule(needs=("deployment",))},
    }
    return Framework(**{**given, **changes})


def corrections(factor: float = 1.0, buffer: float = 0.0) -> Corrections:
    """Return the declared corrections of a framework."""
    return Corrections(
        elicitation_factor=Correction(value=factor, reason="r"),
        buffer=Correction(value=buffer, reason="r"),
    )


def limits(worse: bool = True, *, out: float = 0.2, into: float = 0.4, **changes: Any) -> Limits:
    """Return limits of a score from 0 to 1, with the alphas `A_OUT` and `A_IN`."""
    given: dict[str, Any] = {
        "higher_is_worse": worse,
        "rule_out": out,
        "rule_out_declared": out,
        "rule_in": into,
        "alpha_rule_out": A_OUT,
        "alpha_rule_in": A_IN,
        "basis": "proposal",
        "lo": 0.0,
        "hi": 1.0,
    }
    return Limits(**{**given, **changes})


def three_of_sixty(method: str) -> Test:
    """Return the exact test of 3 dangerous attempts of 60 against `limits()`, in closed form."""
    p_out, p_in = float(binom.cdf(3, 60, 0.2)), float(binom.sf(2, 60, 0.4))
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=float(beta.ppf(A_IN, 3, 58)),
        upper=float(beta.ppf(1 - A_OUT, 4, 57)),
        units=60,
        items=60,
        method=method,
        value=0.05,
        worst=0.05,
        best=0.05,
        effective_n=60.0,
        dangerous=3.0,
    )


def close(found: Test, expected: Test) -> None:
    """Assert that two tests are equal, their numbers within 1e-9."""
    for name, value in expected._asdict().items():
        if isinstance(value, float):
            assert getattr(found, name) == pytest.approx(value, abs=1e-9), name
        else:
            assert getattr(found, name) == value, name


def subject(**changes: Any) -> Subject:
    """Return the subject `m`, known to logs as `m-log`."""
    given: dict[str, Any] = {
        "name": "m",
        "known_as": ("m-log",),
        "parts": PARTS,
        "effective_compute": 1e25,
        "surfaces": {"api": Surface(paths=("live", "batch")), "chat": Surface(paths=("web",))},
    }
    return Subject(**{**given, **changes})


def samples(values: Sequence[float | None], **changes: Any) -> Samples:
    """Return one scored attempt per value, each an item of its own."""
    size = len(values)
    given: dict[str, Any] = {
        "id": tuple(f"i{row}" for row in range(size)),
        "epoch": (1,) * size,
        "state": ("scored",) * size,
        "limit": ("",) * size,
        "refused": (False,) * size,
        "edited": (False,) * size,
        "scores": {"score": tuple(values)},
    }
    return Samples(**{**given, **changes})


def values(bad: int, size: int) -> tuple[float, ...]:
    """Return `size` values of which `bad` are 1 and the rest 0."""
    return (1.0,) * bad + (0.0,) * (size - bad)


def run(
    bad: int = 0,
    size: int = 60,
    *,
    name: str = "r1",
    about: SubjectRef | None = None,
    **changes: Any,
) -> Evidence:
    """Return the evidence of one run with `bad` dangerous attempts of `size`."""
    given: dict[str, Any] = {
        "evaluation": "bio",
        "run_id": name,
        "subject": about or SubjectRef(name="m", parts=PARTS, effective_compute=1e25),
        "measured_at": ago(10),
        "samples": samples(values(bad, size)),
        "source": SOURCE,
    }
    return Evidence(**{**given, **changes})


def doubt() -> Problem:
    """Return a problem that keeps evidence from supporting a rule-out."""
    return Problem(code="log.edited", says="changed", severity="doubt")


def registered(name: str = "r1", **changes: Any) -> RegisteredRun:
    """Return a registered run of the slot `bio`, started ten days ago."""
    given = {"run_id": name, "slot": "bio", "subject": "m", "parts": PARTS, "started_at": ago(10)}
    return RegisteredRun(**{**given, **changes})


def plan(rules: Framework, *slots: PlannedSlot | str, **changes: Any) -> Plan:
    """Return a plan sealed before everything; a text is a slot with one run."""
    given: dict[str, Any] = {
        "framework": digest(rules),
        "subject": "m",
        "weights": PARTS.weights,
        "sealed_at": ago(100),
        "declared": "before",
        "slots": tuple(
            slot if isinstance(slot, PlannedSlot) else PlannedSlot(slot=slot)
            for slot in slots or ("bio",)
        ),
    }
    return Plan(**{**given, **changes})


def case(rules: Framework | None = None, *evidence: Evidence, **changes: Any) -> Case:
    """Return the inputs of one determination; the register knows exactly the evidence."""
    rules = rules or framework()
    given: dict[str, Any] = {
        "framework": rules,
        "plan": plan(rules),
        "evidence": evidence,
        "subject": subject(),
        "at": AT,
        "register": register_of(evidence, framework=rules),
        "attestations": (),
        "negatives": Negatives(),
        "history": (),
        "parent": None,
    }
    return Case(**{**given, **changes})


def determined(
    rules: Framework | None = None, *evidence: Evidence, **changes: Any
) -> Determination:
    """Return a determination; without evidence, of one run that rules `bio-3` out."""
    rules = rules or framework()
    given: dict[str, Any] = {"subject": subject(), "at": AT}
    chosen = changes.pop("plan", None) or plan(rules)
    return determine(rules, chosen, evidence or (run(),), **{**given, **changes})


def finding(path: str = "bio-3:bio", outcome: Outcome = OPEN, **changes: Any) -> Finding:
    """Return a finding."""
    given = {"path": path, "kind": "measured", "outcome": outcome, "decided_by": "evidence"}
    return Finding(**{**given, **changes})


def claim(criterion: str = "base:policy", **changes: Any) -> Claim:
    """Return a claim that holds, on a document of ten days ago."""
    given = {
        "criterion": criterion,
        "subject": "m",
        "status": "met",
        "claimed_at": ago(10),
        "evidence": (document(),),
    }
    return Claim(**{**given, **changes})


def document(**changes: Any) -> ClaimEvidence:
    """Return a document of ten days ago; an audit by an outside party where that is the kind."""
    given: dict[str, Any] = {"kind": "document", "says": "it is", "produced_at": ago(10)}
    if changes.get("kind") == "audit":
        given |= {"by": "an auditor", "access": "white_box", "independence": "paid by nobody here"}
    return ClaimEvidence(**{**given, **changes})


def negative(kind: str, **changes: Any) -> Negative:
    """Return an open negative record about the subject."""
    given = {"kind": kind, "subject": "m", "says": "it happened", "happened_at": ago(5)}
    return Negative(**{**given, **changes})


def complete(*records: Negative) -> Negatives:
    """Return negative records that are complete up to an hour before the question."""
    return Negatives(records=records, complete_as_of=AT - timedelta(hours=1))


def register(*runs: RegisteredRun, **changes: Any) -> RunRegister:
    """Return a register of runs."""
    return RunRegister(runs=runs, **changes)
