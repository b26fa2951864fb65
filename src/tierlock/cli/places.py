"""Logs on the command line: a path, or the URL of a remote file or folder."""

from __future__ import annotations

import click

from tierlock.importers import Place, place_of


class PlaceType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """Turns an argument into a place; the same as a path where it is none."""

    name = "path"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Place:
        """Return the place that the argument names."""
        return place_of(str(value))
