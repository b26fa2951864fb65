"""What a sender keeps back, by name and with the reason (spec/bundle.md W-1 to W-5)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final

from tierlock.attest import Kind
from tierlock.core import Framework, InputError

DEFAULT_WHY: Final = "withheld by the sender"
GROUPS: Final = ("samples", "logs", "ledger")
STATED: Final[Mapping[str, Kind]] = {
    "claims": "claim",
    "attestations": "attestation",
    "approvals": "approval",
    "rulings": "ruling",
    "choices": "choice",
    "records": "negative",
}
"""Field of a statements file, and the kind of statement that it holds."""
STATEMENTS: Final = tuple(STATED.values())


class Withhold:
    """Which parts are kept back; remembers which of the names were of use.

    Args:
        wanted: name to reason, all of them known names.
        tasks: slot to the tasks whose samples it takes.
    """

    def __init__(self, wanted: Mapping[str, str], *, tasks: Mapping[str, Set[str]]) -> None:
        self._wanted = wanted
        self._tasks = tasks
        self._used: set[str] = set()

    def why(self, name: str) -> str | None:
        """Return why what is called `name` is withheld, or None where it is not."""
        if name in self._wanted:
            self._used.add(name)
        return self._wanted.get(name)

    def why_samples(self, task: str) -> str | None:
        """Return why sample values of a task are withheld, or None."""
        names = ["samples", *(slot for slot, tasks in self._tasks.items() if task in tasks)]
        found = [self.why(name) for name in names]
        return next((reason for reason in found if reason is not None), None)

    def why_log(self, task: str) -> str | None:
        """Return why a raw log of a task is withheld: a log holds its sample values too."""
        return self.why("logs") or self.why_samples(task)

    def check_used(self) -> None:
        """Refuse names under which there was nothing: the sender would believe it withheld.

        Raises:
            InputError: `bundle.withhold`.
        """
        unused = sorted(self._wanted.keys() - self._used)
        if unused:
            raise InputError(
                "bundle.withhold",
                f"there is nothing to withhold under `{unused[0]}`",
                hint="the bundle was not written",
            )


def chosen(wanted: Mapping[str, str], *, framework: Framework) -> Withhold:
    """Return what is to be withheld, by group, statement kind or slot.

    Raises:
        InputError: `bundle.withhold`, a name is none of them.
    """
    known = {*GROUPS, *STATEMENTS, *framework.evaluations}
    for name in wanted:
        if name not in known:
            raise InputError(
                "bundle.withhold",
                f"`{name}` is nothing that can be withheld",
                hint=f"one of {', '.join((*GROUPS, *STATEMENTS))}, or a slot of the framework",
            )
    return Withhold(
        wanted,
        tasks={
            name: frozenset(slot.tasks)
            for name, slot in framework.evaluations.items()
            if name in wanted
        },
    )
