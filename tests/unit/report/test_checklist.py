from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.unit.report import factory
from tests.unit.report.report_values import values
from tierlock.core import Verdict
from tierlock.frameworks import list_frameworks
from tierlock.report import REPORT_KINDS, ReportKind, checklist_of, make_report
from tierlock.report.checklist import Found, Item, combined
from tierlock.report.checklist_answers import ANSWERS
from tierlock.report.documents_sections import contents_section

SHIPPED = {entry.name for entry in list_frameworks()}


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_every_item_is_cited_and_can_be_answered(kind: ReportKind) -> None:
    checklist = checklist_of(kind)
    assert checklist.default in SHIPPED
    ids = [item.id for item in checklist.items]
    assert len(set(ids)) == len(ids)
    for item in checklist.items:
        assert item.asked_by.keys() <= SHIPPED
        for framework, cite in item.asked_by.items():
            version = framework.rpartition("-")[2]
            assert re.fullmatch(rf"RSP {re.escape(version)} (sections? \d|appendix A).*", cite)
        assert item.answer in {"", "claimed", *ANSWERS}
        assert (item.answer == "claimed") <= bool(item.criteria)
        assert not item.asks.startswith(" ")


def test_no_answer_is_left_without_an_item() -> None:
    used = {item.answer for kind in REPORT_KINDS for item in checklist_of(kind).items}
    assert set(ANSWERS) <= used


def test_versions_ask_for_different_contents() -> None:
    risk = checklist_of("risk")
    new = {item.id for item in risk.items_for("anthropic/rsp-3.4")}
    old = {item.id for item in risk.items_for("anthropic/rsp-3.0")}
    assert new - old == {"coverage-date", "redactions"}
    assert old <= new
    assert risk.asked_by("anthropic/rsp-2.2") == "anthropic/rsp-3.4"
    assert checklist_of("capability").asked_by("anthropic/rsp-2.0") == "anthropic/rsp-2.0"


def item(**more: object) -> Item:
    return Item.model_validate(
        {"id": "x", "title": "X", "asks": "an x", "asked_by": {}, **more}, by_name=True
    )


@pytest.mark.parametrize(
    ("needs", "computed", "written", "presence"),
    [
        (False, None, False, "missing"),
        (False, None, True, "present"),
        (False, "missing", True, "partly"),
        (False, "partly", True, "partly"),
        (False, "present", False, "present"),
        (True, "present", False, "partly"),
        (True, "present", True, "present"),
        (True, "partly", True, "partly"),
        (True, "missing", True, "missing"),
        (True, "missing", False, "missing"),
        (True, "not needed", False, "not needed"),
    ],
)
def test_words_never_fill_a_hole_in_the_evidence(
    needs: bool, computed: str | None, written: bool, presence: str
) -> None:
    found = None if computed is None else Found(presence=computed, says="seen")  # type: ignore[arg-type]
    got = combined(item(needs_words=needs), computed=found, written=written)
    assert got.presence == presence


def state_of(kind: ReportKind, name: str, **more: object) -> Found:
    document = make_report(kind, values=replace(values(), **more))  # type: ignore[arg-type]
    return next(state.found for state in document.contents if state.item.id == name)


def test_what_is_missing_is_missing() -> None:
    assert state_of("capability", "forecast").presence == "missing"
    evaluations = state_of("capability", "evaluations")
    assert (evaluations.presence, evaluations.says) == ("partly", "no evidence for `ASL-3/ai-rd`")
    case = state_of("capability", "case")
    assert (case.presence, "ASL-3/cyber" in case.says) == ("partly", True)
    assert state_of("safeguards", "case").says == "not in place: `asl-3/deployment:classifiers`"
    assert state_of("safeguards", "trusted-users").presence == "not needed"
    assert state_of("risk", "deviations").presence == "missing"


def test_nothing_measured_is_said() -> None:
    report = factory.report(None)
    bare = report.model_copy(update={"evidence": (), "decision": None})
    assert state_of("capability", "procedures", report=bare).presence == "missing"
    assert state_of("capability", "recommendation", report=bare).presence == "missing"


def test_a_lapsed_signature_is_no_decision() -> None:
    report = factory.signed(factory.report(Verdict.ALLOW))
    assert state_of("capability", "decision", report=report).says == "not signed by `ceo`"
    ended = report.approvals[0].model_copy(update={"expires_at": report.at})
    lapsed = report.model_copy(update={"approvals": (ended,)})
    assert state_of("capability", "decision", report=lapsed).presence == "missing"


def test_the_list_says_whose_it_is() -> None:
    document = make_report("risk", values=values())
    section = contents_section(document.contents, whose="a/1", framework="b/1", titles=())
    assert "`b/1` asks for no such report: the list is that of `a/1`." in str(section)
