"""Study frameworks: find what is weak in one, and compare two versions."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.analysis import (
    Contrast,
    Difference,
    Remark,
    contrast_frameworks,
    diff_frameworks,
    lint_framework,
)
from tierlock.core import Framework
from tierlock.frameworks import RecordedFinding, get_framework, list_frameworks, read_findings


class Linted(NamedTuple):
    """What lint says about one framework.

    Attributes:
        framework: name of the framework.
        previous: name of the version that it was compared with; empty where there is none.
        remarks: problems first.
    """

    framework: str
    previous: str
    remarks: tuple[Remark, ...]

    @property
    def problems(self) -> int:
        """How many of the remarks are problems."""
        return sum(remark.severity == "problem" for remark in self.remarks)


def lint(name: str, *, previous: str | None = None) -> Linted:
    """Return what is weak in a framework, and what was weakened since the version before it.

    Args:
        name: a shipped framework, or the path of a YAML file.
        previous: the version before it, likewise; by default the latest shipped version of the
            same framework that took effect earlier, if there is one.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read.
    """
    framework = get_framework(name)
    return lint_of(framework, previous=None if previous is None else get_framework(previous))


def lint_of(framework: Framework, *, previous: Framework | None = None) -> Linted:
    """Return the same about a framework that is at hand.

    Args:
        framework: a framework that parses.
        previous: the version before it; by default likewise.
    """
    before = _version_before(framework) if previous is None else previous
    remarks = lint_framework(framework, previous=before)
    known = recorded_findings(framework, previous=before)
    return Linted(
        framework=framework.name,
        previous="" if before is None else before.name,
        remarks=tuple(_with_record(remark, known=known) for remark in remarks),
    )


def recorded_findings(
    framework: Framework, *, previous: Framework | None = None
) -> tuple[RecordedFinding, ...]:
    """Return what a shipped framework is known for; nothing about one that was changed.

    Args:
        framework: a framework that parses.
        previous: the version that lint compares it with.
    """
    if not _is_shipped(framework):
        return ()
    since = {"", previous.name} if previous is not None and _is_shipped(previous) else {""}
    return tuple(
        finding
        for finding in read_findings()
        if finding.framework == framework.name and finding.since in since
    )


def is_about(finding: RecordedFinding, *, remark: Remark) -> bool:
    """Tell whether a finding that is recorded about a framework is this remark on it."""
    if (finding.code, finding.severity) != (remark.code, remark.severity):
        return False
    return bool(finding.since) or (
        remark.where in finding.about and remark.says.startswith(finding.says)
    )


def _with_record(remark: Remark, *, known: tuple[RecordedFinding, ...]) -> Remark:
    words = [finding.words for finding in known if is_about(finding, remark=remark)]
    return remark.model_copy(update={"recorded": words[0]}) if words else remark


def _is_shipped(framework: Framework) -> bool:
    names = {entry.name for entry in list_frameworks()}
    return framework.name in names and get_framework(framework.name) == framework


def compare(old: str, *, new: str) -> Difference:
    """Return what changed from one framework to another.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read.
    """
    return diff_frameworks(get_framework(old), new=get_framework(new))


def contrast(old: str, *, new: str) -> Contrast:
    """Return examples of what one framework permits and the other does not, in each direction.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read, or the extra `prove` is not installed.
    """
    return contrast_frameworks(get_framework(old), new=get_framework(new))


def _version_before(framework: Framework) -> Framework | None:
    """Return the latest shipped version of the same framework that took effect earlier."""
    earlier = [
        entry
        for entry in list_frameworks()
        if entry.framework == framework.framework
        and entry.version != framework.version
        and entry.effective < framework.effective.isoformat()
    ]
    if not earlier:
        return None
    return get_framework(max(earlier, key=lambda entry: entry.effective).name)
