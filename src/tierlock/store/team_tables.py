"""The tables of a team's database as they are now; how they came to be is in `migrations`.

Content is packed (Zstandard) beside the digest of its bytes, and is held against that digest
whenever it is read. Rows of content are never changed or deleted: triggers refuse it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD: Final = "2"
"""The revision that this version of Tierlock works with."""
KEPT: Final = (
    "team_documents",
    "team_blobs",
    "team_evidence",
    "team_lines",
    "team_alpha",
    "team_determinations",
    "team_ledgers",
    "team_entries",
)
"""Tables whose rows stay as they are."""

METADATA: Final = MetaData()
# Digests and addresses are compared byte by byte: their order is the same in every database.
KEY: Final = Text().with_variant(Text(collation="C"), "postgresql")
ROW: Final = BigInteger().with_variant(Integer(), "sqlite")


def _subject() -> Column[int]:
    return Column("subject_id", ROW, ForeignKey("team_subjects.id"), nullable=False)


SUBJECTS: Final = Table(
    "team_subjects", METADATA,
    Column("id", ROW, primary_key=True),
    Column("slug", KEY, nullable=False, unique=True),
    Column("name", KEY, nullable=False, unique=True),
    Column("folded", KEY, nullable=False),
    Column("frameworks", Text, nullable=False),
    Column("lineage", KEY, nullable=False),
    Column("parent", KEY),
    Column("version", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False),
)  # fmt: skip

LINEAGES: Final = Table(
    "team_lineages", METADATA,
    Column("lineage", KEY, primary_key=True),
    Column("version", BigInteger, nullable=False),
)  # fmt: skip

NAMES: Final = Table(
    "team_names", METADATA,
    Column("name", KEY, primary_key=True),
    Column("subject_id", ROW, ForeignKey("team_subjects.id"), primary_key=True),
)  # fmt: skip

DOCUMENTS: Final = Table(
    "team_documents", METADATA,
    Column("id", ROW, primary_key=True),
    _subject(),
    Column("kind", KEY, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("author", Text, nullable=False),
    Column("written_at", KEY, nullable=False),
    UniqueConstraint("subject_id", "kind", "number"),
)  # fmt: skip

BLOBS: Final = Table(
    "team_blobs", METADATA,
    Column("digest", KEY, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)  # fmt: skip

EVIDENCE: Final = Table(
    "team_evidence", METADATA,
    Column("id", ROW, primary_key=True),
    _subject(),
    Column("run_id", KEY, nullable=False),
    Column("evaluation", KEY, nullable=False),
    Column("measured_at", KEY, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("content", KEY, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("subject_id", "digest", "content"),
    Index("team_evidence_run", "run_id", "subject_id"),
    Index("team_evidence_evaluation", "subject_id", "evaluation", "measured_at"),
)  # fmt: skip

LINES: Final = Table(
    "team_lines", METADATA,
    Column("id", ROW, primary_key=True),
    _subject(),
    Column("kind", KEY, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("team_lines_kind", "subject_id", "kind", "id"),
)  # fmt: skip

ALPHA: Final = Table(
    "team_alpha", METADATA,
    Column("id", ROW, primary_key=True),
    _subject(),
    Column("lineage", KEY, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("team_alpha_subject", "subject_id", "id"),
    Index("team_alpha_lineage", "lineage", "id"),
)  # fmt: skip

DETERMINATIONS: Final = Table(
    "team_determinations", METADATA,
    Column("id", ROW, primary_key=True),
    _subject(),
    Column("name", KEY, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("subject_id", "digest"),
    Index("team_determinations_name", "name", "subject_id"),
)  # fmt: skip

VIEWS: Final = Table(
    "team_views", METADATA,
    Column("subject_id", ROW, ForeignKey("team_subjects.id"), primary_key=True),
    Column("name", KEY, primary_key=True),
    Column("state", KEY, nullable=False),
    Column("data", LargeBinary, nullable=False),
)  # fmt: skip
