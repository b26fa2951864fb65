"""What a framework leaves out: baseline, alpha schedule, expiry, domains, people, citations.

Readings of clauses and adjustments of standards that change nothing belong here, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlock.analysis.criteria import leaves_of, trees_of
from tierlock.analysis.diff_leeway import meaning_of
from tierlock.analysis.direction import days_of
from tierlock.analysis.values import Remark
from tierlock.core import Attested, Framework, Measured, Standard, Trigger, Undisclosed

_NAMED = 3


def no_baseline(framework: Framework) -> Iterator[Remark]:
    """Yield the remark that nothing binds every subject (`lint.no-baseline`)."""
    if not framework.baseline:
        yield Remark(
            code="lint.no-baseline",
            severity="problem",
            where="baseline",
            says="nothing is owed by every subject, so the gate holds whatever is asked",
            hint="name the standards that bind every subject in `baseline`",
        )


def no_alpha_schedule(framework: Framework) -> Iterator[Remark]:
    """Yield where one period's error budget meets more looks than it was divided among."""
    control = framework.error_control
    renewing = [trigger for trigger in framework.triggers if "evidence" in trigger.expires]
    if not _slots(framework):
        return
    clocks = [
        (days_of(trigger.when.elapsed), trigger)
        for trigger in renewing
        if trigger.when.elapsed is not None
    ]
    length, clock = min(clocks, default=(0.0, None), key=lambda pair: pair[0])
    looks = -(-days_of(control.period) // length) if length > 0 else 0
    if clock is not None and looks > control.checkpoints:
        yield Remark(
            code="lint.no-alpha-schedule",
            severity="problem",
            where="error_control",
            says=(
                f"`{clock.id}` renews evidence {looks:g} times in a period of {control.period}, "
                f"and the error budget is divided among {control.checkpoints}: more false "
                "rule-outs than it states"
            ),
            hint=f"`checkpoints: {looks:g}`, or a period no longer than {clock.when.elapsed}",
        )
    elif control.checkpoints == 1 and any(_is_new_version(trigger) for trigger in renewing):
        yield Remark(
            code="lint.no-alpha-schedule",
            severity="note",
            where="error_control",
            says=(
                "the whole error budget goes to the first weights version of a period: a second "
                f"one within {control.period} can not be ruled out by measurement"
            ),
            hint="divide it with `checkpoints` if new weights are expected within a period",
        )


def _is_new_version(trigger: Trigger) -> bool:
    return trigger.when.changed == "weights" or trigger.when.effective_compute is not None


def no_expiry(framework: Framework) -> Iterator[Remark]:
    """Yield records that nothing ever makes stale (`lint.no-expiry`)."""
    expired = {kind for trigger in framework.triggers for kind in trigger.expires}
    aging = {
        kind
        for trigger in framework.triggers
        if trigger.when.elapsed is not None
        for kind in trigger.expires
    }
    if _slots(framework) and "evidence" not in aging:
        never = "evidence" not in expired
        yield Remark(
            code="lint.no-expiry",
            severity="problem" if never else "note",
            where="triggers",
            says=f"evidence {'never expires' if never else 'expires by events, never by age'}",
            hint="add a trigger such as `{when: {elapsed: P6M}, expires: [evidence]}`",
        )
    ageless = [
        f"{name}:{key}"
        for name, standard in framework.standards.items()
        for key, criterion in standard.criteria.items()
        if criterion.max_age is None
    ]
    if ageless and "claims" not in expired:
        yield Remark(
            code="lint.no-expiry",
            severity="problem",
            where="triggers",
            says=f"claims about {_some(ageless)} never expire",
            hint="give the criteria a `max_age`, or add a trigger that expires claims",
        )
    timeless = [
        leaf.path
        for tree in trees_of(framework)
        for leaf in leaves_of(tree)
        if isinstance(leaf.criterion, Attested) and leaf.criterion.max_age is None
    ]
    if timeless and "attestations" not in expired:
        yield Remark(
            code="lint.no-expiry",
            severity="note",
            where="triggers",
            says=f"attestations of {_some(timeless)} never expire by rule",
            hint="give the criteria a `max_age`, or add a trigger that expires attestations",
        )


def unassessed(framework: Framework) -> Iterator[Remark]:
    """Yield domains about which nothing is said (`lint.unassessed`)."""
    drawn = {threshold.domain for threshold in framework.thresholds.values()}
    for name, domain in framework.domains.items():
        if name not in drawn and not domain.unassessed:
            yield Remark(
                code="lint.unassessed",
                severity="problem",
                where=f"domains.{name}",
                says="it has no threshold, and does not say that it is not assessed",
                hint="draw a threshold, or list under `unassessed` what nobody looks at",
            )


def gate_without_people(framework: Framework) -> Iterator[Remark]:
    """Yield the remark that nobody has to sign anything (`lint.gate-without-process`)."""
    signed = any(action.sign_offs for action in framework.actions.values())
    if framework.actions and not signed and not framework.ruling.required:
        yield Remark(
            code="lint.gate-without-process",
            severity="note",
            where="actions",
            says="every action can be allowed without a ruling and without a sign-off",
            hint="name `sign_offs` for the actions that matter, or `ruling: {required: true}`",
        )


def unused(framework: Framework) -> Iterator[Remark]:
    """Yield evaluations that decide nothing and standards that nobody owes (`lint.unused`)."""
    asked = _slots(framework)
    for name in framework.evaluations:
        if name not in asked:
            yield _unused(f"evaluations.{name}", "no criterion asks for this evaluation")
    owed = set(_owed(framework))
    others = {
        other
        for adjustment in framework.adjustments.values()
        for names in adjustment.instead.values()
        for other in names
    }
    for name in framework.standards:
        if name not in owed | others:
            yield _unused(name, "neither the baseline nor a threshold owes this standard")
    for name, adjustment in framework.adjustments.items():
        for standard in adjustment.instead:
            if standard not in owed:
                says = f"it adjusts `{standard}`, and nothing owes that"
                yield _unused(f"adjustments.{name}", says)


def same_readings(framework: Framework) -> Iterator[Remark]:
    """Yield contested clauses of which every reading obliges to the same (`lint.same-readings`)."""
    for name, interpretation in framework.interpretations.items():
        meanings = {
            frozenset(meaning_of(rule) for rule in reading.combinations)
            for reading in interpretation.readings.values()
        }
        if len(meanings) == 1:
            yield Remark(
                code="lint.same-readings",
                severity="note",
                where=f"interpretations.{name}",
                says="every reading obliges to the same, so that the choice changes nothing",
                hint="write what they share as combinations, or what the readings differ in",
            )


def _owed(framework: Framework) -> Iterator[str]:
    """Yield what something owes, whichever reading is chosen of a contested clause."""
    yield from framework.baseline
    if framework.scope is not None:
        yield from framework.scope.baseline
    for threshold in framework.thresholds.values():
        yield from threshold.obliges
    for combination in framework.combinations.values():
        yield from combination.obliges
    for interpretation in framework.interpretations.values():
        for combination in interpretation.all_combinations:
            yield from combination.obliges


def _unused(where: str, says: str) -> Remark:
    return Remark(code="lint.unused", severity="note", where=where, says=says)


def no_citation(framework: Framework) -> Iterator[Remark]:
    """Yield what does not say where it is published (`lint.no-citation`)."""
    for name, threshold in framework.thresholds.items():
        if not threshold.cite:
            yield _uncited(name, "the threshold does not say where it is published")
    for name, standard in framework.standards.items():
        if not standard.cite:
            yield from _uncited_standard(name, standard)
    for tree in trees_of(framework):
        for leaf in leaves_of(tree):
            criterion = leaf.criterion
            basis = "proposal" if isinstance(criterion, Attested) else criterion.basis
            if basis != "proposal" and not criterion.cite:
                yield Remark(
                    code="lint.no-citation",
                    severity="problem",
                    where=leaf.path,
                    says=f"its bound is {basis}, and no source is named",
                    hint="name the source in `cite`, or say `basis: proposal`",
                )
    for name, interpretation in framework.interpretations.items():
        if not interpretation.cite:
            yield _uncited(f"interpretations.{name}", "the contested clause names no source")
    for name, adjustment in framework.adjustments.items():
        if not adjustment.cite:
            yield _uncited(f"adjustments.{name}", "the adjustment names no source")
    for trigger in framework.triggers:
        if trigger.grace is not None and not trigger.cite:
            yield _uncited(f"triggers.{trigger.id}", "the grace of this clock names no source")


def _uncited_standard(name: str, standard: Standard) -> Iterator[Remark]:
    lacking = [key for key, criterion in standard.criteria.items() if not criterion.cite]
    if lacking or not standard.criteria:
        inside = f", nor do its criteria {_some(lacking)}" if lacking else ""
        yield _uncited(name, f"the standard does not say where it is published{inside}")


def _uncited(where: str, says: str) -> Remark:
    hint = "name document and section in `cite`; for your own text, where it was decided"
    return Remark(code="lint.no-citation", severity="note", where=where, says=says, hint=hint)


def _slots(framework: Framework) -> set[str]:
    """Return the evaluations that some criterion asks for."""
    return {
        leaf.criterion.evaluation
        for tree in trees_of(framework)
        for leaf in leaves_of(tree)
        if isinstance(leaf.criterion, Measured | Undisclosed)
    }


def _some(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    listed = list(names)
    shown = ", ".join(f"`{name}`" for name in listed[:_NAMED])
    more = len(listed) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
