"""How lint reads bounds of estimands that do not lie in the range of the score."""

from __future__ import annotations

from tests.unit.analysis.small import bound, part
from tests.unit.analysis.test_lint import brief, slot


def test_the_size_of_the_data_set_limits_shares_whatever_the_range() -> None:
    shares = (
        {"name": "refusal_rate"},
        {"name": "pass_at_k", "k": 3},
    )
    for named in shares:
        leaf = bound(estimand=bound().estimand.model_copy(update=named))
        small = slot(dataset_samples=2, range=(0.0, 50.0))
        framework = part(small, "thresholds", "cyber-1", crossed_if=leaf)
        assert brief(framework, "lint.alpha") == [("problem", "cyber-1:attacks")]
    counted = bound(estimand=bound().estimand.model_copy(update={"name": "attack_rate"}))
    framework = part(slot(dataset_samples=2), "thresholds", "cyber-1", crossed_if=counted)
    assert brief(framework, "lint.alpha") == []
