"""`safeguards oscal`: write what is known about safeguards as OSCAL documents."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from tierlock.core import InputError
from tierlock.frameworks import read_crosswalk
from tierlock.report import escape_json, oscal_documents
from tierlock.usecases.project import Project
from tierlock.usecases.safeguarding import safeguards


def export_oscal(project: Project, *, at: datetime, out: Path) -> tuple[Path, ...]:
    """Write the documents into `out` and return their paths.

    A document that this report does not have (no gap, no plan of action) is removed if it is there
    from an earlier export: it would say what is no longer so.

    Raises:
        InputError: `out` can not be written.
    """
    found = oscal_documents(safeguards(project, at=at), crosswalk=read_crosswalk())
    paths = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        if "plan-of-action-and-milestones.json" not in found:
            (out / "plan-of-action-and-milestones.json").unlink(missing_ok=True)
        for name, document in found.items():
            text = escape_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"
            (out / name).write_text(text, encoding="utf-8")
            paths.append(out / name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write into `{out}`: {reason}") from None
    return tuple(paths)
