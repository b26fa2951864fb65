"""Every name of a subject in one index: its slug, name, other names and weights digest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
import zstandard
from alembic import op

revision: str = "2"
down_revision: str | None = "1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SETTINGS = """
SELECT s.id, s.slug, s.name, b.data FROM team_subjects s
JOIN team_documents d ON d.subject_id = s.id AND d.kind = 'settings'
JOIN team_blobs b ON b.digest = d.digest
WHERE d.number = (SELECT max(l.number) FROM team_documents l
                  WHERE l.subject_id = s.id AND l.kind = 'settings')
"""


def upgrade() -> None:
    """Make the index, and fill it from the settings of every subject."""
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    row = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    names = op.create_table(
        "team_names",
        sa.Column("name", key, primary_key=True),
        sa.Column("subject_id", row, sa.ForeignKey("team_subjects.id"), primary_key=True),
    )
    rows = op.get_bind().execute(sa.text(_SETTINGS)).all()
    found = [
        {"name": name, "subject_id": row[0]}
        for row in rows
        for name in sorted({row[1], row[2], *_names(bytes(row[3]))})
    ]
    if found:
        op.bulk_insert(names, found)


def downgrade() -> None:
    """Remove the index; the settings still have every name."""
    op.drop_table("team_names")


def _names(packed: bytes) -> Iterator[str]:
    settings: dict[str, Any] = json.loads(zstandard.ZstdDecompressor().decompress(packed))
    subject = settings["subject"]
    yield from subject.get("knownAs", ())
    weights = subject.get("parts", {}).get("weights")
    if weights is not None:
        yield weights
