"""The crosswalk's files: held against the frameworks, and refused where they contradict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.frameworks.snippets import edited
from tierlock.core import FrameworkError, InputError, TierlockError
from tierlock.frameworks import CROSSWALK, SHIPPED, load_framework, lock_folder, read_crosswalk

HEAD = """sources:
  summit/promises:
    title: Promises
    commitments: {I: do this}
concepts:
  cyber:
    title: Cyber
    relations:
"""


def row(item: str, relation: str, other: str) -> str:
    return (
        f"      - item: {{{item}}}\n        relation: {relation}\n        other: {{{other}}}\n"
        "        why: they differ\n        cite: section 1\n        confidence: low\n"
    )


ONE = "framework: example/small-1, id: cyber-2"
TWO = "framework: example/small-2, id: cyber-2"
ALL = "framework: example/small-2, kind: framework"
PROMISE = "framework: summit/promises, kind: commitment, id: I"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Two versions of a small framework, locked."""
    folder = tmp_path / "data"
    (folder / "example").mkdir(parents=True)
    for version in ("1", "2"):
        text = edited('version: "1"', f'version: "{version}"')
        (folder / "example" / f"small-{version}.yaml").write_text(text, encoding="utf-8")
    (folder / "LOCK.json").write_text(lock_folder(folder), encoding="utf-8")
    return folder


def read(folder: Path, *texts: str):
    files = folder.parent / "crosswalks"
    files.mkdir()
    for number, text in enumerate(texts):
        (files / f"{number}.yaml").write_text(text, encoding="utf-8")
    return read_crosswalk(folder=files, frameworks=folder)


def test_items_of_every_kind_are_found(shipped: Path) -> None:
    kinds = [
        "framework: example/small-1, kind: tier, id: middle",
        "framework: example/small-1, kind: standard, id: strict",
        ONE,
    ]
    found = read(shipped, HEAD + "".join(row(kind, "subset", PROMISE) for kind in kinds))
    assert [one.item.kind for one in found.concepts["cyber"].relations] == [
        "tier",
        "standard",
        "threshold",
    ]
    assert found.sources["summit/promises"].commitments == {"I": "do this"}


@pytest.mark.parametrize(
    ("other", "code", "message"),
    [
        ("framework: example/small-3, id: cyber-2", "framework.unknown", "example/small-3"),
        # The latest version is not a version, and a path is not a name.
        ("framework: example/small, id: cyber-2", "framework.unknown", "example/small"),
        ("framework: x.yaml, kind: framework", "framework.unknown", "x.yaml"),
        ("framework: example/small-2, id: cyber-9", "framework.reference", "threshold named"),
        ("framework: example/small-2, kind: tier, id: top", "framework.reference", "tier named"),
        ("framework: example/small-2, kind: standard, id: cyber-2", "framework.reference", "std"),
        ("framework: example/small-2, kind: commitment, id: I", "framework.reference", "commit"),
        ("framework: summit/promises, kind: commitment, id: X", "framework.reference", "commit"),
        ("framework: summit/promises, id: I", "framework.reference", "threshold named"),
    ],
)
def test_an_unknown_item_is_refused_at_its_place(
    other: str, code: str, message: str, shipped: Path
) -> None:
    with pytest.raises(FrameworkError) as caught:
        read(shipped, HEAD + row(ONE, "none", other))
    assert caught.value.code == code
    assert message.replace("std", "standard") in caught.value.message
    line = HEAD.count("\n") + 3
    assert f"0.yaml:{line}:" in (caught.value.location or "")


def test_an_unknown_item_without_a_relation_is_refused_too(shipped: Path) -> None:
    also = "  more:\n    title: More\n    also: [{framework: example/small-1, id: cyber-8}]\n"
    with pytest.raises(FrameworkError, match="cyber-8") as caught:
        read(shipped, HEAD + row(ONE, "none", TWO) + also)
    assert caught.value.hint == "did you mean `cyber-2`?"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((ONE, "subset", TWO), (ONE, "intersects", TWO)),
        ((ONE, "subset", TWO), (TWO, "subset", ONE)),
        # Saying it again is saying it in two places, of which one will be forgotten.
        ((ONE, "subset", TWO), (TWO, "superset", ONE)),
        ((ONE, "equal", TWO), (ONE, "equal", TWO)),
        ((ONE, "intersects", TWO), (ONE, "none", ALL)),
        ((ONE, "none", ALL), (TWO, "intersects", ONE)),
        ((ALL, "none", PROMISE), (PROMISE, "superset", TWO)),
    ],
)
@pytest.mark.parametrize("in_two_files", [False, True])
def test_two_statements_about_one_pair_are_refused(
    first: tuple[str, str, str], second: tuple[str, str, str], in_two_files: bool, shipped: Path
) -> None:
    texts = [HEAD + row(*first) + row(*second)]
    if in_two_files:
        other = "concepts:\n  more:\n    title: More\n    relations:\n" + row(*second)
        texts = [HEAD + row(*first), other]
    with pytest.raises(FrameworkError, match="the crosswalk states") as caught:
        read(shipped, *texts)
    assert caught.value.code == "framework.duplicate"
    assert caught.value.location is not None
    assert ".yaml:" in caught.value.location


def test_two_files_can_not_define_one_concept(shipped: Path) -> None:
    text = HEAD + row(ONE, "subset", TWO)
    with pytest.raises(FrameworkError, match="already in another file") as caught:
        read(shipped, text, text)
    assert caught.value.code == "framework.duplicate"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("relation: subset", "relation: related", "input.schema"),
        ("        why: they differ\n", "", "input.schema"),
        ("        cite: section 1\n", "", "input.schema"),
        ("        confidence: low\n", "", "input.schema"),
        ("example/small-2, id", "example/small-1, id", "input.schema"),
        ("why: they", "because: x\n        why: they", "input.unknown-key"),
        ("title: Cyber", "title: [", "input.yaml"),
    ],
)
def test_what_a_relation_must_say(old: str, new: str, code: str, shipped: Path) -> None:
    text = HEAD + row(ONE, "subset", TWO)
    assert old in text
    with pytest.raises(InputError) as caught:
        read(shipped, text.replace(old, new))
    assert caught.value.code == code
    assert "0.yaml:" in (caught.value.location or "")


def test_the_shipped_crosswalk_holds_together() -> None:
    found = read_crosswalk()
    relations = [one for concept in found.concepts.values() for one in concept.relations]
    assert len(relations) > 50
    # Between these frameworks no line is the same: wherever two look alike, something differs.
    assert not [one for one in relations if one.relation == "equal"]
    assert {one.relation for one in relations} == {"subset", "intersects", "none"}
    assert list(found.sources["seoul/commitments-2024"].commitments) == [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII",
    ]  # fmt: skip
    seoul = [one for one in relations if one.other.framework.startswith("seoul/")]
    assert {one.confidence for one in seoul} == {"low"}


def test_the_shipped_crosswalk_is_about_versions_that_are_shipped() -> None:
    found = read_crosswalk()
    named = {
        item.framework for concept in found.concepts.values() for item in concept.items()
    } - set(found.sources)
    assert named == {
        "anthropic/rsp-2.2",
        "anthropic/rsp-3.4",
        "google-deepmind/fsf-3.1",
        "openai/preparedness-2",
    }
    for name in named:
        assert load_framework(SHIPPED / f"{name}.yaml").name == name


def test_the_crosswalk_is_not_taken_for_a_framework() -> None:
    assert SHIPPED not in CROSSWALK.parents
    for path in CROSSWALK.glob("*.yaml"):
        with pytest.raises(TierlockError):
            load_framework(path)
