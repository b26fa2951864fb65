"""What a run used: as the log states it, the judged model apart from all others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importers.logs import archive, header, only, sample
from tierlock.core import Tokens
from tierlock.importers import read
from tierlock.importers.accounting import Accounting, account_for, sum_tokens, to_tokens

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("TIERLOCK_SHARED_DATA", ROOT.parent / "shared" / "data"))
FIRST_RELEASE = ROOT / "examples" / "first-release" / "logs"
INSPECT = DATA / "inspect-logs" / "tests"
OWN, GRADER = "lab/model-1", "lab/grader"


def used(into: int, out: int, **more: Any) -> dict[str, Any]:
    return {"input_tokens": into, "output_tokens": out, "total_tokens": into + out, **more}


def tokens(into: int, out: int, total: int | None = None) -> Tokens:
    return Tokens(input=into, output=out, total=into + out if total is None else total)


def there(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"no file `{path}`; set TIERLOCK_SHARED_DATA")
    return path


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("release-1/bio_prerequisites", tokens(10344, 128)),
        ("release-1/misuse_requests", tokens(83, 16)),  # the filter answers most by itself
        ("release-1-open-answer/cyber_prerequisites", tokens(4510, 330)),
        ("release-2/bio_prerequisites", tokens(5994, 64)),
    ],
)
def test_logs_of_the_example(name: str, wanted: Tokens) -> None:
    (evidence,) = read(FIRST_RELEASE / f"{name}.eval").evidence
    assert (evidence.tokens, evidence.other_tokens, evidence.usd) == (wanted, None, None)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("log/test_eval_log/log_streaming.eval", tokens(252, 6)),
        ("log/test_eval_log/log_formats.json", tokens(66, 2)),
        ("scorer/logs/2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval",
         tokens(620, 20)),
        # An older log, whose input holds the 9,088 tokens that a cache gave.
        ("analysis/test_logs/2025-05-12T20-27-36-04-00_browser.json", tokens(15235, 281)),
        # Its header's total is not the sum; it is kept as it stands.
        ("log/test_eval_log/log_tool_call_error.json", tokens(1, 1, 1)),
        ("log/test_eval_log/log_message_deduplication.eval", None),
    ],
)  # fmt: skip
def test_published_logs_of_inspect(path: str, wanted: Tokens | None) -> None:
    (evidence,) = read(there(INSPECT / path)).evidence
    assert (evidence.tokens, evidence.other_tokens, evidence.usd) == (wanted, None, None)


def test_a_real_grader_is_counted_apart() -> None:
    folder = DATA / "every-eval-ever" / "tests" / "data" / "inspect"
    (evidence,) = read(there(folder / "data_with_llm_scoring.json")).evidence
    assert evidence.tokens == tokens(32285, 73249)
    assert evidence.other_tokens == tokens(1834224, 4807)


def test_what_a_cache_wrote_and_gave_is_input_where_the_total_counts_it() -> None:
    (evidence,) = read(there(DATA / "vivaria-inspect" / "small.eval")).evidence
    assert evidence.tokens == tokens(609 + 27692 + 239400, 10660, 278361)


def test_real_instances_of_every_eval_ever() -> None:
    folder = DATA / "every-eval-ever" / "tests" / "data" / "skill_reference_conversion"
    name = "f3a1c0de-4b2e-4c1a-9f6d-1b7e5a2c8d40.json"
    path = there(folder / "data" / "demo-source" / "demo-org" / "demo-model" / name)
    (evidence,) = read(path).evidence
    assert (evidence.tokens, evidence.other_tokens, evidence.usd) == (tokens(12, 5), None, None)


class TestGraders:
    def test_another_model_is_another_model(self) -> None:
        found = account_for({OWN: used(10, 2), GRADER: used(100, 1)}, judged=OWN)
        assert found == Accounting(tokens(10, 2), tokens(100, 1))

    @pytest.mark.parametrize("bound", [{"model": OWN}, OWN, [{"model": OWN}]])
    def test_the_judged_model_as_grader_is_told_by_its_role(self, bound: object) -> None:
        usage = {OWN: used(110, 3), "lab/user": used(7, 7)}
        roles = {"grader": used(100, 1), "user": used(7, 7)}
        found = account_for(
            usage, judged=OWN, roles=roles, bound={"grader": bound, "user": {"model": "lab/user"}}
        )
        assert found == Accounting(tokens(10, 2), tokens(107, 8))

    def test_without_another_model_every_role_is_the_judged_one(self) -> None:
        found = account_for({OWN: used(110, 3)}, judged=OWN, roles={"grader": used(100, 1)})
        assert found == Accounting(tokens(10, 2), tokens(100, 1))

    @pytest.mark.parametrize("bound", [None, {}, {"grader": [{"model": OWN}, {"model": GRADER}]}])
    def test_a_role_that_may_be_either_is_not_told_apart(self, bound: object) -> None:
        usage = {OWN: used(110, 3), GRADER: used(5, 5)}
        found = account_for(usage, judged=OWN, roles={"grader": used(100, 1)}, bound=bound)
        assert found == Accounting(tokens(110, 3), tokens(5, 5))

    def test_roles_beyond_the_model_s_own_count_are_not_believed(self) -> None:
        found = account_for({OWN: used(9, 3)}, judged=OWN, roles={"grader": used(100, 1)})
        assert found == Accounting(tokens(9, 3))

    def test_a_grader_alone_is_not_the_judged_model(self) -> None:
        assert account_for({GRADER: used(5, 5)}, judged=OWN) == Accounting(None, tokens(5, 5))


class TestMoney:
    def test_all_models_together(self) -> None:
        usage = {OWN: used(1, 1, total_cost=0.5), GRADER: used(1, 1, total_cost=0.25)}
        assert account_for(usage, judged=OWN).usd == 0.75
        assert account_for({OWN: used(1, 1, total_cost=0)}, judged=OWN).usd == 0.0

    @pytest.mark.parametrize("cost", [None, "1", True, -1.0, float("nan"), float("inf"), 10**400])
    def test_half_a_sum_is_none(self, cost: object) -> None:
        usage = {OWN: used(1, 1, total_cost=0.5), GRADER: used(1, 1, total_cost=cost)}
        assert account_for(usage, judged=OWN).usd is None


@pytest.mark.parametrize(
    "usage", [None, {}, [], "x", 3, {"input_tokens": 1}, used(-1, 2), used(1, 2, total_tokens=2.5),
              used(1, 2, total_tokens=True), used(2**53, 0)],
)  # fmt: skip
def test_what_is_no_count_is_unknown(usage: object) -> None:
    assert to_tokens(usage) is None
    assert account_for({OWN: usage}, judged=OWN) == Accounting()


def test_sums_are_whole_or_none() -> None:
    assert sum_tokens([tokens(1, 2), tokens(3, 4)]) == tokens(4, 6)
    assert sum_tokens([]) is sum_tokens([tokens(1, 2), None]) is None
    assert sum_tokens([tokens(2**52, 0), tokens(2**52, 0)]) is None


COUNTS = st.builds(used, st.integers(0, 10**9), st.integers(0, 10**9))
MODELS = st.sampled_from([OWN, GRADER, "lab/user"])


@given(
    usage=st.dictionaries(MODELS, COUNTS, min_size=1),
    roles=st.dictionaries(st.sampled_from(["grader", "user"]), COUNTS),
    bound=st.dictionaries(st.sampled_from(["grader", "user"]), MODELS),
)
def test_no_token_is_lost_or_counted_twice(
    usage: dict[str, Any], roles: dict[str, Any], bound: dict[str, str]
) -> None:
    found = account_for(usage, judged=OWN, roles=roles, bound=bound)
    parts = [part for part in (found.tokens, found.other_tokens) if part is not None]
    assert sum_tokens(parts) == sum_tokens(map(to_tokens, usage.values()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from([OWN, "model", "grader", "input_tokens", "total_tokens", "total_cost"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(usage=JSON, roles=JSON, bound=JSON)
def test_nothing_that_a_log_states_keeps_a_measurement_out(
    usage: object, roles: object, bound: object
) -> None:
    found = account_for(usage, judged=OWN, roles=roles, bound=bound)
    assert found.usd is None or 0 <= found.usd < float("inf")


def test_a_header_s_use_becomes_evidence_and_its_shape_never_fails_the_log() -> None:
    rows = [sample(1)]
    usage = {OWN: used(30, 4, total_cost=0.125), GRADER: used(8, 1, total_cost=0.25)}
    plain = only(archive(rows))
    evidence = only(archive(rows, header(rows, stats={"model_usage": usage})))
    assert evidence.tokens == tokens(30, 4)
    assert evidence.other_tokens == tokens(8, 1)
    assert evidence.usd == 0.375
    odd = only(archive(rows, header(rows, stats={"model_usage": [1], "role_usage": "x"})))
    assert (odd.tokens, odd.other_tokens, odd.usd) == (None, None, None)
    assert plain.model_copy(update={"finished_at": None}).digest == evidence.digest == odd.digest
