"""The actions of our own framework: what they are, what binds them, what is ordered meanwhile."""

from __future__ import annotations

import pytest

from tierlock.frameworks import get_framework

RULES = get_framework("asl/reference-1")


def test_everything_that_can_be_done_with_a_model_is_an_action() -> None:
    assert list(RULES.actions) == [
        "train",
        "continue_training",
        "store",
        "deploy_internal",
        "deploy",
        "fine_tune_access",
        "keep_deployed",
        "publish_weights",
    ]


@pytest.mark.parametrize(
    ("action", "orders"),
    [
        ("continue_training", ("pause_training", "isolate_checkpoints")),
        ("store", ("isolate", "delete_weights_if_isolation_fails")),
        ("keep_deployed", ("pause_new_access", "downgrade", "de_deploy")),
    ],
)
def test_what_goes_on_already_has_remedies_mildest_first(
    action: str, orders: tuple[str, ...]
) -> None:
    assert RULES.actions[action].instructs == orders


def test_every_action_says_where_orders_something_and_names_its_source() -> None:
    for rule in RULES.actions.values():
        assert rule.instructs
        assert rule.cite
        assert rule.says
    placed = {name for name, rule in RULES.actions.items() if rule.context is not None}
    # Weights at rest are in no context of use.
    assert set(RULES.actions) - placed == {"store"}


def test_going_on_needs_what_starting_needs() -> None:
    assert RULES.actions["continue_training"].needs == RULES.actions["train"].needs
    assert RULES.actions["keep_deployed"].needs == RULES.actions["deploy"].needs


def test_fine_tuning_has_a_standard_that_binds_it_alone() -> None:
    standard = RULES.standards["asl-2/fine-tuning"]
    assert "asl-2/fine-tuning" in RULES.baseline
    binding = [name for name, rule in RULES.actions.items() if standard.kind in rule.needs]
    assert binding == ["fine_tune_access"]
    deployed = set(RULES.actions["deploy"].needs)
    assert set(RULES.actions["fine_tune_access"].needs) == deployed | {"fine_tuning"}
