"""What all OSCAL documents share: identifiers, tokens, properties, metadata."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from tierlock.core import digest, format_instant
from tierlock.report.safeguards_values import SafeguardsReport
from tierlock.report.sanitize import clean

Json = dict[str, Any]
OSCAL_VERSION: Final = "1.2.1"
NAMESPACE: Final = "urn:tierlock:oscal"
_ROOT: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_OTHER: Final = re.compile(r"[^A-Za-z0-9_.-]+")


def identifier(key: str) -> str:
    """Return the UUID (version 5) that stands for `key` for ever.

    >>> identifier("a") == identifier("a"), identifier("a") == identifier("b")
    (True, False)
    """
    return str(uuid.uuid5(_ROOT, key))


def tokens(names: Iterable[str]) -> dict[str, str]:
    """Return an OSCAL token per name; two names never get the same one.

    >>> tokens(["asl-2/deployment:usage-policy", "3d"])
    {'asl-2/deployment:usage-policy': 'asl-2.deployment.usage-policy', '3d': '_3d'}
    """
    plain: dict[str, str] = {}
    for name in names:
        token = _OTHER.sub(".", name).strip(".") or "_"
        plain[name] = token if token[0].isalpha() or token[0] == "_" else f"_{token}"
    taken = list(plain.values())
    return {
        name: token
        if taken.count(token) == 1
        else f"{token}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        for name, token in plain.items()
    }


def prop(name: str, *, value: str) -> Json:
    """Return one property in Tierlock's namespace."""
    return {"name": name, "ns": NAMESPACE, "value": clean(value)}


def props(**values: str) -> list[Json]:
    """Return a property per value that is not empty; underscores of names become hyphens."""
    return [prop(name, value=value) for name, value in values.items() if clean(value)]


def reference(name: str) -> Json:
    """Return evidence that is named by its digest or run."""
    return {"href": f"urn:tierlock:evidence:{name}", "description": "evidence in the store"}


def document(kind: str, *, body: Json, title: str, version: str, at: datetime, key: str) -> Json:
    """Return a whole document of `kind` around `body`.

    Args:
        kind: the OSCAL name of the model, such as `catalog`.
        body: what stands beside identifier and metadata.
        title: for people.
        version: of what the document is about.
        at: the instant as of which it is true.
        key: what its identifier is derived from.
    """
    metadata = {
        "title": clean(title),
        "last-modified": format_instant(at),
        "version": clean(version),
        "oscal-version": OSCAL_VERSION,
    }
    return {kind: {"uuid": identifier(f"{kind}|{key}"), "metadata": metadata, **body}}


def key_of(report: SafeguardsReport, *parts: str) -> str:
    """Return what distinguishes one thing in one report from all others."""
    own = (digest(report.framework), report.subject.name, format_instant(report.at))
    return "|".join((*own, *parts))


def about_subject(report: SafeguardsReport, *, kind: str, body: Json, title: str) -> Json:
    """Return a document about the report's subject."""
    version = format_instant(report.at)
    return document(
        kind, body=body, title=title, version=version, at=report.at, key=key_of(report, kind)
    )
