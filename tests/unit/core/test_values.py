"""Values: frozen, strict, canonical, and honest copies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tierlock.core import (
    Evidence,
    InputError,
    Outcome,
    Samples,
    Source,
    Subject,
    SubjectRef,
    Tokens,
    add_period,
    canonical_bytes,
    canonical_json,
    parse_instant,
    parse_period,
)
from tierlock.core.samples import _column_bytes

AT = datetime(2026, 5, 1, tzinfo=UTC)


def evidence(**fields: object) -> Evidence:
    base = {
        "evaluation": "bio",
        "run_id": "r",
        "subject": SubjectRef(name="m"),
        "measured_at": AT,
        "source": Source(format="x", file="f", sha256="sha256:" + "0" * 64),
    }
    return Evidence.model_validate({**base, **fields})


def test_a_changed_copy_has_its_own_digest() -> None:
    one = evidence()
    before = one.digest
    other = one.model_copy(update={"run_id": "s"})
    assert other.digest != before
    assert other.digest == evidence(run_id="s").digest
    assert one.digest == before


def test_the_digest_is_of_what_was_measured_not_of_the_file() -> None:
    other = Source(format="y", file="g", sha256="sha256:" + "1" * 64)
    assert evidence().digest == evidence(source=other).digest
    assert evidence().digest != evidence(task_version="2").digest


def test_the_order_of_rows_does_not_matter() -> None:
    def rows(order: list[int]) -> Samples:
        return Samples(
            id=tuple("ab"[i] for i in order),
            epoch=(1, 1),
            state=("scored", "scored"),
            limit=("", ""),
            refused=(False, False),
            edited=(False, False),
            scores={"s": tuple([0.5, 1.0][i] for i in order)},
        )

    assert rows([0, 1]).digest == rows([1, 0]).digest
    assert rows([0, 1]) != rows([1, 0])


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)))
def test_columns_have_the_bytes_of_rfc_8785(column: list[float | None]) -> None:
    made = _column_bytes("s", column, numbers=True)
    assert made == rfc8785.dumps(["s", *column])


@given(st.lists(st.text() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)))
def test_text_columns_have_the_bytes_of_rfc_8785(column: list[str | bool | int]) -> None:
    try:
        expected = rfc8785.dumps(["t", *column])
    except UnicodeEncodeError:
        with pytest.raises(InputError, match="UTF-8"):
            _column_bytes("t", column, numbers=False)
    else:
        assert _column_bytes("t", column, numbers=False) == expected


def test_a_lone_surrogate_is_a_coded_error() -> None:
    with pytest.raises(InputError) as caught:
        canonical_json({"a": "\ud800"})
    assert caught.value.code == "input.type"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_value_holds_nan_or_infinity(number: float) -> None:
    with pytest.raises(ValidationError):
        Subject(name="m", effective_compute=number)


def test_values_are_frozen_strict_and_closed() -> None:
    subject = Subject(name="m")
    with pytest.raises(ValidationError):
        subject.name = "other"  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(InputError, match="effectiveCompute"):
        Subject.parse('{"name": "m", "effectiveCompute": "1e23"}')
    with pytest.raises(InputError, match="colour"):
        Subject.parse('{"name": "m", "colour": 1}')


def test_columns_of_unequal_length_and_doubled_samples_are_refused() -> None:
    with pytest.raises(ValidationError, match="different lengths"):
        Samples(id=("a",))
    with pytest.raises(ValidationError, match="occurs twice"):
        Samples(
            id=("a", "a"),
            epoch=(1, 1),
            state=("scored", "scored"),
            limit=("", ""),
            refused=(False, False),
            edited=(False, False),
        )


def test_adding_a_safeguard_keeps_the_capability_digest() -> None:
    subject = Subject(name="m")
    parts = subject.parts.model_copy(update={"safeguards": "sha256:" + "2" * 64})
    assert subject.model_copy(update={"parts": parts}).capability_digest == (
        subject.capability_digest
    )
    weights = subject.parts.model_copy(update={"weights": "sha256:" + "2" * 64})
    assert subject.model_copy(update={"parts": weights}).capability_digest != (
        subject.capability_digest
    )


def test_outcomes_are_ordered_from_good_to_bad() -> None:
    ordered = [Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.REACHED]
    assert sorted([ordered[2], ordered[0], ordered[1]]) == ordered
    assert Outcome.REACHED >= "undetermined" > "ruled_out"  # values compare by rank, not by text
    assert not Outcome.RULED_OUT > Outcome.RULED_OUT
    assert Outcome.RULED_OUT <= Outcome.RULED_OUT


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2026-08-31", "P6M", "2027-02-28"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2026-12-31", "P2W", "2027-01-14"),
        ("2026-01-31", "P1M1D", "2026-03-01"),
    ],
)
def test_months_are_calendar_months_clamped(start: str, period: str, end: str) -> None:
    assert add_period(parse_instant(start), period=period) == parse_instant(end)


@pytest.mark.parametrize("text", ["", "P", "6M", "P1.5M", "PT5H", "P-1D", "P1D2M"])
def test_what_is_not_a_period(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_period(text)
    assert caught.value.code == "input.period"


def test_a_period_beyond_the_calendar_is_an_error() -> None:
    with pytest.raises(InputError, match="beyond the calendar"):
        add_period(AT, period="P9999Y")


@pytest.mark.parametrize(
    ("text", "code"),
    [("2026-01-01T00:00:00", "input.naive-time"), ("yesterday", "input.type")],
)
def test_what_is_not_an_instant(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instant(text)
    assert caught.value.code == code


def test_a_value_survives_its_canonical_bytes() -> None:
    used = Tokens(input=7, output=2, total=9)
    item = evidence(seconds=1.5, tokens=used, other_tokens=used, usd=0.25, configuration={"a": "b"})
    assert Evidence.parse(canonical_bytes(item)) == item


def test_v3_accounting_is_not_in_the_digest() -> None:
    plain = evidence()
    used = Tokens(input=7, output=2, total=9)
    for changes in ({"seconds": 1.5}, {"tokens": used}, {"other_tokens": used}, {"usd": 0.25}):
        assert evidence(**changes).digest == plain.digest
        assert canonical_bytes(evidence(**changes)) != canonical_bytes(plain)
    assert evidence(configuration={"a": "b"}).digest != plain.digest


@pytest.mark.parametrize("count", [-1, 2**53, True, 1.5])
def test_what_is_no_count_of_tokens(count: object) -> None:
    with pytest.raises(ValidationError):
        Tokens.model_validate({"input": count, "output": 0, "total": 0})
