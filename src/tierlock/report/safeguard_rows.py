"""The safeguards of one subject for a page: what is owed, how it stands, on which claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Claim, Outcome
from tierlock.report.gaps_text import claim_command, gaps_of
from tierlock.report.safeguards_values import CellView, SafeguardsReport, SafeguardView, State
from tierlock.report.safeguards_words import (
    action_words,
    cost_words,
    headline,
    lack_words,
    structured_words,
)
from tierlock.report.sanitize import clean
from tierlock.report.wording import day

_BECAUSE = {
    "baseline": "always owed",
    "reached": "a threshold is reached",
    "undetermined": "a threshold is not ruled out",
}


class ProofRow(NamedTuple):
    """One piece of evidence behind a claim."""

    kind: str
    says: str
    by: str
    produced_at: datetime
    digest: str


class ClaimRow(NamedTuple):
    """One claim.

    Attributes:
        scope: paths, audiences and environments that it covers, in words.
        exceptions: users to whom the safeguard does not apply, in words.
        interim: the argument of an interim claim and who approved it; empty for none.
    """

    status: str
    says: str
    scope: tuple[str, ...]
    exceptions: tuple[str, ...]
    interim: str
    proofs: tuple[ProofRow, ...]
    owner: str
    cost: str
    claimed_at: datetime
    expires_at: datetime | None
    assurance: str


class SafeguardRow(NamedTuple):
    """One safeguard that is owed.

    Attributes:
        state: `met`, or what keeps it from that.
        lacks: what is missing, in words.
        conditions: what its being met rests on.
        uncovered: paths and environments that no claim covers.
        closes: actions that it keeps closed; `met_for` those for which it is met.
        test: outcome of its test; None without one. `tests` are paths of the test's findings.
        command: what claims it, with what a person must fill in in capitals; empty where it is met.
    """

    path: str
    name: str
    says: str
    cite: str
    binding: bool
    state: State
    lacks: tuple[str, ...]
    conditions: tuple[str, ...]
    uncovered: tuple[str, ...]
    closes: tuple[str, ...]
    met_for: tuple[str, ...]
    until: datetime | None
    owner: str
    cost: str
    test: Outcome | None
    tests: tuple[str, ...]
    claims: tuple[ClaimRow, ...]
    command: str


class StandardRow(NamedTuple):
    """One obligation with its safeguards; `met` of `of` binding ones are in place."""

    standard: str
    title: str
    because: str
    thresholds: tuple[str, ...]
    cite: str
    bar: str
    unmeetable: bool
    met: int
    of: int
    safeguards: tuple[SafeguardRow, ...]


class ActionRow(NamedTuple):
    """One action: how many safeguards keep it closed."""

    action: str
    verdict: str
    open: int
    others: int
    blocked: tuple[str, ...]


class SafeguardsView(NamedTuple):
    """Everything about the safeguards of one subject."""

    headline: str
    actions: tuple[ActionRow, ...]
    standards: tuple[StandardRow, ...]


def safeguards_view(report: SafeguardsReport) -> SafeguardsView:
    """Return the values of a subject's page about safeguards."""
    gaps = {view.path for view in gaps_of(report)}
    return SafeguardsView(
        headline=headline(report),
        actions=tuple(
            ActionRow(
                action=action_words(view.action),
                verdict=view.verdict,
                open=sum(s.binding and view.action.name in s.closes for s in report.safeguards),
                others=view.others,
                blocked=tuple(clean(n) for n in report.unmeetable if n in view.standards),
            )
            for view in report.actions
        ),
        standards=tuple(_standard(report, name=one.standard, gaps=gaps) for one in report.owed),
    )


def _standard(report: SafeguardsReport, *, name: str, gaps: set[str]) -> StandardRow:
    standard = report.framework.standards[name]
    owed = next(one for one in report.owed if one.standard == name)
    binding = [view for view in report.of(name) if view.binding]
    return StandardRow(
        standard=clean(name),
        title=clean(standard.title),
        because=_BECAUSE[owed.because],
        thresholds=tuple(map(clean, owed.thresholds)),
        cite=clean(standard.cite),
        bar=clean(standard.bar),
        unmeetable=name in report.unmeetable,
        met=sum(view.state == "met" for view in binding),
        of=len(binding),
        safeguards=tuple(
            _safeguard(report, view, gap=view.path in gaps) for view in report.of(name)
        ),
    )


def _safeguard(report: SafeguardsReport, view: SafeguardView, *, gap: bool) -> SafeguardRow:
    findings = report.determination.safeguard_findings
    return SafeguardRow(
        path=clean(view.path),
        name=clean(view.path.rpartition(":")[2]),
        says=clean(view.criterion.says),
        cite=clean(view.criterion.cite),
        binding=view.binding,
        state=view.state,
        lacks=tuple(dict.fromkeys(lack_words(view, reason=one) for one in view.reasons)),
        conditions=tuple(clean(one.says) for one in view.conditions),
        uncovered=tuple(_cell(cell) for cell in view.cells if not cell.covered),
        closes=tuple(map(clean, view.closes)),
        met_for=tuple(map(clean, view.met_for)),
        until=view.until,
        owner=clean(view.owner),
        cost=cost_words(view),
        test=view.tested,
        tests=tuple(clean(one.path) for one in findings if one.path.startswith(f"{view.path}/")),
        claims=tuple(_claim(one) for one in view.claims),
        command=claim_command(view) if gap else "",
    )


def _cell(cell: CellView) -> str:
    where = f" in {clean(cell.environment)}" if cell.environment else ""
    return f"{clean(cell.surface)}/{clean(cell.path)}{where}"


def _claim(claim: Claim) -> ClaimRow:
    scope = [
        f"{what}: {', '.join(map(clean, named))}"
        for what, named in (
            ("paths", claim.paths),
            ("audiences", claim.audiences),
            ("environments", claim.environments),
        )
        if named != ("*",)
    ]
    interim = claim.interim
    cost = claim.cost
    return ClaimRow(
        status=claim.status,
        says=clean(claim.says),
        scope=tuple(scope) or ("every path, audience and environment",),
        exceptions=tuple(
            f"{clean(one.users)} until {day(one.expires_at)}: "
            f"{_approved(one.argument, by=one.approved_by)}"
            for one in claim.exceptions
        ),
        interim="" if interim is None else _approved(interim.argument, by=interim.approved_by),
        proofs=tuple(
            ProofRow(one.kind, clean(one.says), clean(one.by), one.produced_at, one.digest or "")
            for one in claim.evidence
        ),
        owner=clean(claim.owner),
        cost=clean(cost) if isinstance(cost, str) else structured_words(cost),
        claimed_at=claim.claimed_at,
        expires_at=claim.expires_at,
        assurance=claim.assurance,
    )


def _approved(argument: str, *, by: Sequence[str]) -> str:
    return f"{clean(argument)} (approved by {', '.join(map(clean, by))})"
