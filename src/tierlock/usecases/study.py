"""Study frameworks: find what is weak in one, and compare two versions."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.analysis import Difference, Remark, diff_frameworks, lint_framework
from tierlock.core import Framework
from tierlock.frameworks import get_framework, list_frameworks


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
    before = get_framework(previous) if previous is not None else _version_before(framework)
    return Linted(
        framework=framework.name,
        previous="" if before is None else before.name,
        remarks=lint_framework(framework, previous=before),
    )


def compare(old: str, *, new: str) -> Difference:
    """Return what changed from one framework to another.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read.
    """
    return diff_frameworks(get_framework(old), new=get_framework(new))


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
