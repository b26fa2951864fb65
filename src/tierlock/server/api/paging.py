"""Lists in pages: at most so many at once, and where the next page begins."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query

MOST: Final = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
After = Annotated[
    str, Query(max_length=300, description="`next` of the page before; empty for the first.")
]
Place = Annotated[
    int, Query(ge=0, le=2**62, description="`next` of the page before; 0 for the first.")
]
"""The place of a numbered list at which a page begins."""
