"""The crosswalk as text and JSON: grouped, within the width, open pairs never called none."""

from __future__ import annotations

import json

import pytest

from tierlock.core import ConceptView, CrosswalkItem, CrosswalkPair, CrosswalkRelation
from tierlock.report import render_crosswalk_json, render_crosswalk_text

A = CrosswalkItem(framework="a/x-1", id="T1")
B = CrosswalkItem(framework="b/y-1", kind="standard", id="safe")
B2 = CrosswalkItem(framework="b/y-1", id="T2")
ESCAPE = "\x1b[2J"


def rel(relation: str, *, item: CrosswalkItem = A, other: CrosswalkItem = B) -> CrosswalkRelation:
    return CrosswalkRelation.model_validate(
        {"item": item, "relation": relation, "other": other, "why": "differs " * 20, "cite": "s 1",
         "confidence": "medium"}
    )  # fmt: skip


VIEW = ConceptView(
    concept="c",
    title="Cyber",
    relations=(rel("subset"),),
    not_stated=(CrosswalkPair(item=A, other=B2),),
)


def text_of(*views: ConceptView, width: int = 80, color: bool = False) -> str:
    return render_crosswalk_text(
        views, asked=("a/x-1", "b/y-1"), sources={"b/y-1": "B"}, width=width, color=color
    )


def test_a_concept_in_full() -> None:
    lines = text_of(VIEW).splitlines()
    assert lines[:6] == [
        "crosswalk: a/x-1 and b/y-1",
        "  b/y-1: B",
        "",
        "Cyber",
        "  a/x-1 T1",
        "    subset of b/y-1 standard safe",
    ]
    assert "      s 1 (confidence medium)" in lines
    assert lines[lines.index("    not stated") + 1] == "      b/y-1 T2"
    assert "0 equal, 1 subset, 0 superset, 0 intersects, 0 none; 1 pair not stated" in lines


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        ("equal", "equal to b/y-1 standard safe"),
        ("superset", "superset of b/y-1 standard safe"),
        ("intersects", "intersects b/y-1 standard safe"),
        ("none", "none in b/y-1 standard safe"),
    ],
)
def test_relations_in_words(relation: str, words: str) -> None:
    view = ConceptView(concept="c", title="C", relations=(rel(relation),))
    assert f"    {words}\n" in text_of(view)


def test_a_whole_framework_is_its_name_alone() -> None:
    view = ConceptView(concept="c", title="C", relations=(rel("none", other=B.whole),))
    assert "    none in b/y-1\n" in text_of(view)


def test_open_pairs_are_not_called_none() -> None:
    view = VIEW.model_copy(update={"relations": ()})
    text = text_of(view)
    assert "none in" not in text
    assert "0 none; 1 pair not stated" in text
    assert "not stated is not none" in " ".join(text.split())
    whole = json.loads(render_crosswalk_json((view,), asked=("a/x-1",), sources={}))
    (concept,) = whole["concepts"]
    assert concept["relations"] == []
    assert set(concept["notStated"][0]) == {"item", "other"}
    assert whole["counts"]["none"] == 0
    assert whole["counts"]["notStated"] == 1


def test_where_nothing_is_stated_the_text_says_so() -> None:
    text = render_crosswalk_text((), asked=("a/x-1", "b/y-1"), sources={})
    assert "\nnothing is stated about a/x-1 and b/y-1\n" in text
    assert "nothing is stated" not in text_of(VIEW)
    assert "nothing is stated" not in render_crosswalk_text((), asked=(), sources={})


@pytest.mark.parametrize("width", [40, 80])
def test_everything_stays_within_the_width(width: int) -> None:
    assert max(map(len, text_of(VIEW, width=width).splitlines())) <= width


def test_colour_adds_no_meaning_and_nothing_acts_on_the_terminal() -> None:
    painted = text_of(VIEW, color=True)
    assert "\x1b[" in painted
    for code in ("\x1b[1m", "\x1b[1;33m", "\x1b[2m", "\x1b[0m"):
        painted = painted.replace(code, "")
    assert painted == text_of(VIEW)
    bad = CrosswalkItem(framework=ESCAPE, id=ESCAPE)
    view = ConceptView(concept="c", title=ESCAPE, relations=(rel("none", other=bad),))
    assert "\x1b" not in render_crosswalk_text((view,), asked=(ESCAPE,), sources={ESCAPE: ESCAPE})
    assert "\x1b" not in render_crosswalk_json((view,), asked=(ESCAPE,), sources={ESCAPE: ESCAPE})


def test_json_has_wire_names() -> None:
    whole = json.loads(render_crosswalk_json((VIEW,), asked=("a/x-1",), sources={"s": "S"}))
    assert list(whole) == ["exitCode", "frameworks", "sources", "counts", "concepts"]
    first = whole["concepts"][0]["relations"][0]
    assert first["relation"] == "subset"
    assert first["other"] == {"framework": "b/y-1", "kind": "standard", "id": "safe"}


def test_the_kind_of_open_items_is_said_once() -> None:
    others = [CrosswalkItem(framework="s/t", kind="commitment", id=name) for name in "abc"]
    pairs = tuple(CrosswalkPair(item=A, other=other) for other in [*others, B, B2])
    view = ConceptView(concept="c", title="C", not_stated=pairs)
    assert (
        "    not stated\n      s/t commitment a, b, c\n      b/y-1 standard safe, T2\n"
    ) in text_of(view)
