"""Who publishes a record of Every Eval Ever: the format asks for it, and evidence can not say."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from tierlock.core import InputError

Relationship = Literal["first_party", "third_party", "collaborative", "other"]


class Publisher(NamedTuple):
    """What the format asks for and evidence does not know: who says so.

    Attributes:
        organization: who provides the data.
        relationship: how that organization stands to the model's developer.
        at: when the record is written.
        developer: who made the model, where its name does not begin with `developer/`.
    """

    organization: str
    relationship: Relationship
    at: datetime
    developer: str = ""

    @classmethod
    def checked(
        cls, organization: str, *, relationship: str, at: datetime, developer: str = ""
    ) -> Publisher:
        """Return the publisher.

        Raises:
            InputError: a blank organization, or a relationship that the format does not know.
        """
        known = {name: name for name in get_args(Relationship)}
        if not organization.strip():
            raise InputError("input.type", "the organization is blank")
        if relationship not in known:
            raise InputError("input.type", f"`{relationship}` is no relationship of the format")
        return cls(organization.strip(), known[relationship], at, developer.strip())

    def developer_of(self, model: str) -> str:
        """Return who made `model`."""
        return self.developer or model.rpartition("/")[0] or "unknown"


def slug(text: str) -> str:
    """Return `text` as the name of one folder on every system.

    >>> slug("../lab/Model 1"), slug(".."), slug("")
    ('lab-Model-1', 'unknown', 'unknown')
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-_")[:80] or "unknown"
