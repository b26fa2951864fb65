"""Codes of labels: equal codes exactly where labels are equal, whatever the labels are."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.stats import _labels
from tierlock.stats._labels import label_codes

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=30)
NUMBERS = st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(0, 9), max_size=30)


def same_groups(column: npt.ArrayLike) -> bool:
    labels = np.asarray(column)
    codes = label_codes(column)
    assert codes.shape == labels.shape
    assert not codes.size or 0 <= codes.min() <= codes.max() <= 4 * labels.size
    pairs = set(zip(codes.tolist(), labels.tolist(), strict=True))
    return len(pairs) == len(set(codes.tolist())) == len(set(labels.tolist()))


@given(TEXTS)
def test_texts(texts: list[str]) -> None:
    assert same_groups(np.array(texts, np.str_))


@given(NUMBERS)
def test_whole_numbers_of_any_width(numbers: list[int]) -> None:
    labels = np.array(numbers, np.int64)
    assert same_groups(labels)
    assert same_groups(labels.astype(np.int32))
    assert same_groups((labels % 100).astype(np.uint8))


def test_labels_beyond_one_portion_and_not_in_one_piece() -> None:
    numbers = np.random.default_rng(4).integers(0, 900, 3 * _labels._ROWS + 5)
    names = np.char.add("family ", numbers.astype(np.str_))
    assert same_groups(names)
    assert same_groups(names[::2])
    assert same_groups(names.astype(">U10"))
    assert same_groups(names.astype(object))


def test_texts_of_one_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash only saves time: with one hash for everything the groups are the same."""
    monkeypatch.setattr(_labels, "_hashes", lambda words: np.zeros(len(words), np.uint64))
    assert same_groups(np.array(["b", "a", "b", "cc", "", "a", "cc"]))


def test_dense_numbers_stand_as_they_are() -> None:
    labels = np.array([3, 0, 3], np.int64)
    assert label_codes(labels) is labels
    assert label_codes(np.array([5, 10**6, 5])).max() == 1
