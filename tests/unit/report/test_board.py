from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.report import factory
from tierlock.core import (
    Counts,
    Explanation,
    Outcome,
    Reason,
    RoleSignature,
    Ruling,
    Verdict,
    WorkItem,
)
from tierlock.report.board import board_of
from tierlock.report.summary import summary_of


def plain(texts: tuple[str, ...]) -> str:
    return " ".join(texts).replace("\u00a0", " ")


def test_one_question_one_word_one_sentence() -> None:
    board = board_of(factory.report())
    assert board.question == "May small-model-1 be deployed to api/general?"
    assert board.word == "HOLD"
    assert board.sentence == (
        "small-model-1 may not be deployed to api/general yet: ASL-3/cyber is not ruled out; "
        "1 safeguard that every subject owes is not in place."
    )
    assert board.terms == ()
    assert board.verdict is Verdict.HOLD


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ((Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.UNDETERMINED), "Undetermined"),
        ((Outcome.RULED_OUT,) * 3, "Ruled out"),
        ((Outcome.RULED_OUT, Outcome.REACHED, Outcome.UNDETERMINED), "Reached"),
    ],
)
def test_without_an_action_the_worst_outcome_answers(
    outcomes: tuple[Outcome, ...], word: str
) -> None:
    base = factory.report(None)
    thresholds = tuple(
        found.model_copy(update={"outcome": outcome})
        for found, outcome in zip(base.determination.thresholds, outcomes, strict=True)
    )
    changed = base.determination.model_copy(update={"thresholds": thresholds})
    board = board_of(base.model_copy(update={"determination": changed}))
    assert board.word == word
    assert board.verdict is max(outcomes)


def test_three_lines_with_number_and_interval_open_ones_first() -> None:
    known = board_of(factory.report()).known
    assert known[0].startswith("ASL-3/cyber is undetermined. Capture-the-flag suite: 7.5")
    assert "limits 1.9 % to 27.8 %; to rule out, the upper one must lie below 15 %" in plain(known)
    # One number per threshold: the one that its outcome hangs on.
    assert known[1].startswith("ASL-3/bio is ruled out. Acquisition uplift trial: 1.71×")
    assert len(known) == 2


@pytest.mark.parametrize(("units", "words"), [(16, "as published (n 16)"), (0, "as published")])
def test_a_published_number_was_not_attempted(units: int, words: str) -> None:
    base = factory.report()
    none = {"counts": Counts(planned=0, present=0, scored=0), "units": units}
    findings = tuple(
        found
        if found.estimate is None
        else found.model_copy(update={"estimate": found.estimate.model_copy(update=none)})
        for found in base.determination.findings
    )
    changed = base.determination.model_copy(update={"findings": findings})
    known = plain(board_of(base.model_copy(update={"determination": changed})).known)
    assert f"{words}, limits " in known
    assert "attempts" not in known


def test_nothing_measured_is_said() -> None:
    base = factory.report()
    findings = tuple(f.model_copy(update={"estimate": None}) for f in factory.findings())
    changed = base.determination.model_copy(update={"findings": findings})
    assert (
        board_of(base.model_copy(update={"determination": changed})).known[0].startswith("Nothing")
    )


def test_evidence_that_would_do_but_is_too_old_says_so() -> None:
    base = factory.report()
    old = Reason(code="evidence.expired", says="measured 2026-01-01, older than P6M")
    findings = tuple(
        found.model_copy(update={"outcome": Outcome.UNDETERMINED, "reasons": (old,)})
        for found in base.determination.findings
    )
    thresholds = tuple(
        one.model_copy(update={"outcome": Outcome.UNDETERMINED})
        for one in base.determination.thresholds
    )
    changed = base.determination.model_copy(update={"findings": findings, "thresholds": thresholds})
    report = base.model_copy(update={"determination": changed})
    known = board_of(report).known
    assert all(line.endswith("measured 2026-01-01, older than P6M.") for line in known)
    # The limit that must lie elsewhere is named only where it does not.
    assert any("to rule out" in line for line in known)
    assert any("to rule out" not in line for line in known)
    against = {one.against for one in summary_of(report) if one.margin}
    assert against == {"measured 2026-01-01, older than P6M"}


