"""What the study of frameworks returns: changes between two versions, remarks about one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from tierlock.core import Record

ChangeKind = Literal["added", "removed", "strengthened", "weakened", "changed", "reworded"]
KINDS: Final[tuple[ChangeKind, ...]] = get_args(ChangeKind)
MIRROR: Final[Mapping[ChangeKind, ChangeKind]] = {
    "added": "removed",
    "removed": "added",
    "strengthened": "weakened",
    "weakened": "strengthened",
    "changed": "changed",
    "reworded": "reworded",
}
Severity = Literal["problem", "note"]


class Change(Record):
    """One difference between two versions of a framework.

    Attributes:
        kind: what it means for a subject; `changed` has no direction, `reworded` is text only.
        section: top-level key of the framework language, such as `thresholds`.
        item: path of the item in its section, `<threshold or standard>:<criterion>`; empty where
            the section is itself the item.
        field: key within the item, dotted; empty where the whole item was added or removed.
        old: the old value as text; empty where there was none.
        new: the new value as text; empty where there is none.
    """

    kind: ChangeKind
    section: str
    item: str = ""
    field: str = ""
    old: str = ""
    new: str = ""

    def mirrored(self) -> Change:
        """Return this change as seen from the new version back to the old one."""
        return self.model_copy(update={"kind": MIRROR[self.kind], "old": self.new, "new": self.old})


class Difference(Record):
    """All changes from one version of a framework to another, in the order of the language."""

    old: str
    new: str
    changes: tuple[Change, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind."""
        return {kind: sum(change.kind == kind for change in self.changes) for kind in KINDS}


class Remark(Record):
    """What lint says about one place of a framework.

    Attributes:
        code: stable code, one of `LINT_CODES`.
        severity: a `problem` should be mended before anybody relies on the framework; a `note`
            should be known to whoever does.
        where: path of the place, such as `ASL-3/bio:wmdp-bio`.
        says: what is the matter.
        hint: what would mend it.
        recorded: why it stays, where a shipped framework is known for it; empty elsewhere.
    """

    code: str
    severity: Severity
    where: str
    says: str
    hint: str = ""
    recorded: str = ""
