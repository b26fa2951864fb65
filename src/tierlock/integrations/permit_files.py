"""Permission from signed permits beside the process: checked offline, with the newest status."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from tierlock.core import InputError
from tierlock.integrations.asking import Allowed, Asked
from tierlock.permit import Checker, PermitRefused, read_seen, write_seen
from tierlock.store import exclusive
from tierlock.usecases import load_permit_keys, read_bytes, replace_file

_MOST_FILES: Final = 1000
# What a permit for another model or action is refused for: the least telling of several reasons.
_OTHER: Final = ("permit.digest", "permit.part", "permit.action")


class PermitFiles:
    """Permits as `tierlock permit issue` writes them; all files are read anew for every question.

    Args:
        permits: one permit, or a folder of permits for several models and actions (`*.json`).
        status: the newest status.
        keys: whom to trust: what `tierlock permit keys` wrote, a trust file, or a key in PEM.
        seen: file that keeps the newest status seen, in a folder that this process may write; an
            older one is refused, also after a restart.
    """

    def __init__(
        self, permits: str | Path, *, status: str | Path, keys: str | Path, seen: str | Path
    ) -> None:
        self.permits = Path(permits)
        self.status = Path(status)
        self.keys = Path(keys)
        self.seen = Path(seen)

    @property
    def judges_compute(self) -> bool:
        """A permit says nothing of compute."""
        return False

    def check(self, asked: Asked, *, at: datetime) -> Allowed:
        """Return the permission that one of the permits gives.

        Raises:
            PermitRefused: none does.
            InputError: a file can not be read or written.
        """
        keys = load_permit_keys(self.keys, at=at)
        status = read_bytes(self.status)
        tokens = [read_bytes(path) for path in self._files()]
        # Two processes take turns: neither may put an older status in place of the newer one.
        with exclusive(self.seen.parent):
            before = read_seen(read_bytes(self.seen)) if self.seen.exists() else None
            checker = Checker(keys, seen=before)
            try:
                return _first(checker, tokens=tokens, asked=asked, status=status, at=at)
            finally:
                # Also where it is refused: the status was seen.
                if checker.seen is not None and checker.seen != before:
                    replace_file(self.seen, data=write_seen(checker.seen))

    def _files(self) -> list[Path]:
        if not self.permits.is_dir():
            return [self.permits]
        apart = {path.resolve() for path in (self.status, self.keys, self.seen)}
        found = [
            path for path in sorted(self.permits.glob("*.json")) if path.resolve() not in apart
        ]
        if len(found) > _MOST_FILES:
            raise InputError(
                "input.file",
                f"`{self.permits}` holds more than {_MOST_FILES} permits",
                hint="remove those that have expired",
            )
        return found


def _first(
    checker: Checker, *, tokens: Iterable[bytes], asked: Asked, status: bytes, at: datetime
) -> Allowed:
    """The permission of the first permit that gives it, or the most telling refusal."""
    refusals: list[PermitRefused] = []
    for token in tokens:
        try:
            permit = checker.check(
                token,
                action=asked.action,
                surface=asked.surface,
                audience=asked.audience,
                digests=asked.digests,
                status=status,
                at=at,
            )
        except PermitRefused as refused:
            refusals.append(refused)
        else:
            return Allowed(permit.expires_at, f"permit {permit.id} for `{permit.subject}`")
    if not refusals:
        raise InputError(
            "integration.gate", "there is no permit", hint="`tierlock permit issue` writes one"
        )
    raise min(refusals, key=lambda one: _OTHER.index(one.code) + 1 if one.code in _OTHER else 0)
