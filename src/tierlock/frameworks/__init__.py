"""FRAMEWORK FILES -> Framework: YAML with errors that say line, column and what was meant.

Judges nothing: whether a subject crosses a threshold is the room `policy`'s question. The
language is documented in docs/reference/framework-language.md.
"""

from __future__ import annotations

from tierlock.frameworks.catalog import (
    SHIPPED,
    CatalogEntry,
    FrameworkFile,
    framework_file,
    get_framework,
    is_framework_path,
    list_frameworks,
)
from tierlock.frameworks.check import check_consistency
from tierlock.frameworks.copy import Identity, copy_framework_text
from tierlock.frameworks.crosswalk import CROSSWALK, read_crosswalk
from tierlock.frameworks.findings import FINDINGS, RecordedFinding, read_findings
from tierlock.frameworks.load import check_framework, load_framework, parse_framework
from tierlock.frameworks.lock import lock_folder, lock_records
from tierlock.frameworks.records import parse_record
from tierlock.frameworks.register import REGISTER, read_register
from tierlock.frameworks.schema import SCHEMA_FILE, framework_schema

__all__ = [
    "CROSSWALK",
    "FINDINGS",
    "REGISTER",
    "SCHEMA_FILE",
    "SHIPPED",
    "CatalogEntry",
    "FrameworkFile",
    "Identity",
    "RecordedFinding",
    "check_consistency",
    "check_framework",
    "copy_framework_text",
    "framework_file",
    "framework_schema",
    "get_framework",
    "is_framework_path",
    "list_frameworks",
    "load_framework",
    "lock_folder",
    "lock_records",
    "parse_framework",
    "parse_record",
    "read_crosswalk",
    "read_findings",
    "read_register",
]
