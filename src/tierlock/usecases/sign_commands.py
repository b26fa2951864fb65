"""The command that signs what a page offers, for people who sign with a key of their own."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tierlock.usecases.sign_requests import TAKES, SignRequest


def sign_command(request: SignRequest, *, binds: str = "", framework: str | None = None) -> str:
    """Return the command that signs the same with a key of one's own, for a shell.

    Args:
        request: what is signed, with the role.
        binds: the determination that the person has read, so that no other is signed.
        framework: the framework, where the project's own is not meant.
    """
    words = ["tierlock", *_words(request, expect=request.expect or binds)]
    words += [] if request.role is None else ["--as", request.role]
    words += [] if framework is None else ["--framework", framework]
    return f"{shlex.join(words)} --key YOUR.key"


def _words(request: SignRequest, *, expect: str) -> Iterator[str]:
    """The command and its options; texts are joined to theirs, whatever they begin with."""
    what, ruling = request.what, request.what == "ruling"
    if what in {"negative", "resolution"}:
        yield "dissent"
    elif what == "claim" and request.cosign is not None:
        yield "except"
    else:
        yield from ["ruling"] if ruling else ["sign", what]
    if what == "choice":
        yield f"{request.name}={request.reading}"
    elif what in {"attestation", "claim", "evidence"} and request.name is not None:
        yield request.name
    if what == "negative":
        yield from ("--kind", request.kind)
        yield from [f"--about={request.name}"] if request.name else []
    if what == "resolution":
        yield f"--resolve={request.name}"
    if request.action is not None:
        for option in ("name", "surface", "audience"):
            value = getattr(request.action, option)
            flag = "action" if option == "name" else option
            yield from [] if value is None else [f"--{flag}={value}"]
    for threshold, outcome in request.outcomes.items():
        yield f"--outcome={threshold}={outcome.value}"
    if request.says:
        yield f"--{'reasons' if ruling else 'says'}={request.says}"
    for flag, value in (("cosign", request.cosign), ("expect", expect)):
        takes = flag != "expect" or "expect" in TAKES[what][1]
        yield from [f"--{flag}={value}"] if value and takes else []
    for flag, end in (("expires", request.expires_at), ("happened", request.happened_at)):
        yield from [] if end is None else [f"--{flag}={end.isoformat()}"]
