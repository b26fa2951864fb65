"""The tool that runs the console examples again: what it runs, compares and refuses."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.architecture.house import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
docs_console = importlib.import_module("docs_console")


def page(*blocks):
    return "\n".join(f"{comment}\n```console\n{body}\n```" for comment, body in blocks) + "\n"


def test_output_is_what_the_commands_print_now():
    old = page(("<!-- run: empty -->", "$ echo one\nstale\n$ echo two >&2"))
    new = page(("<!-- run: empty -->", "$ echo one\none\n$ echo two >&2\ntwo"))
    assert docs_console.rerun(old, root=ROOT) == new
    assert docs_console.rerun(new, root=ROOT) == new
    assert docs_console.difference(new, new, name="a.md") == ""
    assert "-stale\n+one" in docs_console.difference(old, new, name="a.md")


def test_blocks_share_a_folder_until_a_new_one_begins():
    text = page(
        ("<!-- run: empty -->", "$ echo kept > a"),
        ("<!-- run: same -->", "$ cat a\nkept"),
        ("<!-- run: empty -->", "$ ls"),
    )
    assert docs_console.rerun(text, root=ROOT) == text


def test_the_example_is_copied_without_its_store():
    text = page(
        ("<!-- run: first-release -->", "$ ls -A | grep -c -e tierlock.yaml -e .tierlock$\n1")
    )
    assert docs_console.rerun(text, root=ROOT) == text


def test_a_block_that_is_not_run_stays_as_it_is():
    text = page(("<!-- not run: it would take hours -->", "$ false\nwhatever"))
    assert docs_console.rerun(text, root=ROOT) == text


def test_commands_go_on_after_a_backslash_and_in_a_document():
    text = page(("<!-- run: empty -->", "$ echo \\\n    one\none\n$ cat <<'END'\ntext\nEND\ntext"))
    assert docs_console.rerun(text, root=ROOT) == text


@pytest.mark.parametrize(
    ("show", "kept"),
    [
        ("b", ["...", "b", "..."]),
        (".. b", ["a", "b", "..."]),
        ("c ..", ["...", "c", "d"]),
        ("a ..< c", ["a", "b", "..."]),
        ("a | c .. d", ["a", "...", "c", "d"]),
        ("..", ["a", "b", "c", "d"]),
        ("a | b | ..", ["a", "b", "c", "d"]),
    ],
)
def test_show_keeps_ranges_of_the_last_output(show, kept):
    command = "$ printf 'a\\nb\\nc\\nd\\n'"
    text = page((f"<!-- run: empty; show {show} -->", "\n".join(["$ echo x", "x", command, *kept])))
    assert docs_console.rerun(text, root=ROOT) == text


@pytest.mark.parametrize(
    ("comment", "body", "says"),
    [
        ("", "$ true", "say in the line before"),
        ("<!-- run: elsewhere -->", "$ true", "no folder to run in"),
        ("<!-- run: empty; twice -->", "$ true", "no option"),
        ("<!-- run: same -->", "$ true", "no block before"),
        ("<!-- run: empty -->", "true", "no command"),
        ("<!-- run: empty -->", "$ false", "ended with 1, not 0"),
        ("<!-- run: empty -->", "$ false\n$ true", "ended with 1, not 0"),
        ("<!-- run: empty; exit 10 -->", "$ true", "ended with 0, not 10"),
        ("<!-- run: empty; show b -->", "$ echo a", "no line holds `b`"),
    ],
)
def test_what_can_not_be_checked_is_refused(comment, body, says):
    with pytest.raises(docs_console.DocsError, match=says):
        docs_console.rerun(page((comment, body)), root=ROOT)


def test_empty_lines_before_an_elision_are_left_out():
    command = "$ printf 'a\\n\\nb\\n\\nc\\n'"
    shown = ["a", "", "b", "..."]
    text = page(("<!-- run: empty; show a ..< b | b ..< c -->", "\n".join([command, *shown])))
    assert docs_console.rerun(text, root=ROOT) == text


def test_an_expected_exit_code_is_accepted():
    text = page(("<!-- run: empty; exit 10 -->", "$ true\n$ exit 10"))
    assert docs_console.rerun(text, root=ROOT) == text


# -- changes to a file between the examples --------------------------------------------------------

WRITTEN = ("<!-- run: empty -->", "$ printf 'a\\n  b\\n\\nc\\n' > f")


def changed(*lines, comment="<!-- edit: f -->"):
    return "\n".join([comment, "```diff", *lines, "```"]) + "\n"


def test_a_change_is_made_before_the_next_block():
    change = changed(" a", "-  b", "+  B", "", "@@", "-c", "+C", "+D")
    text = page(WRITTEN) + change + page(("<!-- run: same -->", "$ cat f\na\n  B\n\nC\nD"))
    assert docs_console.rerun(text, root=ROOT) == text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changed("-a", "+b", comment=""), "say in the line before which file"),
        ("<!-- edit: f -->\n```diff\n-a\n", "the block has no end"),
        (changed("-x", "+y"), "line 7: in `f`, its place is found 0 times"),
        (changed("-a", "+A", "@@", "-b", "+y"), "line 10: in `f`, its place is found 0 times"),
        (changed("+y"), "found"),
        (changed(" a"), "changes nothing"),
        (changed("a", "+y"), "begin it with a space"),
        (changed("-a", "+y", comment="<!-- edit: g -->"), "there is no `g`"),
    ],
)
def test_a_change_that_can_not_be_made_is_refused(change, says):
    with pytest.raises(docs_console.DocsError, match=says):
        docs_console.rerun(page(WRITTEN) + change, root=ROOT)


def test_a_place_must_be_the_only_one():
    text = page(("<!-- run: empty -->", "$ printf 'a\\na\\n' > f")) + changed("-a", "+b")
    with pytest.raises(docs_console.DocsError, match="found 2 times"):
        docs_console.rerun(text, root=ROOT)


def test_a_change_needs_a_folder():
    with pytest.raises(docs_console.DocsError, match="no block before"):
        docs_console.rerun(changed("-a", "+b"), root=ROOT)
