"""How dangerous texts are: the closest name counts, and what nobody declared is withheld."""

from __future__ import annotations

import pytest

from tierlock.core import InputError
from tierlock.frameworks import get_framework
from tierlock.usecases import Hazard, hazard_of
from tierlock.usecases.hazards import check_hazards

FRAMEWORK = get_framework("asl/reference-1")
SLOT, TASK, DOMAIN = "protocol-qa", "lab_bench_protocolqa", "biology"


@pytest.mark.parametrize(
    ("hazards", "expected"),
    [
        ({}, "restricted"),
        ({"default": "none"}, "none"),
        ({"default": "none", DOMAIN: "high"}, "high"),
        ({DOMAIN: "high", SLOT: "none"}, "none"),
        ({TASK: "restricted", SLOT: "none", DOMAIN: "high"}, "restricted"),
    ],
)
def test_the_closest_name_counts(hazards: dict[str, Hazard], expected: Hazard) -> None:
    assert hazard_of(TASK, hazards=hazards, framework=FRAMEWORK) == expected


def test_an_evaluation_of_no_slot_has_the_default() -> None:
    assert hazard_of("elsewhere", hazards={DOMAIN: "none"}, framework=FRAMEWORK) == "restricted"
    assert hazard_of("elsewhere", hazards={}, framework=FRAMEWORK, undeclared="none") == "none"


def test_a_name_of_nothing_is_refused_with_what_was_meant() -> None:
    with pytest.raises(InputError) as caught:
        check_hazards({f"{DOMAIN}x": "high"}, framework=FRAMEWORK, evaluations=())
    assert f"`{DOMAIN}`" in str(caught.value.hint)
    check_hazards({"elsewhere": "high"}, framework=FRAMEWORK, evaluations=["elsewhere"])
