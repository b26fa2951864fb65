"""Findings: every threshold with its tree, and every number with where it comes from."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from tierlock.core import Finding, InputError, ThresholdFinding
from tierlock.report import (
    AssessReport,
    clean,
    criterion_chart,
    criterion_line,
    criterion_lines,
    criterion_view,
    level_sentence,
    safeguard_criterion_view,
    summary_of,
    threshold_charts,
    threshold_view,
)
from tierlock.server.pages.subject_frame import Made, Make, Place, kept_names, place_of, show_kept
from tierlock.server.routing import page_router
from tierlock.usecases import Answers, Project, asked_report, official_of

router = page_router()


@router.get("/subjects/{slug}/findings", name="findings")
def findings(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Show every threshold and safeguard test with its outcome."""
    return show_kept(
        request,
        place=place_of(request, slug=slug, framework=framework),
        name="findings",
        template="findings.html",
        make=_all,
        tab="findings",
        title="Findings",
    )


@router.get("/subjects/{slug}/findings/{path:path}", name="finding")
def finding(request: Request, *, slug: str, path: str, framework: str | None = None) -> Response:
    """Show one threshold, or one criterion of a threshold or safeguard."""
    place = place_of(request, slug=slug, framework=framework)
    position = request.app.state.tierlock.positions.of(
        place.slug, at=request.app.state.tierlock.clock(), framework=place.framework
    )
    _check_known(request, place=place, path=path)
    names = {one.threshold for one in position.thresholds}
    steps = [(place.link("findings", one), one) for one in names if path.startswith(f"{one}/")]
    return show_kept(
        request,
        place=place,
        name=f"finding:{path}",
        template="finding.html" if path in names else "criterion.html",
        make=_threshold(path) if path in names else _criterion(path),
        tab="findings",
        title=path if path in names else path.rpartition("/")[2],
        steps=[] if path in names else steps[:1],
    )


def _check_known(request: Request, *, place: Place, path: str) -> None:
    """Refuse a path that names nothing: anybody can make up paths, and each would cost an answer.

    Raises:
        InputError: `input.not-found`.
    """
    known = kept_names(request, place=place, name="finding-paths", make=_paths)
    if known is not None and path not in known:
        raise _unknown(path)


def _paths(project: Project, answers: Answers) -> list[str]:  # noqa: ARG001  # a view is given both
    determination = answers.answer.determination
    found = [one.threshold for one in determination.thresholds]
    for one in (*determination.findings, *determination.safeguard_findings):
        group, _, name = one.path.rpartition(":")
        found += [one.path, f"{group}/{name}"]
    return found


def _unknown(path: str) -> InputError:
    return InputError("input.not-found", f"this determination has no finding `{path[:200]}`")


def _all(project: Project, answers: Answers) -> Made:
    report = asked_report(project, answers=answers)
    determination = report.determination
    views = [threshold_view(report, threshold=one) for one in determination.thresholds]
    official = official_of(project, answer=answers.answer)
    return Made(
        values={
            "level": level_sentence(determination),
            "thresholds": views,
            "binds": {clean(name): outcome for name, outcome in official.outcomes.items()},
            "seen": {one.threshold: one for one in summary_of(report)},
            "tests": [
                safeguard_criterion_view(report, finding=one)
                for one in determination.safeguard_findings
            ],
            "omissions": [
                (clean(one.what), clean(one.says), one.owed) for one in determination.omissions
            ],
        }
    )


def _threshold(name: str) -> Make:
    def make(project: Project, answers: Answers) -> Made:
        report = asked_report(project, answers=answers)
        official = official_of(project, answer=answers.answer)
        return Made(
            values={
                "view": threshold_view(report, threshold=_named(report, name)),
                "binds": official.outcomes.get(name),
                "ruled": official.ruled.get(name),
                "ruled_by": official.by,
                "framework": report.framework.name,
            },
            shown={"charts": threshold_charts(report, threshold=name)},
        )

    return make


def _named(report: AssessReport, name: str) -> ThresholdFinding:
    return next(one for one in report.determination.thresholds if one.threshold == name)


def _criterion(path: str) -> Make:
    def make(project: Project, answers: Answers) -> Made:
        report = asked_report(project, answers=answers)
        found = _finding(report, path)
        group = found.path.rpartition(":")[0]
        thresholds = {one.threshold for one in report.determination.thresholds}
        if group in thresholds:
            lines = criterion_lines(report, threshold=group)
            line = next(one for one in lines if one.finding.path == found.path)
            view = criterion_view(report, line=line)
        else:
            line = criterion_line(
                found, criterion=None, framework=report.framework, explanation=report.explanation
            )
            view = safeguard_criterion_view(report, finding=found)
        return Made(
            values={
                "view": view,
                "of_threshold": group in thresholds,
                "framework": report.framework.name,
            },
            shown={"chart": criterion_chart(line, name="c", threshold=clean(group))},
        )

    return make


def _finding(report: AssessReport, path: str) -> Finding:
    """The finding at `<group>/<criterion>`.

    Raises:
        InputError: `input.not-found`.
    """
    determination = report.determination
    every = (*determination.findings, *determination.safeguard_findings)
    for one in every:
        group, _, name = one.path.rpartition(":")
        if path in {one.path, f"{group}/{name}"}:
            return one
    raise _unknown(path)
