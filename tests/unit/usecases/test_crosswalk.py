"""Asking the shipped crosswalk by name."""

from __future__ import annotations

import pytest

from tierlock.core import FrameworkError, InputError
from tierlock.usecases import crosswalk

RSP, PF, SEOUL = "anthropic/rsp-3.4", "openai/preparedness-2", "seoul/commitments-2024"


def test_between_two_seen_from_the_first() -> None:
    there, back = crosswalk(RSP, PF), crosswalk(PF, RSP)
    assert there.asked == (RSP, PF)
    pairs = [
        (one, two)
        for a, b in zip(there.concepts, back.concepts, strict=True)
        for one, two in zip(a.relations, b.relations, strict=True)
    ]
    assert pairs
    assert all(two == one.inverse() and one.item.framework == RSP for one, two in pairs)
    assert not there.sources


def test_a_name_without_version_is_the_latest() -> None:
    assert crosswalk("anthropic/rsp").asked == (RSP,)


def test_a_source_can_be_asked_about_like_a_framework() -> None:
    found = crosswalk(SEOUL, PF)
    relations = [one for view in found.concepts for one in view.relations]
    assert {one.relation for one in relations} == {"superset", "intersects"}
    assert len(found.concepts) == 8
    assert list(found.sources) == [SEOUL]
    unstated = {pair.item.id for view in found.concepts for pair in view.not_stated}
    assert unstated == {"V", "VI", "VII", "VIII"}


def test_everything_is_every_relation_once() -> None:
    everything = crosswalk()
    assert everything.asked == ()
    stated = sum(len(view.relations) for view in everything.concepts)
    ends = {
        end.framework
        for view in everything.concepts
        for one in view.relations
        for end in (one.item, one.other)
    }
    each = sum(len(view.relations) for name in ends for view in crosswalk(name).concepts)
    assert each == 2 * stated


def test_a_framework_that_the_crosswalk_does_not_know_has_no_relations() -> None:
    assert crosswalk("asl/reference-1").concepts == ()


@pytest.mark.parametrize("second", [RSP, "anthropic/rsp"])
def test_two_names_of_one_framework_are_refused(second: str) -> None:
    with pytest.raises(InputError) as caught:
        crosswalk(RSP, second)
    assert caught.value.code == "input.type"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FrameworkError) as caught:
        crosswalk("anthropic/rsp-9")
    assert caught.value.code == "framework.unknown"
