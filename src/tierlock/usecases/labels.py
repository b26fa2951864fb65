"""`label:NAME` in a project file: what a label of the configuration history stands for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tierlock.core import InputError, Part
from tierlock.store import ConfigurationStore

LABEL: Final = "label:"


def labelled(value: str, *, part: Part, store: Path) -> str:
    """Return the digest that `value`, as `label:NAME`, stands for at this moment.

    Args:
        value: as the project file has it.
        part: the subject's part that it is to be.
        store: the store's folder.

    Raises:
        InputError: there is no such label, or the part is not `elicitation`.
    """
    label = value.removeprefix(LABEL)
    if part != "elicitation":
        says = f"`{part}` can not be `{value}`: labels name elicitations"
        raise InputError("input.subject", says)
    found = ConfigurationStore(store).labels().get(label)
    if found is None:
        raise InputError(
            "input.not-found",
            f"the configuration history has no label `{label}`",
            hint=f"give it to a version: tierlock prompt label {label} VERSION --as NAME",
        )
    return found.part


def without_labels(parts: Mapping[Part, str], *, store: Path) -> dict[Part, str]:
    """Return the parts of a project file without labels that nobody gave yet."""
    given = ConfigurationStore(store).labels()
    return {
        part: value
        for part, value in parts.items()
        if not value.startswith(LABEL) or value.removeprefix(LABEL) in given
    }
