"""Compare the published JSON Schemas with the code; `--write` writes them anew."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tierlock.attest import KINDS, predicate_schema
from tierlock.frameworks import framework_schema
from tierlock.usecases import manifest_schema

FOLDER = Path(__file__).resolve().parents[1] / "spec" / "schema"

# File `<name>.schema.json`, and what computes it.
SCHEMAS: dict[str, Callable[[], dict[str, object]]] = {
    "framework": framework_schema,
    "bundle-manifest": manifest_schema,
    **{f"predicate-{kind}": partial(predicate_schema, kind) for kind in KINDS},
}


def drifted(folder: Path, *, schemas: Mapping[str, Callable[[], dict[str, object]]]) -> list[str]:
    """Return what is wrong with the schemas in `folder`: one line per file."""
    known = {f"{name}.schema.json": text_of(schema()) for name, schema in schemas.items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    problems = [f"{name} is not in the table of schemas" for name in sorted(found.keys() - known)]
    for name, text in known.items():
        if name not in found:
            problems.append(f"{name} is missing")
        elif found[name] != text:
            problems.append(f"{name} differs from the code")
    return problems


def text_of(schema: dict[str, object]) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Check or write the schemas; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files")
    if parser.parse_args().write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, schema in SCHEMAS.items():
            (FOLDER / f"{name}.schema.json").write_text(text_of(schema()), encoding="utf-8")
    problems = drifted(FOLDER, schemas=SCHEMAS)
    for problem in problems:
        print(f"{problem}: run scripts/check_schema.py --write", file=sys.stderr)
    return 4 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
