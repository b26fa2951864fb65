"""Subjects, their documents, what they hold, their ledgers, and views computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "1"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KEPT: Final = (
    "team_documents", "team_blobs", "team_evidence", "team_lines", "team_alpha",
    "team_determinations", "team_ledgers", "team_entries",
)  # fmt: skip
_ALL: Final = (*_KEPT, "team_views", "team_lineages", "team_subjects")
_KEY: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ROW: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables, and the triggers that keep their rows."""
    _subjects()
    _contents()
    _ledgers()
    op.create_table(
        "team_views",
        sa.Column("subject_id", _ROW, sa.ForeignKey("team_subjects.id"), primary_key=True),
        sa.Column("name", _KEY, primary_key=True),
        sa.Column("state", _KEY, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    for table in _KEPT:
        _keep(table)


def downgrade() -> None:
    """Remove all tables, where nothing is lost with them.

    Raises:
        RuntimeError: there are subjects or ledgers.
    """
    for table in ("team_subjects", "team_ledgers"):
        if op.get_bind().execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1")).first():  # noqa: S608
            raise RuntimeError("below revision 1 nothing could be kept")
    for table in _ALL:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION team_keep()")


def _id() -> sa.Column[int]:
    return sa.Column("id", _ROW, primary_key=True)


def _subject() -> sa.Column[int]:
    return sa.Column("subject_id", _ROW, sa.ForeignKey("team_subjects.id"), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _KEY, nullable=False)


def _data() -> sa.Column[bytes]:
    return sa.Column("data", sa.LargeBinary, nullable=False)


def _subjects() -> None:
    op.create_table(
        "team_subjects", _id(),
        sa.Column("slug", _KEY, nullable=False, unique=True),
        sa.Column("name", _KEY, nullable=False, unique=True),
        _key("folded"),
        sa.Column("frameworks", sa.Text, nullable=False),
        _key("lineage"),
        sa.Column("parent", _KEY),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("recorded", sa.BigInteger, nullable=False),
    )  # fmt: skip
    op.create_table(
        "team_lineages",
        sa.Column("lineage", _KEY, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "team_documents", _id(), _subject(), _key("kind"),
        sa.Column("number", sa.Integer, nullable=False),
        _key("digest"),
        sa.Column("author", sa.Text, nullable=False),
        _key("written_at"),
        sa.UniqueConstraint("subject_id", "kind", "number"),
    )  # fmt: skip
    op.create_table("team_blobs", sa.Column("digest", _KEY, primary_key=True), _data())


def _contents() -> None:
    op.create_table(
        "team_evidence", _id(), _subject(), _key("run_id"), _key("evaluation"),
        _key("measured_at"), _key("digest"), _key("content"), _data(),
        sa.UniqueConstraint("subject_id", "digest", "content"),
    )  # fmt: skip
    op.create_index("team_evidence_run", "team_evidence", ["run_id", "subject_id"])
    op.create_index(
        "team_evidence_evaluation", "team_evidence", ["subject_id", "evaluation", "measured_at"]
    )
    op.create_table("team_lines", _id(), _subject(), _key("kind"), _key("digest"), _data())
    op.create_index("team_lines_kind", "team_lines", ["subject_id", "kind", "id"])
    op.create_table("team_alpha", _id(), _subject(), _key("lineage"), _key("digest"), _data())
    op.create_index("team_alpha_subject", "team_alpha", ["subject_id", "id"])
    op.create_index("team_alpha_lineage", "team_alpha", ["lineage", "id"])
    op.create_table(
        "team_determinations", _id(), _subject(), _key("name"), _key("digest"), _data(),
        sa.UniqueConstraint("subject_id", "digest"),
    )  # fmt: skip
    op.create_index("team_determinations_name", "team_determinations", ["name", "subject_id"])


def _ledgers() -> None:
    op.create_table(
        "team_ledgers",
        sa.Column("ledger", _KEY, primary_key=True),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
    )
    op.create_table(
        "team_entries",
        sa.Column("ledger", _KEY, sa.ForeignKey("team_ledgers.ledger"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        _key("media_type"),
        sa.Column("logged_at", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("ledger", "content"),
    )
    op.create_index("team_entries_type", "team_entries", ["ledger", "media_type", "position"])


def _keep(table: str) -> None:
    """Refuse changes and deletions; against who means to there is the ledger's tree."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'these rows are append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION team_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RAISE EXCEPTION ''these rows are append-only''; END'"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE "
        f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION team_keep()"
    )
