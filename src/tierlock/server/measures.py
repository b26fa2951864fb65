"""What the server counts about itself, for Prometheus; no count names a subject or a person."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """Counts of one server process; several processes are added up by who reads them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "tierlock_requests",
            "Requests by route and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tierlock_request_seconds",
            "Seconds from a request's first byte to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._decisions = Counter(
            "tierlock_decisions",
            "Answers of the gate by verdict.",
            ("action", "verdict"),
            registry=self._registry,
        )
        self._denied = Counter(
            "tierlock_denied",
            "Attempts that were refused, by reason.",
            ("why",),
            registry=self._registry,
        )

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            route: the route's name; empty where there is none, so that nobody makes up names.
            method: the HTTP method.
            status: the HTTP status.
            seconds: how long it took.
        """
        known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"
        self._requests.labels(route or "none", known, str(status)).inc()
        self._seconds.labels(route or "none").observe(seconds)

    def decision(self, *, action: str, verdict: str) -> None:
        """Count one answer of the gate."""
        self._decisions.labels(action, verdict).inc()

    def denied(self, *, why: str) -> None:
        """Count one refused attempt."""
        self._denied.labels(why).inc()

    def text(self) -> bytes:
        """Return all counts in the text format of Prometheus."""
        return generate_latest(self._registry)
