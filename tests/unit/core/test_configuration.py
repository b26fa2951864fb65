"""Versions of how a model is used: what covers what, and what stands for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tierlock.core import (
    Configuration,
    ConfigurationNote,
    canonical_bytes,
    digest,
    elicitation_digest,
)

PROMPT = Configuration(settings={"prompt": "Be brief."})
names = st.sampled_from(["prompt", "prompt/1", "tools/bash", "sampling/seed", "model/args"])
configurations = st.dictionaries(names, st.text(max_size=5), min_size=1).map(
    lambda settings: Configuration(settings=settings)
)


def test_a_version_is_silent_about_sections_that_it_does_not_have() -> None:
    run = Configuration(settings={"prompt": "Be brief.", "sampling/temperature": "1"})
    assert PROMPT.covers(run)
    assert not run.covers(PROMPT)


@pytest.mark.parametrize(
    "settings",
    [
        {"prompt": "Be brief. "},
        {"prompt/1": "Be brief."},
        {"prompt": "Be brief.", "prompt/2": "Be bold."},
        {"tools/bash": "Be brief."},
    ],
)
def test_a_section_is_the_same_as_a_whole_or_it_is_another(settings: dict[str, str]) -> None:
    assert not PROMPT.covers(Configuration(settings=settings))


@given(configurations, configurations)
def test_covering_each_other_is_being_the_same_version(
    one: Configuration, other: Configuration
) -> None:
    assert (one.covers(other) and other.covers(one)) == (digest(one) == digest(other))


@given(configurations)
def test_bytes_and_back(one: Configuration) -> None:
    assert Configuration.parse(canonical_bytes(one)) == one


@pytest.mark.parametrize("settings", [{}, {"other": "x"}, {"": "x"}, {"Prompt": "x"}])
def test_settings_of_no_section_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Configuration(settings=settings)


def test_one_version_stands_for_itself_and_several_for_their_set() -> None:
    one, two = ("sha256:" + letter * 64 for letter in "ab")
    assert elicitation_digest([one]) == elicitation_digest([one, one]) == one
    assert elicitation_digest([one, two]) == elicitation_digest([two, one, two])
    assert elicitation_digest([one, two]) not in {one, two}


@pytest.mark.parametrize("label", ["Production", "a b", "../x", "-x", "x" * 65])
def test_a_label_is_a_plain_name(label: str) -> None:
    with pytest.raises(ValidationError):
        ConfigurationNote(
            label=label,
            versions=(digest(PROMPT),),
            author="ana",
            noted_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
