"""`init`: a project file and a statements file that lists every safeguard of the baseline."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tierlock.core import Framework, InputError, SafeguardCriterion
from tierlock.frameworks import get_framework
from tierlock.usecases.store_place import PROJECT_FILE

STATEMENTS_FILE = "statements.yaml"


def init_project(folder: Path, *, framework: str, subject: str) -> tuple[Path, Path]:
    """Write `tierlock.yaml` and `statements.yaml` into `folder` and return their paths.

    Raises:
        InputError: one of the files exists already, or the framework is not known.
    """
    rules = get_framework(framework)
    texts = {
        folder / PROJECT_FILE: _project_text(
            rules, framework=_seen_from(folder, framework), subject=subject
        ),
        folder / STATEMENTS_FILE: _statements_text(rules, subject=subject),
    }
    for path in texts:
        if path.exists():
            raise InputError(
                "input.exists", f"`{path}` exists already", hint="remove it, or use another folder"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write into `{folder}`: {reason}") from None
    return folder / PROJECT_FILE, folder / STATEMENTS_FILE


def _seen_from(folder: Path, framework: str) -> str:
    """A project file names a framework file relative to its own folder."""
    if not framework.endswith((".yaml", ".yml")) or Path(framework).is_absolute():
        return framework
    return os.path.relpath(framework, folder)


def _evidence_example(criterion: SafeguardCriterion) -> str:
    kind = criterion.accepts[0] if criterion.accepts else "document"
    return f"{{kind: {kind}, says: ..., by: ..., produced_at: 2026-01-31T09:00:00Z}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _project_text(rules: Framework, *, framework: str, subject: str) -> str:
    action = "deploy" if "deploy" in rules.actions else next(iter(rules.actions), None)
    lines = [
        "# What Tierlock judges, and under which framework.",
        f"framework: {_quoted(framework)}",
        "subject:",
        f"  name: {_quoted(subject)}",
        "  # Names under which evaluation logs know this subject.",
        f"  known_as: [{_quoted(subject)}]",
        "  # Digests of its parts: `sha256:...`, or `file:PATH` to take the digest of a file.",
        "  parts: {}",
        "  # Declared facts; an absent fact is unknown, never false.",
        "  facts: {}",
        "  # Every traffic path that leads to it, per surface; claims must cover all of them.",
        "  surfaces:",
    ]
    lines += [f"    {surface}: {{paths: [interactive]}}" for surface in rules.surfaces[:1]] or [
        "    {}"
    ]
    lines.append(f"statements: {STATEMENTS_FILE}")
    if action is not None:
        rule = rules.actions[action]
        asked = [f"name: {action}"]
        asked += [f"surface: {rules.surfaces[0]}"] if "surface" in rule.per else []
        asked += [f"audience: {rules.audiences[0]}"] if "audience" in rule.per else []
        lines.append(f"action: {{{', '.join(asked)}}}")
    return "\n".join(lines) + "\n"


def _statements_text(rules: Framework, *, subject: str) -> str:
    lines = [
        "# What people state about the subject; unsigned. Nothing here is claimed yet.",
        f"subject: {_quoted(subject)}",
        "# The instant up to which no incident, revocation or dissent is missing below.",
        "# complete_as_of: 2026-01-31T09:00:00Z",
        "records: []",
        "claims:",
        "  # Uncomment a line of evidence, set `status: met` and the dates, to claim a safeguard.",
    ]
    claims = [
        (f"{standard_id}:{criterion_id}", criterion)
        for standard_id in rules.baseline
        for criterion_id, criterion in rules.standards[standard_id].criteria.items()
    ]
    for path, criterion in claims:
        lines += [
            f"  # {criterion.says}",
            f"  # - criterion: {path}",
            "  #   status: met",
            "  #   claimed_at: 2026-01-31T09:00:00Z",
            f"  #   evidence: [{_evidence_example(criterion)}]",
        ]
    lines.append("  []")
    return "\n".join(lines) + "\n"
