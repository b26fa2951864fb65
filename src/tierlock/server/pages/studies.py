"""Work that takes longer than a page may: begun once, done beside the requests, kept when done."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from starlette.requests import Request

from tierlock.core import TierlockError
from tierlock.server.problems import Refused

_LOG: Final = logging.getLogger("tierlock.server")
_KEPT: Final = 64
_WAITING: Final = 8
_MAKING: Final = threading.Lock()

Key = tuple[str, ...]


class Study(NamedTuple):
    """One piece of work.

    Attributes:
        state: `failed` says why; `none` was never begun, or is forgotten.
        data: what it made, where it is done.
    """

    state: Literal["none", "running", "done", "failed"] = "none"
    data: bytes = b""
    says: str = ""
    code: str = ""


class Studies:
    """Does one piece of work after the other, in threads that do not keep the server alive."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Study] = OrderedDict()
        self._guard = threading.Lock()
        # The solver behind proofs is not made for several threads at once.
        self._turn = threading.Lock()

    def look(self, key: Key) -> Study:
        """Return how far a piece of work is."""
        with self._guard:
            return self._known.get(key, Study())

    def begin(self, key: Key, *, make: Callable[[], bytes]) -> None:
        """Begin a piece of work, unless it is running or done.

        Args:
            key: everything that the result depends on.
            make: does it.

        Raises:
            Refused: `server.too-many`; too much is waiting.
        """
        with self._guard:
            if self._known.get(key, Study()).state in {"running", "done"}:
                return
            if sum(one.state == "running" for one in self._known.values()) >= _WAITING:
                raise Refused(
                    429,
                    "server.too-many",
                    "too much is being computed already",
                    hint="try again when something of it is done",
                )
            self._known[key] = Study("running")
        threading.Thread(target=self._work, args=(key, make), daemon=True).start()

    def _work(self, key: Key, make: Callable[[], bytes]) -> None:
        with self._turn:
            try:
                found = Study("done", data=make())
            except TierlockError as error:
                found = Study("failed", says=error.message, code=error.code)
            except Exception:  # noqa: BLE001  # whoever waits must hear of it, whatever it is
                _LOG.exception("study %s", key)
                found = Study("failed", says="the server failed", code="server.internal")
        with self._guard:
            self._known[key] = found
            self._known.move_to_end(key)
            ended = [one for one, study in self._known.items() if study.state != "running"]
            for old in ended[: max(0, len(ended) - _KEPT)]:
                del self._known[old]


def studies_of(request: Request) -> Studies:
    """Return the studies of the server that a request reached."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "studies"):
            state.studies = Studies()
        found: Studies = state.studies
    return found
