"""How often somebody may ask: token buckets, kept by one process for itself."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from tierlock.core import InputError

_MOST: Final = 20_000


class Rate(NamedTuple):
    """A bucket's size, and how fast it fills.

    Attributes:
        burst: so many requests at once.
        per_second: and then so many each second.
    """

    burst: float
    per_second: float


class TooManyRequests(InputError):
    """Somebody asks too often.

    Attributes:
        retry_after: whole seconds after which it is worth asking again.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "account.rate",
            "too many requests",
            hint=f"ask again in {retry_after} s",
        )
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.retry_after,)


class Limiter:
    """Counts requests by whoever makes them; several server processes count each for itself.

    Args:
        rate: what each one is allowed.
        now: a clock in seconds that never goes back.
        most: how many are remembered; beyond it who asked longest ago is forgotten.
    """

    def __init__(self, rate: Rate, *, now: Callable[[], float], most: int = _MOST) -> None:
        self._rate = rate
        self._now = now
        self._most = most
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: `account.rate`.
        """
        now = self._now()
        with self._lock:
            left, since = self._buckets.pop(who, (self._rate.burst, now))
            left = min(self._rate.burst, left + max(0.0, now - since) * self._rate.per_second)
            allowed = left >= 1
            self._buckets[who] = (left - 1 if allowed else left, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = (1 - left) / self._rate.per_second
            raise TooManyRequests(max(1, math.ceil(wait)))
