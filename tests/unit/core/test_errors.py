"""The error tree: what an error says survives its way out of another process."""

from __future__ import annotations

import pickle

import pytest

from tierlock.core import FrameworkError, ImportFailed, InputError, IntegrityError, TierlockError

KINDS = [TierlockError, InputError, FrameworkError, ImportFailed, IntegrityError]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hint", [None, "look again"])
def test_an_error_is_whole_after_pickling(kind: type[TierlockError], hint: str | None) -> None:
    error = kind("input.file", "no `a.eval`", hint=hint, location="a.eval:3")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself
    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


def test_an_unlisted_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        InputError("input.no-such-code", "says")
