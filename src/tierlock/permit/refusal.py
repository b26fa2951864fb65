"""Why a permit is refused: one error with stable codes, and what each of them means."""

from __future__ import annotations

from typing import Final, NamedTuple

_USAGE: Final = 2
_INTEGRITY: Final = 3
_NO: Final = 1
_LAPSED: Final = 10


class Meaning(NamedTuple):
    """What a code means.

    Attributes:
        exit_code: how `tierlock permit check` ends: 1 the permit does not permit this, 3 something
            is not what it claims to be, 10 something is missing or has lapsed, 2 a wrong call.
        says: the meaning in one sentence.
        do: what helps.
    """

    exit_code: int
    says: str
    do: str


CODES: Final[dict[str, Meaning]] = {
    "permit.input": Meaning(
        _USAGE,
        "the check was asked in a way that can not be answered",
        "Give an instant with a time zone, keys, an action, and a digest per part",
    ),
    "permit.form": Meaning(
        _INTEGRITY,
        "a token, a status or a list of keys is damaged, truncated or written in another form",
        "Fetch the file again; it is one line, and no byte of it may change",
    ),
    "permit.version": Meaning(
        _INTEGRITY,
        "a token or status is of a kind or version that this checker does not know",
        "Do not mix up permit and status; update the checker if the version is newer",
    ),
    "permit.key": Meaning(
        _INTEGRITY,
        "a token or status is not signed by a key that is trusted for it",
        "Compare the key's id, role and validity with the trust file",
    ),
    "permit.signature": Meaning(
        _INTEGRITY,
        "a signature does not verify",
        "Treat the file as forged until its origin is clear",
    ),
    "permit.digest": Meaning(
        _INTEGRITY,
        "what runs has another digest than what the permit names",
        "Run what was permitted, or have a permit issued for what runs",
    ),
    "permit.head": Meaning(
        _INTEGRITY,
        "the status is older than the permit or than a status seen before, or of another ledger",
        "Fetch the newest status; if it is the newest, the ledger was rolled back or forked",
    ),
    "permit.life": Meaning(
        _INTEGRITY,
        "a permit or status is made to last longer than any may",
        "Have it issued for a shorter time",
    ),
    "permit.part": Meaning(
        _LAPSED,
        "a part that the permit names has no live digest, or the other way round",
        "Give the digest of every part that the permit names, and of no other",
    ),
    "permit.status": Meaning(
        _LAPSED,
        "there is no status",
        "Fetch one: `tierlock permit status` writes it",
    ),
    "permit.stale": Meaning(
        _LAPSED,
        "the status has expired",
        "Fetch a new one; if there is none, nobody vouches that the permit still holds",
    ),
    "permit.unknown": Meaning(
        _LAPSED,
        "the status does not name the permit among those that hold",
        "Fetch a status that is newer than the permit, of the ledger in which it was issued",
    ),
    "permit.expired": Meaning(
        _LAPSED,
        "the permit has expired",
        "Have a new one issued; the gate says whether it can be",
    ),
    "permit.early": Meaning(
        _LAPSED,
        "the permit is not valid yet, or something was issued later than now",
        "Compare the clocks of both machines",
    ),
    "permit.action": Meaning(
        _NO,
        "the permit is for another action, surface or audience",
        "Use the permit that was issued for this",
    ),
    "permit.revoked": Meaning(
        _NO,
        "the permit or what it is about was revoked",
        "The ledger says why; do not go on",
    ),
    "permit.closed": Meaning(
        _NO,
        "the gate does not allow any more what the permit permits",
        "`tierlock gate` says why; do not go on",
    ),
}
"""Every code with which a permit is refused."""


class PermitRefused(Exception):
    """The one answer that is not a permit.

    Args:
        code: stable identifier from `CODES`.
        message: lower case, the input in backticks.
        hint: what to do about it; by default that of the code.

    Raises:
        KeyError: `code` is not listed (a programmer's mistake).

    >>> print(PermitRefused("permit.status", "there is no status"))
    refused[permit.status] there is no status
      hint: fetch one: `tierlock permit status` writes it
    """

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        meaning = CODES[code]
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint or meaning.do[:1].lower() + meaning.do[1:]
        self.exit_code = meaning.exit_code

    def __reduce__(self) -> tuple[object, ...]:
        # Pickled by default, a refusal would lose its code on its way out of a worker.
        return _again, (self.code, self.message, self.hint)

    def __str__(self) -> str:
        return f"refused[{self.code}] {_shown(self.message)}\n  hint: {_shown(self.hint)}"


def _again(code: str, message: str, hint: str) -> PermitRefused:
    return PermitRefused(code, message, hint=hint)


def _shown(text: str) -> str:
    """`text` with what could act on a terminal as its visible escape."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
