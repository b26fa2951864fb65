from __future__ import annotations

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import AIRD, BIO, CYBER, framework
from tierlock.core import Outcome, Reason
from tierlock.report import AssessReport, render_assess_text, render_explain_text, render_html


def changed(
    changed_by: str, outcome: Outcome, *, code: str = "threshold.implied-out"
) -> AssessReport:
    """Return a report whose research threshold got `outcome` from the bio threshold.

    Crossing research would cross bio, and crossing cyber would cross research.
    """
    rules = framework()
    thresholds = {
        name: threshold.model_copy(update={"implies": {AIRD: (BIO,), CYBER: (AIRD,)}.get(name, ())})
        for name, threshold in rules.thresholds.items()
    }
    base = factory.report()
    *others, last = base.determination.thresholds
    update = {
        "outcome": outcome,
        "changed_by": changed_by,
        "reasons": (Reason(code=code, says="the engine's sentence"),),
    }
    determination = base.determination.model_copy(
        update={"thresholds": (*others, last.model_copy(update=update))}
    )
    return base.model_copy(
        update={
            "determination": determination,
            "framework": rules.model_copy(update={"thresholds": thresholds}),
        }
    )


@pytest.mark.parametrize(
    ("changed_by", "outcome", "words"),
    [
        (
            "presumption",
            Outcome.RULED_OUT,
            "presumed out: nobody measured it, and nothing defeats the presumption",
        ),
        ("implied_below", Outcome.RULED_OUT, f"crossing it would cross {BIO}, ruled out"),
        ("implied_above", Outcome.REACHED, f"crossing {CYBER} would cross it, and that is reached"),
        ("scope", Outcome.RULED_OUT, "out of scope by declared facts"),
    ],
)
def test_the_words_name_the_direction(changed_by: str, outcome: Outcome, words: str) -> None:
    report = changed(changed_by, outcome)
    first_screen = render_assess_text(report, width=120)
    assert words in first_screen
    # The criterion that did not decide is not shown as if it had.
    assert "no current attestation" not in first_screen
    explained = render_explain_text(report, width=120)
    assert f"criteria alone: undetermined; {words}" in explained
    assert "the engine's sentence" not in explained
    assert words in render_html(report).replace('<span class="whole">', "").replace("</span>", "")


def test_a_contradiction_keeps_its_reason() -> None:
    report = changed("implied_above", Outcome.REACHED, code="threshold.contradiction")
    assert "the engine's sentence" in render_explain_text(report)


def test_a_threshold_that_the_framework_does_not_know_has_words_too() -> None:
    report = changed("implied_below", Outcome.RULED_OUT)
    bare = report.model_copy(
        update={"framework": report.framework.model_copy(update={"thresholds": {}})}
    )
    assert "crossing it would cross another threshold" in render_assess_text(bare)
