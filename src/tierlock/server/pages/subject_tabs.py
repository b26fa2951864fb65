"""All pages of one subject, in the order in which their addresses are tried."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from tierlock.server.pages import (
    configuration,
    evidence,
    finding,
    subject,
    subject_safeguards,
    timeline,
    transcripts,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    subject.router,
    finding.router,
    # Before the runs, whose ids may hold any text: a sample's address is longer.
    transcripts.router,
    evidence.router,
    subject_safeguards.router,
    timeline.router,
    configuration.router,
)
