"""Limits for untrusted input: what one log file may cost to read.

A log is a file that somebody else wrote. The defaults admit every real log we know of with room
to spare and stop archives and documents that were made to exhaust memory or time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one log file may cost; all sizes in bytes.

    Attributes:
        file_bytes: size of a file that is held in memory.
        archive_bytes: size of an archive, of which one entry at a time is held in memory.
        members: entries of an archive.
        member_bytes: decompressed size of one entry.
        total_bytes: decompressed size of all entries together.
        free_bytes: an entry up to this size may be compressed as well as it likes.
        ratio: decompressed to compressed size that a larger entry may have.
        rows: rows of a table, or lines of a JSON Lines file.
        yaml_bytes: size of a YAML file; YAML is slow to parse, and written by hand.
        depth: nesting of a YAML document (JSON is limited by the interpreter's own stack guard).
        entries: files and folders below one folder that is searched for logs.

    >>> Limits(members=10).members
    10
    """

    file_bytes: int = 2048 * _MIB
    archive_bytes: int = 64 * 1024 * _MIB
    members: int = 500_000
    member_bytes: int = 1024 * _MIB
    total_bytes: int = 64 * 1024 * _MIB
    free_bytes: int = 64 * _MIB
    ratio: int = 1000
    rows: int = 5_000_000
    yaml_bytes: int = _MIB
    depth: int = 20
    entries: int = 1_000_000


DEFAULT_LIMITS: Final = Limits()
