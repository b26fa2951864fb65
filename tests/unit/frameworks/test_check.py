"""Names, bounds and circles: what no single key can show."""

from __future__ import annotations

import pytest

from tests.unit.frameworks.snippets import NAME, SMALL, edited, only_problem, place, problems
from tierlock.frameworks import check_consistency, parse_framework

# the place, what it says instead, the message, and the hint where there is one
REFERENCES = [
    ("baseline_tier: middle", "baseline_tier: midle", "no tier is named `midle`", "`middle`"),
    ("baseline: [basic]\nscope", "baseline: [basics]\nscope", "no standard is named `basics`", ""),
    ("  tier: low", "  tier: lower", "no tier is named `lower`", "`low`"),
    ("  baseline: [basic]\n  in", "  baseline: [x]\n  in", "no standard is named `x`", "known"),
    ("roles: [ceo]", "roles: [coe]", "no role is named `coe`", "`ceo`"),
    ("independent_of: [ceo]", "independent_of: [me]", "no role is named `me`", "known"),
    ("sign_offs: [ceo]", "sign_offs: [cto]", "no role is named `cto`", "`ceo`"),
    ("domain: cyber, tasks", "domain: cybr, tasks", "no domain is named `cybr`", "`cyber`"),
    ("domain: cyber\n    tier: high\n    says: attacks", "domain: x\n    tier: high\n    says: y",
     "no domain is named `x`", "known"),
    ("tier: high\n    says: attacks", "tier: hi\n    says: attacks", "no tier is named `hi`", ""),
    ("    tier: middle\n", "    tier: medium\n", "no tier is named `medium`", "`middle`"),
    ("implies: [cyber-1]", "implies: [cyber]", "no threshold is named `cyber`", "`cyber-"),
    ("by: auditor\n  cyber-2", "by: audit\n  cyber-2", "no role is named `audit`", "`auditor`"),
    ("alone, by: auditor", "alone, by: nobody", "no role is named `nobody`", "known"),
    ("- evaluation: attacks", "- evaluation: attack", "no evaluation is named `attack`", "did you"),
    ("          evaluation: refusals", "          evaluation: refusal",
     "no evaluation is named `refusal`", "`refusals`"),
    ("security], per", "security, law], per", "no kind of standard is named `law`", "known"),
    ("kind: security", "kind: secrity", "no kind of standard is named `security`", "`secrity`"),
    ("needs: [deployment, security]", "needs: [deployment]",
     "no action needs `security`: standard `strict` would never bind", "known"),
    ("surfaces: [api]\n", "", "`deploy` is asked per surface, and `surfaces` names none", ""),
    ("audiences: [public]\n", "", "`deploy` is asked per audience, and `audiences` names none", ""),
    ("tier: high\n    says: attacks", "tier: low\n    says: attacks",
     "threshold `cyber-2` has tier `low`, which is below the baseline tier `middle`", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint"), REFERENCES)
def test_reference(old: str, new: str, message: str, hint: str) -> None:
    found = problems(edited(old, new))
    assert {error.code for error in found} == {"framework.reference"}
    error = next(error for error in found if error.message == message)
    assert hint in (error.hint or "")


def test_a_threshold_may_have_the_baseline_tier() -> None:
    assert problems(edited("baseline_tier: middle", "baseline_tier: high")) == []


def test_each_reference_is_located() -> None:
    text = edited("obliges: [strict]\n    implies", "obliges: [basic, strct]\n    implies")
    error = only_problem(text)
    assert error.location == place(text, text.index("strct"))
    assert error.hint == "did you mean `strict`?"


ALONE = "{attested: alone, says: it attacks alone, by: auditor}"
SAME = "[{attested: a, says: x, by: ceo}, {all: [{fact: a, says: x, crossed_if: {equals: 1}}]}]"

# the place, what it says instead, the message, and where the error stands
DUPLICATES = [
    (
        "{id: middle, says: usual}",
        "{id: middle, says: usual}\n  - {id: middle, says: again}",
        "`middle` stands twice in `tiers`",
        "middle, says: again",
    ),
    ("surfaces: [api]", "surfaces: [api, api]", "`api` stands twice in `surfaces`", "api]"),
    (
        "audiences: [public]",
        "audiences: [public, public]",
        "`public` stands twice in `audiences`",
        "public]",
    ),
    (
        "        - attested: experts-agree",
        "        - attested: attacks",
        "threshold `cyber-1` has two criteria named `attacks`",
        "attested: attacks",
    ),
    (ALONE, f"{{any: {SAME}}}", "threshold `cyber-2` has two criteria named `a`", "{fact: a"),
    (
        "  cyber-2:",
        "  basic:",
        "a threshold and a standard are both named `basic`",
        "basic:\n    dom",
    ),
    (
        "  cyber-2:",
        "  scope:",
        "a threshold and the scope are both named `scope`",
        "scope:\n    dom",
    ),
]


@pytest.mark.parametrize(("old", "new", "message", "at"), DUPLICATES)
def test_duplicate(old: str, new: str, message: str, at: str) -> None:
    text = edited(old, new)
    error = only_problem(text)
    assert (error.code, error.message) == ("framework.duplicate", message)
    assert error.location == place(text, text.index(at))


def test_duplicate_trigger() -> None:
    line = "  - {id: half-year, when: {elapsed: P6M}, expires: [evidence]}\n"
    error = only_problem(edited(line, line + line))
    assert (error.code, error.message) == (
        "framework.duplicate",
        "`half-year` stands twice in `triggers`",
    )


def test_one_name_may_stand_in_two_trees() -> None:
    assert problems(edited("attested: alone", "attested: experts-agree")) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  cyber-2:", "  cyber:2:", "cyber:2"),
        ("      policy:", "      a/policy:", "a/policy"),
        ("      policy:", '      "*":', "*"),
        ("surfaces: [api]", "surfaces: [api/v1]", "api/v1"),
        ("      policy:", '      "":', ""),
    ],
)
def test_names_that_no_path_can_carry(old: str, new: str, named: str) -> None:
    error = only_problem(edited(old, new))
    assert error.code == "framework.schema"
    assert error.message.startswith(f"`{named}` can not be a name here")


