"""Who signed what, as text and JSON; and the page that is shown before somebody signs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tierlock.core import Verdict
from tierlock.report import (
    SignatureLine,
    SignPage,
    render_sign_page,
    render_signatures_json,
    render_signatures_text,
)
from tierlock.report.document import Board

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "sha256:" + "ab" * 32


def line(**changes: Any) -> SignatureLine:
    given: dict[str, Any] = {
        "name": NAME,
        "kind": "approval",
        "says": "approves that it be deployed",
        "person": "Ann",
        "role": "rso",
        "signed_at": AT,
        "expires_at": None,
        "place": 7,
    }
    return SignatureLine(**{**given, **changes})


def page(**changes: Any) -> SignPage:
    board = Board(
        question="May `m` be deployed?",
        word="HOLD",
        sentence="`m` may not be deployed yet.",
        verdict=Verdict.HOLD,
        warning="",
        known=("a",),
        unknown=("b",),
        changes=("c",),
        asserts=("I read this page.",),
        signed=("Nobody has signed.",),
        dissent=("No dissent is on record.",),
    )
    given: dict[str, Any] = {
        "board": board,
        "says": ("Ann approves",),
        "facts": (("person", "Ann"), ("key", NAME)),
        "binds": NAME,
        "saw": (("plan", NAME),),
    }
    return SignPage(**{**given, **changes})


def test_every_signature_says_whether_it_counts_and_why_not():
    lines = [
        line(),
        line(state="lapsed", code="approval.expired", why="lapsed 2026-02-01", expires_at=AT),
        line(state="refused", code="attest.key", why="nobody known", person="", place=None),
        line(state="restricts", kind="negative", says="dissent: no"),
    ]
    text = render_signatures_text(lines)
    assert text.startswith("4 signed statements: 1 count, 1 restrict\n")
    for words in (
        "counts  approval  sha256:abababababab…",
        "Ann as rso, signed 2026-03-01T12:00:00Z, ledger entry 7",
        "lapsed 2026-02-01 [approval.expired]",
        "until 2026-03-01",
        "somebody unknown as rso",
        "not in the ledger yet",
        "restricts  negative",
    ):
        assert words in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int):
    long = line(says="word " * 60, why="because " * 30, code="attest.key", state="refused")
    for text in (
        render_signatures_text([long], width=width),
        render_sign_page(page(says=("word " * 60,)), width=width),
    ):
        assert max(map(len, text.splitlines())) <= width


def test_nothing_signed_is_said():
    assert "nobody has signed" in render_signatures_text([])


def test_names_from_outside_do_not_act_on_the_terminal():
    text = render_signatures_text([line(person="A\x1b[2Jnn", says="x\ny")])
    assert "\x1b" not in text
    shown = render_sign_page(page(facts=(("person", "A\x1b[2Jnn"),), says=("x\x07y",)))
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_json_holds_the_whole_digest_and_whether_it_counts():
    found = json.loads(render_signatures_json([line(), line(state="restricts", code="x.y")]))
    first, second = found["signatures"]
    assert (first["statement"], first["counts"], first["code"]) == (NAME, True, None)
    assert (second["counts"], second["code"], second["ledgerEntry"]) == (False, "x.y", 7)


def test_the_page_shows_question_answer_doubts_and_what_is_bound():
    text = render_sign_page(page())
    order = [
        text.index(words)
        for words in (
            "May m be deployed?", "HOLD  m may not", "Known", "Not known", "Signed so far",
            "Dissent", "You sign", "Your signature asserts", f"binds   {NAME}", "saw",
        )
    ]  # fmt: skip
    assert order == sorted(order)


def test_a_page_without_determination_asserts_nothing_about_one():
    text = render_sign_page(page(board=None, binds=""))
    assert text.startswith("You sign")
    assert "asserts" not in text
    assert "binds" not in text
