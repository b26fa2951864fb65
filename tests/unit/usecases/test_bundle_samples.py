"""Sample values in a bundle are the bytes that their digest is taken of."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance import small
from tierlock.core import STATES, Evidence, IntegrityError, Samples, canonical_bytes, digest_bytes
from tierlock.usecases.bundle_samples import EvidencePart, check_header, join, split

FLOATS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    size = draw(st.integers(0, 5))
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    ids = draw(st.lists(text, min_size=size, max_size=size, unique=True))
    columns = draw(st.dictionaries(text, st.tuples(*[FLOATS] * size), max_size=2))
    named = draw(st.dictionaries(text, st.tuples(*[text] * size), max_size=2))
    run = small.run("r", [])
    return run.model_copy(
        update={
            "samples": Samples(
                id=tuple(ids),
                epoch=(1,) * size,
                state=STATES[:1] * size,
                limit=draw(st.tuples(*[text] * size)),
                refused=draw(st.tuples(*[st.booleans()] * size)),
                edited=(False,) * size,
                scores=columns,
                attributes=named,
            )
        }
    )


@given(evidence())
def test_evidence_is_the_same_when_it_is_put_together_again(item: Evidence) -> None:
    part, values = split(item)
    assert part.samples == f"sha256:{hashlib.sha256(values).hexdigest()}" == item.samples.digest
    again = join(check_header(EvidencePart.parse(canonical_bytes(part))), values=values)
    assert again.digest == item.digest == part.evidence
    assert len(again.samples) == len(item.samples)


def test_a_header_of_another_run_is_refused() -> None:
    part, _ = split(small.run("r1", [0.0, 1.0]))
    for changed in (
        part.model_copy(update={"record": part.record.model_copy(update={"run_id": "r2"})}),
        part.model_copy(update={"samples": "sha256:" + "00" * 32}),
        part.model_copy(update={"record": small.run("r1", [0.0, 1.0])}),
    ):
        with pytest.raises(IntegrityError) as caught:
            check_header(changed)
        assert caught.value.code == "bundle.part"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'["score:score",0,1]', b'["score:score",1,1]'),
        (b'["score:score",0,1]', b'["score:score",0,1.0]'),
        (b'["score:score",0,1]', b'["score:score", 0,1]'),
        (b'["score:score",0,1]', b'["score:score",0]'),
        (b'["score:score",0,1]', b'["score:score",0,NaN]'),
        (b'["score:score",0,1]', b'["score:score",0,"1"]'),
        (b'["score:score",0,1]', b'["other",0,1]'),
        (b'["score:score",0,1]', b'["id","i0","i1"]'),
        (b'["score:score",0,1]\n', b""),
        (b'["score:score",0,1]\n', b'["score:score",0,1]'),
        (b'["score:score",0,1]\n', b"[" * 100_000),
        (b'["score:score",0,1]\n', b"\n"),
        (b'["id","i0","i1"]', b'["id","i1","i0"]'),
        (b'["id","i0","i1"]', b'["id","i0","i0"]'),
    ],
)
def test_values_that_differ_in_anything_are_refused(old: bytes, new: bytes) -> None:
    part, values = split(small.run("r1", [0.0, 1.0]))
    assert old in values
    with pytest.raises(IntegrityError) as caught:
        join(part, values=values.replace(old, new))
    assert caught.value.code == "bundle.part"
    assert "r1" in caught.value.message


@pytest.mark.parametrize("spelling", [b'["score:score",0,1.0]', b'["score:score", 0,1]'])
def test_another_spelling_of_the_same_values_is_refused_under_its_own_digest(
    spelling: bytes,
) -> None:
    part, values = split(small.run("r1", [0.0, 1.0]))
    other = values.replace(b'["score:score",0,1]', spelling)
    assert other != values
    with pytest.raises(IntegrityError):
        join(part.model_copy(update={"samples": digest_bytes(other)}), values=other)