@pytest.mark.parametrize("version", ["2/2", "..", " 1", "a b", "-1"])
def test_the_version_is_part_of_a_file_name(version: str) -> None:
    error = only_problem(edited('version: "1"', f'version: "{version}"'))
    assert error.code == "framework.schema"
    assert "can not be part of a file's name" in error.message


def test_circle() -> None:
    text = edited("    says: automates attacks\n", "    says: x\n    implies: [cyber-2]\n")
    error = only_problem(text)
    assert error.code == "framework.cycle"
    assert error.message.startswith("thresholds imply each other in a circle: ")
    circle = error.message.partition(": ")[2].split(" -> ")
    assert circle[0] == circle[-1]
    assert set(circle) == {"cyber-1", "cyber-2"}
    assert error.location in {
        place(text, text.index("cyber-2]")),
        place(text, text.index("cyber-1]")),
    }


def test_a_threshold_that_implies_itself() -> None:
    error = only_problem(edited("implies: [cyber-1]", "implies: [cyber-2]"))
    assert error.message.endswith("circle: cyber-2 -> cyber-2")


def test_two_circles() -> None:
    text = edited("implies: [cyber-1]", "implies: [cyber-2]")
    text = edited(
        "    says: automates attacks\n", "    says: x\n    implies: [cyber-1]\n", text=text
    )
    assert [error.code for error in problems(text)] == ["framework.cycle"] * 2


def test_implications_without_a_circle() -> None:
    third = """thresholds:
  cyber-3:
    domain: cyber
    tier: high
    says: attacks everything
    implies: [cyber-2, cyber-1]
    crossed_if: {attested: all, says: it attacks everything, by: auditor}
"""
    text = edited("thresholds:\n", third)
    assert problems(text) == []


def test_a_framework_from_elsewhere_is_checked_too() -> None:
    framework = parse_framework(SMALL.encode(), name=NAME)
    assert check_consistency(framework) == ()
    wrong = framework.model_copy(update={"baseline": ("nothing", *framework.baseline)})
    (error,) = check_consistency(wrong)
    assert (error.code, error.location) == ("framework.reference", "baseline.0")
