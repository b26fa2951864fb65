"""The text of lint and of comparisons: grouped, wrapped, and harmless whatever a file says."""

from __future__ import annotations

import json

import pytest

from tierlock.analysis import Change, Difference, Remark
from tierlock.report import render_diff_text, render_lint_text, render_study_json

ESCAPE = "\x1b[2J"


def remark(where: str, *, says: str = "is weak", hint: str = "", severity: str = "note") -> Remark:
    return Remark.model_validate(
        {"code": "lint.x", "severity": severity, "where": where, "says": says, "hint": hint}
    )


def diff_text(*changes: Change, width: int = 80, color: bool = False) -> str:
    found = Difference(old="a/b-1", new="a/b-2", changes=changes)
    return render_diff_text(
        changes, old=found.old, new=found.new, counts=found.counts(), width=width, color=color
    )


def test_one_hint_serves_the_places_before_it() -> None:
    text = render_lint_text(
        [remark("a", hint="mend"), remark("b", hint="mend"), remark("c", hint="other")],
        framework="a/b-1",
    )
    assert text == (
        "a/b-1\n\nnote [lint.x]\n  a\n    is weak\n  b\n    is weak\n    hint: mend\n"
        "  c\n    is weak\n    hint: other\n\n0 problems, 3 notes\n"
    )


def test_what_is_on_record_stands_in_the_place_of_a_hint() -> None:
    known = [
        remark(where, hint="mend").model_copy(update={"recorded": "the text says so"})
        for where in "ab"
    ]
    text = render_lint_text([*known, remark("c", hint="mend")], framework="a/b-1")
    assert text == (
        "a/b-1\n\nnote [lint.x]\n  a\n    is weak\n  b\n    is weak\n"
        "    recorded: the text says so\n  c\n    is weak\n    hint: mend\n\n"
        "0 problems, 3 notes; 2 recorded\n"
    )
    assert render_lint_text(known, framework="a/b-1").endswith("2 notes; all recorded\n")


def test_problems_and_notes_of_one_code_stand_apart() -> None:
    text = render_lint_text(
        [remark("a", severity="problem"), remark("b")], framework="x", previous="w"
    )
    assert text.splitlines()[:3] == ["x", "  compared with w", ""]
    assert text.count("[lint.x]") == 2
    assert text.endswith("1 problem, 1 note\n")


def test_nothing_that_a_file_says_acts_on_the_terminal() -> None:
    lint = render_lint_text([remark(ESCAPE, says=ESCAPE, hint=ESCAPE)], framework=ESCAPE)
    bad = Change(kind="changed", section=ESCAPE, item=ESCAPE, field=ESCAPE, old=ESCAPE, new=ESCAPE)
    for text in (lint, diff_text(bad)):
        assert "\x1b" not in text
        assert "\\x1b" in text
    assert "\x1b" not in render_study_json([bad], named="changes", exit_code=0, about={})


def test_long_values_stand_below_each_other_within_the_width() -> None:
    words = "many words in a row " * 8
    text = diff_text(
        Change(kind="changed", section="duties", item="d", field="to", old=words, new=words),
        width=60,
    )
    lines = text.splitlines()
    assert max(map(len, lines)) <= 60
    assert sum(line.strip().startswith("-> many") for line in lines) == 1


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("{} one {}", "{} two {}", "… f g h one a b c …\n-> … f g h two a b c …"),
        ("one {}", "two words {}", "one a b c …\n-> two words a b c …"),
        ("{}", "{} and more", "… f g h\n-> … f g h and more"),
        ("{} {}", "{}", "… f g h a b c d e f g h\n-> … f g h"),
    ],
)
def test_long_reworded_texts_are_shown_where_they_differ(old: str, new: str, shown: str) -> None:
    words = "a b c d e f g h"
    change = Change(
        kind="reworded",
        section="s",
        item="i",
        old=old.format(words, words),
        new=new.format(words, words),
    )
    body = diff_text(change, width=58).split("reworded")[1].split("\n\n")[0]
    assert [line.strip() for line in body.splitlines()] == shown.splitlines()


def test_sections_and_items_are_grouped_whatever_the_order() -> None:
    def change(section: str, item: str, kind: str = "added") -> Change:
        return Change.model_validate({"kind": kind, "section": section, "item": item, "new": item})

    text = diff_text(change("b", "x"), change("a", "y"), change("b", "x", "changed"))
    headings = [line for line in text.splitlines()[1:-1] if line and not line.startswith("    ")]
    assert headings == ["b", "  x", "a", "  y"]
    assert text.endswith("2 added, 1 changed\n")


def test_reworded_citations_are_counted_and_not_listed() -> None:
    cite = Change(
        kind="reworded", section="s", item="i", field="a.cite", old="page 1", new="page 2"
    )
    assert diff_text(cite, cite) == (
        "a/b-1 -> a/b-2\n\n2 reworded\nnot shown: 2 reworded citations, listed by --format json\n"
    )
    assert "page" in diff_text(cite.model_copy(update={"kind": "changed"}))


def test_colour_adds_no_meaning() -> None:
    change = Change(kind="weakened", section="s", item="i", field="f", old="1", new="2")
    plain, painted = diff_text(change), diff_text(change, color=True)
    assert "\x1b[" in painted
    for code in ("\x1b[1m", "\x1b[1;31m", "\x1b[0m"):
        painted = painted.replace(code, "")
    assert painted == plain
    lint = render_lint_text([remark("a", severity="problem")], framework="x", color=True)
    assert "\x1b[1;31mproblem\x1b[0m [lint.x]" in lint


def test_json_repeats_the_exit_code_and_says_what_was_studied() -> None:
    text = render_study_json([remark("a")], named="remarks", exit_code=4, about={"framework": "x"})
    whole = json.loads(text)
    assert list(whole) == ["exitCode", "framework", "remarks"]
    assert whole["exitCode"] == 4
    assert whole["remarks"][0]["where"] == "a"
