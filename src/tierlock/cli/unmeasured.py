"""A word on stderr where the subject is used in a way in which nothing was measured."""

from __future__ import annotations

from tierlock.cli.output import talk
from tierlock.usecases import Project, unmeasured


def tell_unmeasured(project: Project) -> None:
    """Say that no evidence was measured with the subject's elicitation, where that is so."""
    says = unmeasured(project)
    if says is not None:
        talk(says)
