"""Every message of the schema: what is wrong, what was meant, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.frameworks.snippets import NAME, SMALL, edited, only_problem, place, problems
from tierlock.core import (
    AllOf,
    Attested,
    FrameworkError,
    InputError,
    Measured,
    canonical_bytes,
)
from tierlock.core import Framework as Value
from tierlock.frameworks import check_framework, load_framework, parse_framework
from tierlock.frameworks.language import NOUNS, follow, records
from tierlock.frameworks.load import MAX_PROBLEMS

BOUND = "          rule_out_below: 0.2\n"


def test_a_file_without_problems() -> None:
    framework = parse_framework(SMALL.encode(), name=NAME)
    assert framework.name == "example/small-1"
    assert framework.error_control.rule_in == 0.05
    assert framework.corrections.elicitation_factor.value == 1.0
    tree = framework.thresholds["cyber-1"].crossed_if
    assert isinstance(tree, AllOf)
    assert [type(branch) for branch in tree.all] == [Measured, Attested]
    assert framework.effective.isoformat() == "2026-01-01"
    assert check_framework(SMALL.encode(), name=NAME) == ()


def test_reading_and_writing_agree() -> None:
    framework = parse_framework(SMALL.encode(), name=NAME)
    assert Value.parse(canonical_bytes(framework)) == framework


# what the file says, what it says instead, and the error: code, message, hint, place
SCHEMA = [
    (
        BOUND,
        "          rule_out_bellow: 0.2\n          rule_out_below: 0.2\n",
        "framework.unknown-key",
        "`rule_out_bellow` is not a key of a criterion",
        "did you mean `rule_out_below`?",
        "rule_out_bellow",
    ),
    (
        BOUND,
        "          rule_out_below: 0.2\n          asPublished: null\n",
        "framework.unknown-key",
        "`asPublished` is not a key of a criterion",
        "did you mean `as_published`?",
        "asPublished",
    ),
    (
        "{id: low, says: harmless}",
        "{id: low, says: harmless, such as chess}",
        "framework.unknown-key",
        "`such as chess` is not a key of a tier",
        "between braces a comma ends a text: put the text in quotes",
        "such as chess",
    ),
    (
        "cyber: {title: Cyber}",
        "cyber: {title: Cyber, zebra: 1}",
        "framework.unknown-key",
        "`zebra` is not a key of a domain",
        "known: `title`, `says`, `unassessed`",
        "zebra",
    ),
    (
        "title: Small\n",
        "",
        "framework.schema",
        "`title` is missing from a framework",
        None,
        "framework: example",
    ),
    (
        "    tier: high\n    says: automates attacks\n",
        "    says: automates attacks\n",
        "framework.schema",
        "`tier` is missing from a threshold, `cyber-1`",
        None,
        "cyber-1:",
    ),
    (
        "  elicitation_factor: {value: 1, reason: example}",
        "  elicitation_factor: {value: 1}",
        "framework.schema",
        "`reason` is missing from a correction, `elicitation_factor`",
        None,
        "elicitation_factor",
    ),
    (
        'version: "1"',
        "version: 2.2",
        "framework.schema",
        "`version` is text, not `2.2`",
        'put it in quotes: "2.2"',
        "2.2",
    ),
    (
        "title: Small\n",
        "title:\n",
        "framework.schema",
        "`title` has no value",
        "give it a value, or leave the key out",
        "title:",
    ),
    (
        "rule_out: 0.05",
        "rule_out: 5%",
        "framework.schema",
        "`rule_out` is a number, not `5%`",
        None,
        "5%",
    ),
    (
        "rule_out: 0.05",
        "rule_out: 0.5",
        "framework.schema",
        "`rule_out` is at most 0.2, not `0.5`",
        None,
        "0.5",
    ),
    (
        "period: P6M",
        "period: 6 months",
        "framework.schema",
        "`6 months` is not a period such as P6M, P1Y or P30D",
        None,
        "6 months",
    ),
    (
        "period: P6M}",
        "period: P6M, checkpoints: 1.5}",
        "framework.schema",
        "`checkpoints` is a whole number, not `1.5`",
        None,
        "1.5",
    ),
    (
        "effective: 2026-01-01",
        "effective: 2026-02-30",
        "framework.schema",
        "`effective` is a date such as `2026-05-14`, not `2026-02-30`",
        None,
        "2026-02-30",
    ),
    (
        "precaution: treat_as_reached",
        "precaution: treat_as_reachd",
        "framework.schema",
        "`precaution` is one of `treat_as_reached`, `hold`, not `treat_as_reachd`",
        "did you mean `treat_as_reached`?",
        "treat_as_reachd",
    ),
    (
        "precaution: treat_as_reached",
        "precaution: treat_as_reached\nlanguage: 1",
        "framework.schema",
        "`language` is one of `1`, not `1`",
        'put it in quotes: "1"',
        "1\nerror_control",
    ),
    (
        "ruling: {required: true",
        "ruling: {required: yes",
        "framework.schema",
        "`required` is `true` or `false`, not `yes`",
        "`yes`, `no`, `on` and `off` are text here",
        "yes",
    ),
    (
        "ruling: {required: true, roles: [ceo]}",
        "ruling: {required: true}",
        "framework.schema",
        "a required ruling needs `roles`",
        None,
        "ruling",
    ),
    (
        "baseline: [basic]\nscope",
        "baseline: basic\nscope",
        "framework.schema",
        "`baseline` is a list, not `basic`",
        "put it in brackets: [basic]",
        "basic",
    ),
    (
        "domains:\n  cyber: {title: Cyber}",
        "domains: [cyber]",
        "framework.schema",
        "`domains` is a block of keys, not a list",
        None,
        "[cyber]",
    ),
    (
        "cyber: {title: Cyber}",
        "cyber: Cyber",
        "framework.schema",
        "`cyber` is a block of keys, not `Cyber`",
        None,
        "Cyber",
    ),
    (
        "tasks: [attacks]",
        "tasks: [attacks, 3]",
        "framework.schema",
        "item 2 of `tasks` is text, not `3`",
        'put it in quotes: "3"',
        "3]",
    ),
    (
        "tasks: [attacks]",
        "tasks: []",
        "framework.schema",
        "`tasks` may not be empty",
        None,
        "[]",
    ),
    (
        "says: automates attacks",
        'says: ""',
        "framework.schema",
        "`says` may not be empty",
        None,
        '""',
    ),
    (
        "tasks: [attacks]",
        "tasks: [attacks], range: [0]",
        "framework.schema",
        "`range` is a list of 2 values",
        None,
        "[0]",
    ),
    (
        "tasks: [attacks]",
        "tasks: [attacks], range: [0, 1, 2]",
        "framework.schema",
        "`range` is a list of 2 values",
        None,
        "[0, 1, 2]",
    ),
    (
        "tasks: [attacks]",
        "tasks: [attacks], range: [1, 0]",
        "framework.bounds",
        "`range` must be [lo, hi] with lo < hi",
        None,
        "range",
    ),
    (
        "source: {title: Example}",
        "source: {title: Example, sha256: abc}",
        "framework.schema",
        "`abc` is not `sha256:` and 64 hexadecimal digits",
        None,
        "abc",
    ),
    (
        "framework: example/small",
        "framework: Example",
        "framework.schema",
        "`Example` is not `publisher/name` in lower case letters, digits and hyphens",
        None,
        "Example",
    ),
    (
        "{equals: true}",
        "{equals: [true]}",
        "framework.schema",
        "`equals` is a number, text, `true` or `false`, not a list",
        None,
        "[true]",
    ),
    (
        "{equals: true}",
        "{equals: true, below: 3}",
        "framework.schema",
        "give exactly one of `equals`, `at_least`, `below`, `one_of`",
        None,
        "equals",
    ),
    (
        "        - evaluation: attacks\n",
        "        - evalution: attacks\n",
        "framework.schema",
        "a criterion needs one of `any`, `all`, `at_least`, `evaluation`, `attested`, `fact`",
        "did you mean `evaluation`?",
        "evalution",
    ),
    (
        "    crossed_if: {attested: alone, says: it attacks alone, by: auditor}",
        "    crossed_if: alone",
        "framework.schema",
        "`crossed_if` is a criterion, a block of keys, not `alone`",
        None,
        "alone",
    ),
    (
        "          basis: proposal\n        - attested",
        "          basis: published\n        - attested",
        "framework.schema",
        "a published bound needs a citation in `cite`",
        None,
        "evaluation: attacks",
    ),
    (
        BOUND,
        "          elicitation_factor: {value: 0.5, reason: x}\n" + BOUND,
        "framework.schema",
        "`elicitation_factor` is at least 1",
        None,
        "elicitation_factor: {value: 0.5",
    ),
    (
        BOUND,
        "          rule_out_below: 0.7\n",
        "framework.bounds",
        "`rule_out_below` exceeds `rule_in_above`: both could hold",
        None,
        "rule_out_below",
    ),
    (
        BOUND,
        "",
        "framework.bounds",
        "give exactly one of `rule_out_below` and `rule_out_above`",
        None,
        "evaluation: attacks",
    ),
    (
        "      all:\n",
        "      at_least: 3\n      of:\n",
        "framework.connective",
        "at_least(3) of 2: need 1 <= k <= M",
        None,
        "at_least",
    ),
    (
        "      all:\n",
        "      at_least: 0\n      of:\n",
        "framework.connective",
        "at_least(0): need 1 <= k <= M",
        None,
        "0\n      of",
    ),
    (
        "crossed_if: {attested: alone, says: it attacks alone, by: auditor}",
        "crossed_if: {at_least: 1, of: []}",
        "framework.connective",
        "`of` may not be empty",
        None,
        "[]",
    ),
    (
        "crossed_if: {attested: alone, says: it attacks alone, by: auditor}",
        "crossed_if: {any: []}",
        "framework.connective",
        "`any` may not be empty",
        None,
        "[]",
    ),
    (
        "when: {elapsed: P6M}",
        "when: {elapsed: P6M, changed: weights}",
        "framework.schema",
        "give exactly one of `elapsed`, `effective_compute`, `changed`, `incident`",
        None,
        "elapsed: P6M",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "message", "hint", "at"), SCHEMA)
def test_message(old: str, new: str, code: str, message: str, hint: str | None, at: str) -> None:
    text = edited(old, new)
    error = only_problem(text)
    assert (error.code, error.message, error.hint) == (code, message, hint)
    after = text.find(at, SMALL.index(old))
    assert error.location == place(text, after if after >= 0 else text.index(at))


def test_the_sketch() -> None:
    text = edited(BOUND, "          rule_out_bellow: 0.2\n")
    assert str(only_problem(text)) == (
        "error[framework.unknown-key] small.yaml:40:11 `rule_out_bellow` is not a key of a "
        "criterion\n  hint: did you mean `rule_out_below`?"
    )


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n", "3\n", "---\n"])
def test_the_top_is_a_block_of_keys(text: str) -> None:
    error = only_problem(text)
    assert error.code == "framework.schema"
    assert error.message.startswith("a framework file is a block of keys")


def test_all_problems_in_the_order_of_the_file() -> None:
    text = edited("domain: cyber, tasks: [attacks]", "domain: cyber, tasks: []")
    text = edited("title: Small", "title: 5", text=text)
    text = edited("surfaces: [api]", "surface: [api]", text=text)
    found = problems(text)
    assert [error.code for error in found] == [
        "framework.schema",
        "framework.schema",
        "framework.unknown-key",
    ]
    lines = [int((error.location or "").split(":")[1]) for error in found]
    assert lines == sorted(lines)
    with pytest.raises(FrameworkError) as caught:
        parse_framework(text.encode(), name=NAME)
    assert str(caught.value) == str(found[0])


def test_a_wrong_item_does_not_make_its_list_too_short() -> None:
    found = problems(edited("      all:\n", "      any:\n        - {attested: x}\n"))
    assert [error.message for error in found] == [
        "`says` is missing from an attested criterion",
        "`by` is missing from an attested criterion",
    ]


def test_very_many_problems_are_cut_off() -> None:
    text = "".join(f"key-{number}: 1\n" for number in range(MAX_PROBLEMS + 100))
    assert len(problems(text)) == MAX_PROBLEMS


def test_load(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_framework(path) == parse_framework(SMALL.encode(), name=NAME)
    path.write_text(edited("title: Small", "titel: Small"), encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    assert (caught.value.location or "").startswith(f"{path}:")


def test_load_what_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_framework(tmp_path / "absent.yaml")
    assert caught.value.code == "input.file"
    assert "no such file" in caught.value.message
    with pytest.raises(InputError, match="can not be read"):
        load_framework(tmp_path)


def test_every_class_has_a_noun() -> None:
    assert set(records()) == set(NOUNS)


@pytest.mark.parametrize(
    ("loc", "path"),
    [
        (("thresholds", "t", "crossed_if", "all", "all", 1, "fact", "fact"), 6),
        (("standards", "s", "criteria", "c", "falls_short_if", "evaluation", "basis"), 6),
        (("evaluations", "e", "range", 1), 4),
        (("scope", "in_scope_if", "fact", "crossed_if", "one_of", 0, "bool"), 5),
        (("nothing", "below"), 1),
    ],
)
def test_follow(loc: tuple[str | int, ...], path: int) -> None:
    assert len(follow(loc).path) == path
