"""The formulas that proofs rest on against the engine, on random frameworks and combinations.

A combination says what every criterion came to, what it owes, what vetoes, which safeguards are
covered, and what was ruled. The engine gets the same framework with criteria that come to just
that, and applies its own trees, implications, precaution, standards and gate.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strategies.frameworks import frameworks
from tierlock.analysis.prove_gate import Encoding, encode
from tierlock.analysis.prove_replay import replay
from tierlock.analysis.prove_run import agrees
from tierlock.analysis.prove_search import consequence_of, situation_of
from tierlock.analysis.prove_values import Consequence, Situation
from tierlock.core import ADJUSTMENT, Framework, Outcome

THOROUGH = os.environ.get("TIERLOCK_HYPOTHESIS") == "thorough"
ALIKE = settings(
    max_examples=1000 if THOROUGH else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 2**32)
WITH_LEEWAY = frameworks().filter(lambda one: one.adjustments and one.interpretations)


def drawn(side: Encoding, rng: Random) -> z3.ModelRef:
    """Return a random combination that keeps the rules: each variable as a coin says, if it can."""
    solver = z3.Solver()
    solver.add(*side.rules)
    wishes = [(side.rest, 0.9), (side.official, 0.5)]
    wishes += [(one, 0.1) for three in side.ruled.values() for one in three]
    wishes += [(one, 0.03) for one in side.failed.values()]
    share = rng.choice((0.9, 0.5))
    wishes += [
        (one, 0.95 if path.startswith("lesser:") else share) for path, one in side.covered.items()
    ]
    wishes += [(one.chosen, 0.4) for read in side.readings.values() for one in read.values()]
    for path, leaf in side.trees.leaves.items():
        good = rng.random() < (0.9 if path.startswith(ADJUSTMENT) else 0.5)
        wishes += [(leaf.outcome.ruled_out, 0.9 if good else 0.1), (leaf.outcome.reached, 0.5)]
        wishes += [(leaf.owes, 0.3), (leaf.vetoed, 0.3), (leaf.evidence, 0.5)]
        wishes += [(leaf.incurable, 0.3)]
    for variable, share in wishes:
        wish = variable if rng.random() < share else z3.Not(variable)
        if solver.check(wish) == z3.sat:
            solver.add(wish)
    assert solver.check() == z3.sat
    return solver.model()


def compared(framework: Framework, seed: int) -> tuple[Situation, Consequence, Consequence]:
    rng = Random(seed)  # noqa: S311  # chance, not secrecy
    side = encode(framework)
    model = drawn(side, rng)
    action = rng.choice(sorted(framework.actions))
    situation = situation_of(model, side=side, action=action)
    encoding = consequence_of(model, side=side, action=action)
    return situation, replay(framework, situation=situation), encoding


@ALIKE
@given(frameworks() | WITH_LEEWAY, SEEDS)
def test_the_formulas_agree_with_the_engine(framework: Framework, seed: int) -> None:
    _, engine, encoding = compared(framework, seed)
    assert engine.thresholds == encoding.thresholds
    assert engine.verdict == encoding.verdict
    assert agrees(engine, encoding=encoding)


def test_the_combinations_are_worth_comparing() -> None:
    """Combinations in which everything is closed for the same reason would show nothing."""
    verdicts: Counter[str] = Counter()
    outcomes: Counter[Outcome] = Counter()
    ruled: Counter[bool] = Counter()

    @settings(
        max_examples=120,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(frameworks(), SEEDS)
    def look(framework: Framework, seed: int) -> None:
        situation, engine, _ = compared(framework, seed)
        assert engine.verdict is not None
        verdicts[engine.verdict.value] += 1
        outcomes.update(engine.thresholds.values())
        ruled[bool(situation.ruled)] += 1

    look()
    assert all(times >= 3 for times in verdicts.values())
    assert len(verdicts) == len(outcomes) == 3
    assert len(ruled) == 2


def test_readings_are_chosen_and_adjustments_applied() -> None:
    adjusted: Counter[str] = Counter()
    chosen: Counter[int] = Counter()

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(WITH_LEEWAY, SEEDS)
    def look(framework: Framework, seed: int) -> None:
        situation, engine, encoding = compared(framework, seed)
        assert agrees(engine, encoding=encoding)
        assert engine.verdict is not None
        if engine.adjusted:
            adjusted[engine.verdict.value] += 1
        chosen.update(len(readings) for readings in situation.chosen.values())

    look()
    assert adjusted.total() >= 3
    assert {0, 1, 2} <= set(chosen)
