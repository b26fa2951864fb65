"""A framework in words: everything it says, where its text says it, at any width."""

from __future__ import annotations

import pytest

from tierlock.core import (
    Adjustment,
    AllOf,
    AtLeast,
    Attested,
    ClauseReading,
    Combination,
    Duty,
    Fact,
    FactTest,
    Framework,
    Interpretation,
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


def test_contested_clauses_and_adjustments_say_what_follows() -> None:
    alone = Combination(says="alone", if_all=(("ASL-3/bio",),), obliges=("asl-3/security",))
    clause = Interpretation(
        says="is it meant",
        by=("safety-lead", "release-owner"),
        cite="s 5",
        readings={
            "yes": ClauseReading(says="it is", combinations=(alone,)),
            "no": ClauseReading(says="it is not"),
        },
    )
    adjustment = Adjustment(
        says="others do less",
        unless=LARGER,
        instead={"asl-3/security": ("asl-2/security", "asl-2/deployment")},
        notices=("tell", "publish"),
        cite="s 6",
    )
    plain = adjustment.model_copy(update={"notices": ()})
    text = shown(
        rules(interpretations={"clause": clause}, adjustments={"less": adjustment, "again": plain}),
        width=120,
    )
    for line in (
        "clause: contested clause",
        "is it meant [s 5]",
        "chosen by safety-lead and release-owner; until then every reading obliges",
        "yes: it is",
        "(ASL-3/bio) obliges asl-3/security; alone",
        "no: it is not",
        "obliges nothing more",
        "less: adjustment",
        "others do less [s 6]",
        "asl-2/security, asl-2/deployment instead of asl-3/security",
        "its use makes due tell, publish",
        "unless",
        "larger: it is larger (declared fact `larger`) [s 9]",
    ):
        assert f" {line}\n" in f"\n {text}".replace("\n", "\n ")
    assert text.count("its use makes due") == 1


@pytest.mark.parametrize("name", [entry.name for entry in list_frameworks()])
@pytest.mark.parametrize("width", [40, 80])
def test_every_shipped_framework_fits_and_names_all_it_defines(name: str, width: int) -> None:
    framework = get_framework(name)
    text = shown(framework, width=width)
    assert all(cells(line) <= width for line in text.splitlines())
    flat = "".join(text.split())  # a long name is cut where a line is narrow
    for key in (*framework.thresholds, *framework.standards, *framework.actions, *framework.duties):
        assert key in flat
    for clause in (*framework.interpretations, *framework.adjustments):
        assert clause in flat
