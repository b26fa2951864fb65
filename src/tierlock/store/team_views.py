"""What was computed from a subject's state, kept in a team's database until it is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from tierlock.store.team_database import TeamDatabase
from tierlock.store.team_tables import SUBJECTS, VIEWS

_AT_ONCE: Final = 500
_KEPT: Final = (
    select(SUBJECTS.c.slug, VIEWS.c.state, VIEWS.c.data)
    .join(VIEWS, VIEWS.c.subject_id == SUBJECTS.c.id)
    .where(
        VIEWS.c.name == bindparam("name"),
        SUBJECTS.c.slug.in_(bindparam("slugs", expanding=True)),
    )
)


class TeamViews:
    """The computed views of all subjects; losing one only costs work.

    Args:
        database: where.
    """

    def __init__(self, database: TeamDatabase) -> None:
        self._database = database

    def kept(self, slugs: Sequence[str], *, name: str) -> Iterator[tuple[str, str, bytes]]:
        """Yield address, state and data of what is kept under a name."""
        for start in range(0, len(slugs), _AT_ONCE):
            asked = {"name": name, "slugs": slugs[start : start + _AT_ONCE]}
            with self._database.reading() as connection:
                rows = connection.execute(_KEPT, asked).all()
            yield from ((slug, state, data) for slug, state, data in rows)

    def keep(self, slug: str, *, name: str, state: str, data: bytes) -> None:
        """Keep what was computed; it replaces what was kept under the name."""
        chosen = select(SUBJECTS.c.id).where(SUBJECTS.c.slug == slug)
        dialect = sqlite if self._database.is_sqlite else postgresql
        fresh = dialect.insert(VIEWS)
        with self._database.writing() as connection:
            subject = connection.execute(chosen).scalar_one_or_none()
            if subject is not None:
                values = {"subject_id": subject, "name": name, "state": state, "data": data}
                connection.execute(
                    fresh.on_conflict_do_update(
                        index_elements=["subject_id", "name"],
                        set_={"state": fresh.excluded.state, "data": fresh.excluded.data},
                    ),
                    values,
                )
