"""Names in contested clauses and adjustments: what is unknown, and what would open too much."""

from __future__ import annotations

import pytest

from tests.unit.frameworks.snippets import SMALL, edited, only_problem, place, problems

LEEWAY = """\
interpretations:
  clause:
    says: what does it mean
    by: [ceo, auditor]
    readings:
      wide:
        says: much
        combinations: [{says: always, if_all: [[cyber-1, cyber-2]], obliges: [strict]}]
      narrow: {says: little}
adjustments:
  others-do-less:
    says: others do less
    unless: {attested: nobody-does, says: nobody does, by: auditor}
    instead: {strict: [softer]}
    notices: [tell]
duties:
  tell: {says: tell the public, by: ceo}
"""
SOFTER = """\
  softer:
    title: Softer
    kind: security
    criteria:
      policy: {says: a policy is published}
      more: {says: there is more, modality: should}
"""
WHOLE = edited("surfaces: [api]\n", f"{SOFTER}surfaces: [api]\n") + LEEWAY


def test_the_whole_has_no_problem() -> None:
    assert problems(WHOLE) == []


# the place, what it says instead, the code, the message, and where the error stands
REFERENCES = [
    ("by: [ceo, auditor]", "by: [ceo, chief]", "reference", "no role is named `chief`", "chief"),
    ("[[cyber-1, cyber-2]]", "[[cyber-1], [cyber-9]]", "reference",
     "no threshold is named `cyber-9`", "cyber-9"),
    ("obliges: [strict]}]", "obliges: [strictest]}]", "reference",
     "no standard is named `strictest`", "strictest"),
    ("does, by: auditor}\n    instead", "does, by: aud}\n    instead", "reference",
     "no role is named `aud`", "aud}"),
    ("notices: [tell]", "notices: [tall]", "reference", "no duty is named `tall`", "tall]"),
    ("{strict: [softer]}", "{strct: [softer]}", "reference", "no standard is named `strct`",
     "[softer]}"),
    ("{strict: [softer]}", "{strict: [softest]}", "reference", "no standard is named `softest`",
     "softest"),
    ("{strict: [softer]}", "{basic: [softer]}", "reference",
     "`basic` is owed by everybody and can not be adjusted", "[softer]}"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "message", "at"), REFERENCES)
def test_what_is_unknown_or_owed_by_everybody(
    old: str, new: str, code: str, message: str, at: str
) -> None:
    text = edited(old, new, text=WHOLE)
    error = only_problem(text)
    assert (error.code, error.message) == (f"framework.{code}", message)
    assert error.location == place(text, text.rindex(at))


@pytest.mark.parametrize(
    "weak",
    [
        SOFTER.replace("kind: security", "kind: security\n    modality: should"),
        SOFTER.replace("kind: security", "kind: security\n    addressee: industry"),
        SOFTER.replace("is published}", "is published, modality: may}"),
    ],
)
def test_what_is_only_recommended_stands_in_for_nothing(weak: str) -> None:
    text = edited(SOFTER, weak, text=WHOLE)
    error = only_problem(text)
    assert error.code == "framework.reference"
    assert error.message == "`softer` is only recommended and can stand in for nothing"
    assert error.location == place(text, text.index("softer]}"))


def test_two_adjustments_of_one_standard() -> None:
    again = """\
  others-again:
    says: others do less again
    unless: {attested: nobody-does, says: nobody does, by: auditor}
    instead: {strict: [softer]}
duties:
"""
    error = only_problem(edited("duties:\n", again, text=WHOLE))
    assert error.code == "framework.duplicate"
    assert error.message == "two adjustments stand in for `strict`"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  others-do-less:\n", '  "others:less":\n', "`others:less` can not be a name here"),
        ("  cyber-2:\n", "  adjusted/x:\n", "`adjusted/x` can not be a name here"),
        ("  cyber-2:\n", "  presumed/x:\n", "`presumed/x` can not be a name here"),
    ],
)
def test_names_from_which_paths_could_not_be_read_back(old: str, new: str, message: str) -> None:
    text = edited(old, new, text=WHOLE).replace("cyber-1, cyber-2", "cyber-1")
    assert message in only_problem(text).message


# what stands instead, and a part of the message
SHAPES = [
    ("      narrow: {says: little}\n", "", "`readings` needs at least 2, not 1"),
    ("by: [ceo, auditor]", "by: []", "`by` may not be empty"),
    ("{strict: [softer]}", "{}", "`instead` may not be empty"),
    ("{strict: [softer]}", "{strict: []}", "never to nothing"),
    ("{attested: nobody-does, says: nobody does, by: auditor}",
     "{evaluation: attacks, rule_out_below: 0.2, basis: proposal}",
     "rests on facts and attestations"),
    ("{attested: nobody-does, says: nobody does, by: auditor}",
     "{evaluation: attacks, undisclosed: true, cite: a card}", "rests on facts and attestations"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), SHAPES)
def test_shape(old: str, new: str, message: str) -> None:
    error = only_problem(edited(old, new, text=WHOLE))
    assert error.code == "framework.schema"
    assert message in error.message


def test_nothing_is_said_of_a_file_without_either() -> None:
    assert problems(SMALL) == []
