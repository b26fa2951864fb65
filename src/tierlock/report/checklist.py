"""What a report must contain, item by item, and which framework version asks for it.

The lists are data (`checklists/*.toml`): every item carries a citation per framework version. What
is missing is listed; nothing is written in its place.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from tierlock.core import Record

ReportKind = Literal["capability", "safeguards", "risk"]
REPORT_KINDS: Final[tuple[ReportKind, ...]] = ("capability", "safeguards", "risk")
Presence = Literal["present", "partly", "missing", "not needed"]


class Item(Record):
    """One content, or one step of the procedure around the report.

    Attributes:
        asks: what must be there, in our words.
        answer: name of the function that answers it from computed values; empty where only people
            can.
        needs_words: whether what is computed is at most a part of it.
        criteria: attested criteria (`name`) or safeguards (`standard:name`) of a framework that
            are this content.
        asked_by: framework version -> where its text asks for it.
    """

    id: str
    title: str
    asks: str
    kind: Literal["content", "procedure"] = "content"
    answer: str = ""
    needs_words: bool = False
    criteria: tuple[str, ...] = ()
    asked_by: dict[str, str]


class Checklist(Record):
    """The contents of one kind of report.

    Attributes:
        default: the framework version whose list serves where a framework asks for no such report.
    """

    title: str
    default: str
    items: tuple[Item, ...]

    def asked_by(self, framework: str) -> str:
        """Return whose list applies under a framework: its own, or the default's."""
        own = any(framework in item.asked_by for item in self.items)
        return framework if own else self.default

    def items_for(self, framework: str) -> tuple[Item, ...]:
        """Return the items that the framework, or the default for it, asks for."""
        whose = self.asked_by(framework)
        return tuple(item for item in self.items if whose in item.asked_by)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a report holds of an item.

    Attributes:
        says: what there is, or what is lacking, in one sentence.
        where: anchor of the section that holds it; empty where nothing does.
    """

    presence: Presence
    says: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemState:
    """An item with what was found of it."""

    item: Item
    cite: str
    found: Found


@lru_cache(maxsize=len(REPORT_KINDS))
def checklist_of(kind: ReportKind) -> Checklist:
    """Return the list of one kind of report.

    >>> checklist_of("capability").asked_by("asl/reference-1")
    'anthropic/rsp-2.2'
    >>> len(checklist_of("risk").items_for("anthropic/rsp-3.4"))
    25
    """
    text = (files("tierlock.report") / "checklists" / f"{kind}.toml").read_text(encoding="utf-8")
    plain = tomllib.loads(text)
    for item in plain["items"]:
        item["asks"] = " ".join(item["asks"].split())
    return Checklist.model_validate_json(json.dumps(plain), by_alias=False, by_name=True)


def combined(item: Item, *, computed: Found | None, written: bool) -> Found:
    """Return what there is of an item, from what is computed and what people wrote.

    People's words never fill a hole in the computed part: evidence that is missing stays missing.
    """
    if computed is None:
        if written:
            return Found(presence="present", says="written below", where="written")
        return Found(presence="missing", says="nobody wrote it")
    if computed.presence == "not needed" or not item.needs_words:
        if written and computed.presence == "missing":
            says = f"written below; {computed.says}"
            return Found(presence="partly", says=says, where="written")
        return computed
    if written:
        return computed
    lacks = "what people say on it is missing"
    presence: Presence = "missing" if computed.presence == "missing" else "partly"
    return Found(presence=presence, says=f"{computed.says}; {lacks}", where=computed.where)


def counts_of(states: tuple[ItemState, ...]) -> Mapping[Presence, int]:
    """Return how many items are present, partly there, missing, and not needed."""
    every: tuple[Presence, ...] = ("present", "partly", "missing", "not needed")
    return {name: sum(state.found.presence == name for state in states) for name in every}
