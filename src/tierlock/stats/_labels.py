"""Whole numbers for labels, in time that grows with the rows and without sorting them."""

from typing import Final

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
_Words = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]  # shape (rows, words of one text)

_MIX: Final = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2^64 over the golden ratio, Knuth's multiplier
_ROWS: Final = 1 << 13  # taken at once: they stay in the processor's cache
_DENSE: Final = 4  # labels per row up to which whole numbers may have gaps
_SLOTS: Final = 1 << 20
_DOWN: Final = np.uint64(64 - 20)


def label_codes(labels: npt.ArrayLike) -> Codes:
    """Equal labels get one whole number, others another: from 0, in no order, with few gaps.

    Args:
        labels: one label per row, shape (N,): whole numbers, text, or what numpy can sort.

    Returns:
        The codes, shape (N,), each at most `4 N`.

    Example:
        >>> len(set(label_codes(np.array(["b", "a", "b"])).tolist()))
        2
    """
    array = np.asarray(labels)
    size, kind = array.size, array.dtype.kind
    if size and array.dtype == np.int64:
        # as an unsigned number a negative label is huge: one pass tells both
        if int(array.view(np.uint64).max()) <= _DENSE * size:
            return array.astype(np.int64, copy=False)
    elif size and kind in "iu" and int(array.min()) >= 0 and int(array.max()) <= _DENSE * size:
        return array.astype(np.int64)
    elif size and kind == "U" and array.dtype.isnative:
        return _text_codes(np.ascontiguousarray(array, np.str_))
    return np.unique(array, return_inverse=True)[1].astype(np.int64, copy=False)


def _text_codes(labels: npt.NDArray[np.str_]) -> Codes:
    """Codes by a hash table, every row compared with its representative: no chance is taken.

    The last row of a slot stands for it. The few rows whose slot belongs to another text are
    sorted among themselves; text that collides on purpose costs time and changes nothing.
    """
    size = labels.size
    # one text is one row of words, padded with zeros as numpy pads it
    words: _Words = labels.view(np.uint32).reshape(size, -1)
    if labels.itemsize % 8 == 0:
        words = labels.view(np.uint64).reshape(size, -1)
    slots = (_hashes(words) >> _DOWN).view(np.int64)
    table = np.zeros(_SLOTS, np.int64)
    table[slots] = np.arange(size)
    stands = table[slots]
    names = np.zeros(size, np.int64)
    names[stands] = 1
    codes = (np.cumsum(names) - 1)[stands]
    named = words[names > 0]  # small, so that the comparison finds it in the cache
    others = np.flatnonzero(_unlike(words, named, codes))
    if others.size:
        codes[others] = len(named) + np.unique(labels[others], return_inverse=True)[1]
    return codes


def _hashes(words: _Words) -> npt.NDArray[np.uint64]:
    """A hash of each row, shape (N,)."""
    hashes = np.zeros(len(words), np.uint64)
    for start in range(0, len(words), _ROWS):
        part = hashes[start : start + _ROWS]
        for column in words[start : start + _ROWS].T.astype(np.uint64, order="C"):
            part ^= column  # letters are in the low bits of half words, slots in the highest bits
            part *= _MIX
    return hashes


def _unlike(words: _Words, named: _Words, codes: Codes) -> npt.NDArray[np.bool_]:
    """Which rows differ from the text that their code names, shape (N,)."""
    found = np.zeros(len(words), np.bool_)
    for start in range(0, len(words), _ROWS):
        rows = slice(start, start + _ROWS)
        part = found[rows]
        for column in (words[rows] != named.take(codes[rows], axis=0)).T:
            part |= column
    return found
