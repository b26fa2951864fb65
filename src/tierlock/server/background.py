"""What a server does besides answering: it sends webhooks, and notices what changes by itself."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Engine

from tierlock.server.context import Context
from tierlock.server.state.delivery import Sender
from tierlock.server.state.watching import Watcher


class Background:
    """Two threads that run as long as the server does.

    Args:
        engine: the database of the server's memory.
        every: seconds between two looks at all subjects.
        close: what else ends with the server.
    """

    def __init__(self, engine: Engine, *, every: float, close: Callable[[], None]) -> None:
        self._engine, self._every, self._close = engine, every, close

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Start with the server and end with it."""
        context: Context = app.state.tierlock
        sender = Sender(
            context.webhooks, allowed=context.settings.webhook_hosts, clock=context.clock
        )
        watcher = Watcher(
            context.positions, webhooks=context.webhooks, engine=self._engine, clock=context.clock
        )
        runs: tuple[Callable[[], None], ...] = (
            sender.run,
            lambda: watcher.run(every=self._every),
        )
        threads = [threading.Thread(target=run, daemon=True) for run in runs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            sender.stop()
            watcher.stop()
            for thread in threads:
                thread.join(timeout=5)
            self._close()
            context.workspace.close()
