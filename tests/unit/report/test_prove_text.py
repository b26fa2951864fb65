"""The text of proofs: what refutes a property can be read, and is harmless whatever a file says."""

from __future__ import annotations

from tierlock.analysis import Counterexample, Proof
from tierlock.analysis.prove_values import Assumed, Case
from tierlock.report import render_proofs_text

BEFORE = Case(
    criteria=(),
    others=(Assumed(where="ruling", state="signed by all roles"),),
    follows=("`bio` is ruled out", "owed: `care` (baseline)"),
)
AFTER = Case(
    criteria=(
        Assumed(where="bio:a", state="reached"),
        Assumed(where="bio:b", state="undetermined"),
    ),
    safeguards=(Assumed(where="care:policy", state="missing"),),
    follows=("`bio` is reached", "owed: nothing"),
)
REFUTED = Proof(
    name="monotonicity",
    proved=False,
    says="worse is never better",
    cases=3,
    counterexample=Counterexample(says="`care` goes", case=BEFORE, worse=AFTER, engine="same"),
    notes=("it is only an example",),
)


def test_a_counterexample_shows_both_combinations() -> None:
    assert render_proofs_text([REFUTED], framework="lab/small-1") == (
        "lab/small-1\n"
        "\n"
        "refuted  monotonicity\n"
        "  worse is never better\n"
        "\n"
        "  `care` goes\n"
        "    criteria    all ruled out\n"
        "    safeguards  all met\n"
        "    others      ruling: signed by all roles\n"
        "    follows     `bio` is ruled out\n"
        "                owed: `care` (baseline)\n"
        "  one criterion worse:\n"
        "    criteria    bio:a: reached\n"
        "                bio:b: undetermined\n"
        "    safeguards  care:policy: missing\n"
        "    follows     `bio` is reached\n"
        "                owed: nothing\n"
        "  the engine, asked about this, answers the same\n"
        "  - note: it is only an example\n"
        "\n"
        "0 proved, 1 refuted\n"
        "1 counterexample: what is not named is ruled out or met\n"
    )


def test_what_a_file_says_can_not_act_on_the_terminal() -> None:
    bad = REFUTED.model_copy(update={"notes": ("\x1b[2J",)})
    assert "\x1b" not in render_proofs_text([bad], framework="\x1b[2J")


def test_colour_adds_nothing_but_colour() -> None:
    plain = render_proofs_text([REFUTED], framework="lab/small-1")
    painted = render_proofs_text([REFUTED], framework="lab/small-1", color=True)
    assert painted != plain
    for code in ("\x1b[1m", "\x1b[1;31m", "\x1b[1;32m", "\x1b[0m"):
        painted = painted.replace(code, "")
    assert painted == plain
