"""What runs in this process at the moment, as the recorder sees it; loads nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tierlock.usecases import Project


class Session:
    """One run of one slot that Tierlock itself has begun.

    Args:
        project: where it is recorded.
        clock: returns now.
        items: the samples that it must hold; empty for all.
        show: told of progress: samples done, failed ones, tokens in and out.

    Attributes:
        begun: ids of the runs that were registered, in their order.
        failure: what stopped it, where something did.
    """

    def __init__(
        self,
        project: Project,
        *,
        clock: Callable[[], datetime],
        items: tuple[str, ...],
        show: Callable[[int, int, int, int], None],
    ) -> None:
        self.project = project
        self.clock = clock
        self.items = items
        self.begun: list[str] = []
        self.failure: Exception | None = None
        self._show = show
        self._samples = self._failed = self._came_in = self._came_out = 0

    def sample(self, *, failed: bool) -> None:
        """Count a sample that has ended."""
        self._samples += 1
        self._failed += failed
        self._show(self._samples, self._failed, self._came_in, self._came_out)

    def tokens(self, *, came_in: int, came_out: int) -> None:
        """Count the tokens of one call of a model."""
        self._came_in += came_in
        self._came_out += came_out


_active: list[Session] = []


def active() -> Session | None:
    """Return the session of this process, if there is one."""
    return _active[-1] if _active else None


class Entered:
    """Makes a session the active one while its block runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> Session:
        """Begin."""
        _active.append(self._session)
        return self._session

    def __exit__(self, *_: object) -> None:
        """End."""
        _active.remove(self._session)
