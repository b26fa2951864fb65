"""FRAMEWORK FILES -> Framework: YAML with errors that say line, column and what was meant.

Judges nothing: whether a subject crosses a threshold is the room `policy`'s question. The
language is documented in docs/reference/framework-language.md.
"""

from __future__ import annotations

from tierlock.frameworks.catalog import SHIPPED, CatalogEntry, get_framework, list_frameworks
from tierlock.frameworks.check import check_consistency
from tierlock.frameworks.crosswalk import CROSSWALK, read_crosswalk
from tierlock.frameworks.load import check_framework, load_framework, parse_framework
from tierlock.frameworks.lock import lock_folder
from tierlock.frameworks.records import parse_record
from tierlock.frameworks.register import REGISTER, read_register
from tierlock.frameworks.schema import framework_schema

__all__ = [
    "CROSSWALK",
    "REGISTER",
    "SHIPPED",
    "CatalogEntry",
    "check_consistency",
    "check_framework",
    "framework_schema",
    "get_framework",
    "list_frameworks",
    "load_framework",
    "lock_folder",
    "parse_framework",
    "parse_record",
    "read_crosswalk",
    "read_register",
]