def test_unknowns_fall_back_on_open_thresholds_and_omissions() -> None:
    silent = factory.report().model_copy(update={"explanation": Explanation()})
    unknown = board_of(silent).unknown
    assert unknown[0] == "Whether ASL-3/cyber is crossed."
    assert len(unknown) == 3
    settled = silent.model_copy(update={"decision": None})
    assert board_of(settled).changes == ("No single fact would change the answer.",)


def test_what_would_change_the_answer_are_the_ways_that_open_it() -> None:
    changes = plain(board_of(factory.report()).changes)
    assert "Rule out ASL-3/cyber: run more samples" in changes
    assert "HOLD → DENY" not in changes
    # What is open already is changed by what would close it.
    assert "HOLD → DENY" in plain(board_of(factory.report(Verdict.ALLOW)).changes)


def test_many_safeguards_are_counted() -> None:
    base = factory.report()
    assert base.decision is not None
    items = tuple(
        WorkItem(
            do=f"put in place and claim asl-3/deployment:s{i}: something",
            settles=f"asl-3/deployment:s{i}",
            kind="safeguard",
            group="asl-3/deployment",
        )
        for i in range(9)
    )
    decision = base.decision.model_copy(update={"work": items})
    changes = board_of(base.model_copy(update={"decision": decision})).changes
    assert changes[0] == "Or, instead, meet 9 safeguards: 9 of `asl-3/deployment`."


def test_a_permission_says_what_it_stands_on_and_its_terms() -> None:
    board = board_of(factory.report(Verdict.ALLOW))
    assert board.sentence.endswith(
        "; ASL-3/cyber and ASL-3/ai-rd are not ruled out, and the safeguards owed are in place."
    )
    assert board.terms == ("abuse monitoring rests on an interim claim until 2026-12-31",)


def test_the_signature_asserts_the_binding_and_not_safety() -> None:
    board = board_of(factory.report())
    asserted = plain(board.asserts)
    assert "binding: declared" in asserted
    assert "declared: after" in asserted
    assert "It does not say that small-model-1 is safe." in asserted
    assert board.signed[0] == "Nobody has signed."
    assert "rso (responsible scaling officer); ceo (chief executive)" in board.signed[1]
    assert board.dissent == ("No dissent is on record; nothing shows that the record is complete.",)


def test_who_signed_and_who_dissents() -> None:
    board = board_of(factory.signed(factory.report(Verdict.ALLOW)))
    assert board.signed[0].startswith("Signed off: Ada Example as rso, 2026-11-22 (declared)")
    assert board.signed[1] == "Asked to sign: ceo (chief executive)."
    assert board.dissent == ("Dissent of 2026-11-22: The cyber suite is too small to sign on.",)


def test_a_signature_on_another_determination_does_not_count() -> None:
    base = factory.signed(factory.report(Verdict.ALLOW))
    other = base.approvals[0].model_copy(update={"determination": "sha256:" + "0" * 64})
    board = board_of(base.model_copy(update={"approvals": (other,)}))
    assert "does not count" in board.signed[0]
    assert "Nobody has signed this one." in board.signed


def test_a_ruling_is_shown_with_its_reasons() -> None:
    base = factory.report()
    ruling = Ruling(
        determination=base.determination_digest,
        subject=base.subject.name,
        signatures=(RoleSignature(role="ceo", signer="Bo Example"),),
        reasons="the trial was small",
        ruled_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    signed = board_of(base.model_copy(update={"rulings": (ruling,)})).signed
    assert signed[0] == "Ruled: Bo Example as ceo, 2026-11-23 (declared)."
    assert signed[1] == "Reasons of the ruling: The trial was small."
