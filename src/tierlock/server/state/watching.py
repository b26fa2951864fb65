"""Looks at every subject again and again, so that what changes by itself is told too.

An answer changes when records come in, and when time passes: evidence expires and the gate closes,
although nobody asks. What was said last of each subject is kept, so that a change is found once,
also when the server was down while it happened.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from time import perf_counter
from typing import Final, NamedTuple

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError as Twice

from tierlock.core import Decision, TierlockError
from tierlock.server.state.tables import LAST
from tierlock.server.state.webhooks import Webhooks
from tierlock.usecases import Position, Positions

_LOG: Final = logging.getLogger("tierlock.server")
_PAGE: Final = 200


class Seen(NamedTuple):
    """What the last look at a subject found: of which state, and how long it holds."""

    state: str
    since: datetime
    until: datetime | None


class Watcher:
    """Tells what the gate answers otherwise than before.

    Args:
        positions: where every subject stands.
        webhooks: who is told.
        engine: where the last answers are kept.
        clock: what tells the time.
    """

    def __init__(
        self,
        positions: Positions,
        *,
        webhooks: Webhooks,
        engine: Engine,
        clock: Callable[[], datetime],
    ) -> None:
        self._positions, self._webhooks = positions, webhooks
        self._engine, self._clock = engine, clock
        self._stop = threading.Event()
        self._seen: dict[tuple[str, str], Seen] = {}

    def look(self) -> int:
        """Look at every subject once; return how many changes were found."""
        workspace, after, found = self._positions.workspace, "", 0
        while some := workspace.list_subjects(after=after, limit=_PAGE):
            for one in some:
                for name in one.asked_under:
                    begun = perf_counter()
                    found += self._look_at(one.slug, framework=name)
                    # At most half of the time: who asks this server has the other half.
                    if self._stop.wait(perf_counter() - begun):
                        return found
            after = some[-1].slug
        return found

    def _look_at(self, slug: str, *, framework: str | None) -> int:
        at, key = self._clock(), (slug, framework or "")
        try:
            if self._still_holds(slug, seen=self._seen.get(key), at=at):
                return 0
            position = self._positions.of(slug, at=at, framework=framework)
        except TierlockError as error:
            _LOG.warning("%s can not be looked at: %s", slug, error.message)
            return 0
        said = _said(position)
        # What is closed because it could not be computed may be computed the next time.
        if not position.closed_by:
            self._seen[key] = Seen(position.state, position.computed_at, position.good_until)
        before = self._remember(slug, framework=framework or "", said=said)
        if before is None or before == said:
            return 0
        return self._tell(position, framework=framework or "", before=before, said=said)

    def _still_holds(self, slug: str, *, seen: Seen | None, at: datetime) -> bool:
        """Whether what was found last holds still: then neither it nor its answers are read."""
        if seen is None or at < seen.since or (seen.until is not None and at >= seen.until):
            return False
        return self._positions.workspace.state(slug) == seen.state

    def _tell(
        self,
        position: Position,
        *,
        framework: str,
        before: Mapping[str, str],
        said: Mapping[str, str],
    ) -> int:
        changed = {
            action: {"from": before.get(action, "not asked"), "to": said.get(action, "not asked")}
            for action in sorted(before.keys() | said.keys())
            if before.get(action) != said.get(action)
        }
        name = hashlib.sha256(
            json.dumps(
                [position.slug, framework, position.determination,
                 position.computed_at.isoformat(), changed]
            ).encode()
        ).hexdigest()  # fmt: skip
        self._webhooks.tell(
            "decision.changed",
            name=f"msg_{name[:32]}",
            slug=position.slug,
            data={
                "framework": "" if position.framework is None else position.framework.framework,
                "determination": position.determination,
                "changed": changed,
            },
            at=self._clock(),
        )
        return 1

    def _remember(
        self, slug: str, *, framework: str, said: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Keep what is said now; return what was said before, None where nothing was.

        Of several servers that look at the same time, one finds the change.
        """
        data = json.dumps(said, sort_keys=True).encode()
        mine = (LAST.c.slug == slug, LAST.c.framework == framework)
        with self._engine.begin() as connection:
            row = connection.execute(select(LAST.c.said).where(*mine)).one_or_none()
            if row is not None:
                if row.said == data:
                    return dict(said)
                changed = connection.execute(
                    update(LAST).where(*mine, LAST.c.said == row.said).values(said=data)
                )
                earlier: dict[str, str] = json.loads(row.said)
                return earlier if changed.rowcount else dict(said)
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(LAST).values(slug=slug, framework=framework, said=data))
        except Twice:
            return dict(said)
        return None

    def run(self, *, every: float) -> None:
        """Look again and again until `stop` is called.

        Args:
            every: seconds between two looks.
        """
        while not self._stop.wait(every):
            try:
                self.look()
            except Exception:  # noqa: BLE001  # the next turn may do better
                _LOG.exception("the subjects could not be looked at")

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()


def _said(position: Position) -> dict[str, str]:
    """The answers in short; where nothing can be said, everything is closed."""
    if position.closed_by:
        return {"everything": "HOLD"}
    return {_name(one): one.verdict.value for one in position.decisions}


def _name(decision: Decision) -> str:
    action = decision.action
    return "/".join(part for part in (action.name, action.surface, action.audience) if part)
