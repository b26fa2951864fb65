"""What no single key can show: names that nothing defines, bounds that contradict, circles."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Framework, FrameworkError
from tierlock.frameworks.bounds import bound_flaws
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.names import name_flaws
from tierlock.frameworks.references import reference_flaws


def check_consistency(framework: Framework) -> tuple[FrameworkError, ...]:
    """Return what is inconsistent in a framework that was not read from a file.

    `check_framework` and `parse_framework` apply the same rules to files, with line and column;
    here the location is the keys that lead to the place.
    """
    return tuple(
        FrameworkError(
            flaw.code,
            flaw.message,
            hint=flaw.hint,
            location=".".join(str(part) for part in flaw.path) or None,
        )
        for flaw in consistency_flaws(framework)
    )


def consistency_flaws(framework: Framework) -> Iterator[Flaw]:
    """Yield what is inconsistent in `framework`, with the path of the place."""
    yield from name_flaws(framework)
    yield from reference_flaws(framework)
    yield from bound_flaws(framework)
