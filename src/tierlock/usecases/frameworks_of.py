"""One project under several frameworks."""

from __future__ import annotations

from collections.abc import Sequence

from tierlock.core import InputError
from tierlock.frameworks import get_framework
from tierlock.usecases.project import Project


def under_each(project: Project, *, also: Sequence[str]) -> tuple[Project, ...]:
    """Return the project, and the same subject and store under each further framework.

    Args:
        project: the project under its first framework.
        also: names or paths of further frameworks.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read, or two of them are called the same.

    >>> from tierlock.core import Subject
    >>> from pathlib import Path
    >>> from tierlock.usecases import bare_project
    >>> one = bare_project(Path(), framework="asl/reference-1", subject=Subject(name="small"))
    >>> [each.framework.name for each in under_each(one, also=["anthropic/rsp-2.2"])]
    ['asl/reference-1', 'anthropic/rsp-2.2']
    """
    projects = [project]
    for name in also:
        framework = get_framework(name)
        if framework.name in {each.framework.name for each in projects}:
            raise InputError(
                "input.type",
                f"`{framework.name}` is named twice",
                hint="name each framework once; a changed copy needs a version of its own",
            )
        projects.append(project._replace(framework=framework))
    return tuple(projects)
