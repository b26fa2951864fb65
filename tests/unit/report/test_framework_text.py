"""A framework in words: everything it says, where its text says it, at any width."""

from __future__ import annotations

import pytest

from tierlock.core import (
    AllOf,
    AtLeast,
    Attested,
    Combination,
    Duty,
    Fact,
    FactTest,
    Framework,
    Measured,
    Presumption,
    Undisclosed,
)
from tierlock.frameworks import get_framework, list_frameworks
from tierlock.report import render_framework_text
from tierlock.report.layout import cells

LARGER = Fact(fact="larger", says="it is larger", crossed_if=FactTest(equals=True), cite="s 9")


def rules(**changes: object) -> Framework:
    return get_framework("asl/reference-1").model_copy(update=changes)


def shown(framework: Framework, *, width: int = 80) -> str:
    return render_framework_text(framework, width=width, color=False)


def test_every_kind_of_criterion_is_said_with_its_citation() -> None:
    first = rules().thresholds["ASL-3/bio"]
    tree = AllOf(
        all=(
            Measured(
                evaluation="wmdp-bio", rule_out_below=0.25, basis="published", cite="s 1",
                decides="rule_out",
            ),
            AtLeast(
                at_least=1,
                of=(
                    Undisclosed(undisclosed=True, evaluation="wmdp-cyber", cite="s 2"),
                    Attested(attested="seen", says="it was seen", by="safety-lead", cite="s 3"),
                ),
            ),
        )
    )  # fmt: skip
    changed = first.model_copy(
        update={
            "crossed_if": tree,
            "kind": "alert",
            "implies": ("ASL-3/cyber",),
            "presumed_out": Presumption(says="small", unless=LARGER, cite="s 8"),
        }
    )
    text = shown(rules(thresholds={"one": changed}))
    for line in (
        "one: alert threshold (biology, ASL-3)",
        "crossing it crosses ASL-3/cyber",
        "presumed out: small [s 8]; unless",
        "larger: it is larger (declared fact `larger`) [s 9]",
        "all of",
        "wmdp-bio: ruled out below 0.25 (published, can only rule out) [s 1]",
        "at least 1 of 2",
        "wmdp-cyber: the bound is not disclosed [s 2]",
        "seen: it was seen; attested by safety-lead [s 3]",
    ):
        assert f" {line}\n" in f"\n {text}".replace("\n", "\n ")


def test_what_closes_no_gate_says_so() -> None:
    standards = rules().standards
    some = {
        "advice": standards["asl-3/security"].model_copy(
            update={"addressee": "industry", "level": "RAND SL3"}
        ),
        "hope": standards["asl-4/security"].model_copy(update={"modality": "should"}),
    }
    text = shown(
        rules(
            standards=some,
            combinations={
                "both": Combination(
                    says="together", if_all=(("a",), ("b", "c")), obliges=("advice",), cite="s 4"
                )
            },
            duties={
                "yearly": Duty(says="review", by="safety-lead", every="P1Y", modality="should"),
                "told": Duty(
                    says="tell", by="safety-lead", to="board", after="an incident", within="P3D"
                ),
            },
        )
    )
    assert "stronger weight security, RAND SL3" in text
    assert "recommended to the industry: closes no gate" in text
    assert "should: closes no gate" in text
    assert "(a) and (b or c) obliges advice" in text
    assert "yearly: review; by safety-lead every P1Y [should]" in text
    assert "told: tell; by safety-lead to board within P3D after an incident" in text


@pytest.mark.parametrize("name", [entry.name for entry in list_frameworks()])
@pytest.mark.parametrize("width", [40, 80])
def test_every_shipped_framework_fits_and_names_all_it_defines(name: str, width: int) -> None:
    framework = get_framework(name)
    text = shown(framework, width=width)
    assert all(cells(line) <= width for line in text.splitlines())
    flat = "".join(text.split())  # a long name is cut where a line is narrow
    for key in (*framework.thresholds, *framework.standards, *framework.actions, *framework.duties):
        assert key in flat
