"""What the solver finds for one direction: a state that one side permits and the other does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import z3

from tierlock.analysis.contrast_link import Pair, Side, adjusting, settled_by_nothing
from tierlock.core import ADJUSTMENT


class Question(NamedTuple):
    """Whether some state makes one side permit an action and the other one not."""

    action: str
    permits: Side
    refuses: Side

    @property
    def formula(self) -> z3.BoolRef:
        """ALLOW here and another answer there."""
        permits = self.permits.encoding.answers[self.action]
        refuses = self.refuses.encoding.answers[self.action]
        return z3.And(permits.allow, z3.Not(refuses.allow))


class Searcher:
    """A solver with both frameworks, asked one question after the other.

    Args:
        pair: both sides.
        seconds: time per question, after which the solver gives up.
    """

    def __init__(self, pair: Pair, *, seconds: float) -> None:
        self._pair = pair
        self._solver = z3.Solver()
        self._solver.set("timeout", max(1, round(seconds * 1000)))
        self._solver.add(*pair.rules)

    def ask(self, question: Question) -> z3.ModelRef | str:
        """Return the plainest state that answers the question, `none`, or `unknown`."""
        with _Level(self._solver):
            self._put(question)
            found = self._solver.check()
            if found != z3.sat:
                return "none" if found == z3.unsat else "unknown"
            for group in self._wishes(question):
                self._keep(list(group))
            # The last wish may have been refused: the model is that of what was kept.
            if self._solver.check() != z3.sat:
                return "unknown"
            return self._solver.model()

    def same_state(self, question: Question, *, model: z3.ModelRef) -> z3.ModelRef | None:
        """Return the model for another action in the same state, None if it is no example."""
        with _Level(self._solver):
            self._put(question)
            self._solver.add(*self._state(model))
            return self._solver.model() if self._solver.check() == z3.sat else None

    def alone(self, question: Question, *, instead: str) -> Iterator[str]:
        """Yield what else only the refusing side asks for, where lacking that alone is enough.

        Args:
            question: one of which an example lacks nothing but `instead`.
            instead: the path of what is lacking.
        """
        asked = question.refuses.not_shared
        with _Level(self._solver):
            self._put(question)
            self._solver.add(*question.permits.not_shared.values())
            for side in self._sides:
                self._solver.add(*_in_order(side))
                names = side.encoding.framework.adjustments
                self._solver.add(*(z3.Not(adjusting(side, name=name)) for name in names))
                self._solver.add(*(z3.Not(one) for one in side.encoding.failed.values()))
                self._solver.add(
                    *(
                        leaf.outcome.ruled_out
                        for path, leaf in side.encoding.trees.leaves.items()
                        if path not in asked
                        and not path.startswith(ADJUSTMENT)
                        and not settled_by_nothing(side, path=path)
                    ),
                    *(one for path, one in side.encoding.covered.items() if path not in asked),
                )
            for path, good in asked.items():
                others = (one for other, one in asked.items() if other != path)
                if path != instead and self._solver.check(z3.Not(good), *others) == z3.sat:
                    yield path

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self._pair.old, self._pair.new

    def _put(self, question: Question) -> None:
        self._solver.add(question.formula, *self._pair.claims(question.action))
        self._solver.add(*(side.signs(question.action) for side in self._sides))

    def _keep(self, wishes: Sequence[z3.BoolRef]) -> None:
        """Add the wishes that can be had together, earlier ones before later ones."""
        if not wishes:
            return
        if self._solver.check(*wishes) == z3.sat:
            self._solver.add(*wishes)
        elif len(wishes) > 1:
            half = len(wishes) // 2
            self._keep(wishes[:half])
            self._keep(wishes[half:])

    def _wishes(self, question: Question) -> Iterator[Iterable[z3.BoolRef]]:
        """What makes an example plain, the most important first."""
        sides = (question.permits, question.refuses)
        for side in sides:
            yield _in_order(side)
            yield (z3.Not(one) for one in side.encoding.failed.values())
        for side in sides:
            # Of several readings that would do, the one that the file names first.
            readings = side.encoding.readings.values()
            yield (one.chosen for each in readings for one in each.values())
            names = side.encoding.framework.adjustments
            yield [z3.Not(adjusting(side, name=name)) for name in names]
        # An example where both look at the same thing shows more than that one asks for more.
        yield from (side.not_shared.values() for side in sides)
        yield self._pair.alike
        leaves = [leaf for side in sides for leaf in side.encoding.trees.leaves.values()]
        yield (z3.Not(one) for leaf in leaves for one in (leaf.owes, leaf.vetoed))
        yield (leaf.outcome.ruled_out for leaf in leaves)
        yield (one for side in sides for one in side.encoding.covered.values())
        yield (z3.Not(leaf.outcome.reached) for leaf in leaves)
        yield (leaf.evidence for leaf in leaves)
        yield (z3.Not(leaf.incurable) for leaf in leaves)

    def _state(self, model: z3.ModelRef) -> Iterator[z3.BoolRef]:
        """Everything of a model but what an action has of its own."""
        for side in self._sides:
            encoding = side.encoding
            parts = [*encoding.covered.values(), *encoding.failed.values(), encoding.official]
            parts += [one for said in encoding.ruled.values() for one in said]
            parts += [one.chosen for each in encoding.readings.values() for one in each.values()]
            for leaf in encoding.trees.leaves.values():
                parts += [*leaf.outcome, *leaf[2:]]
            for one in (*parts, *side.signed.values()):
                yield one == model.eval(one, model_completion=True)


class _Level:
    """What is added to a solver inside is taken back."""

    def __init__(self, solver: z3.Solver) -> None:
        self._solver = solver

    def __enter__(self) -> None:
        self._solver.push()

    def __exit__(self, *_: object) -> None:
        self._solver.pop()


def _in_order(side: Side) -> list[z3.BoolRef]:
    """Signed off, ruled on and read as far as there is anybody to do so, and nothing set aside."""
    encoding = side.encoding
    rulers = [encoding.official] if encoding.framework.ruling.roles else []
    silent = [z3.Not(one) for said in encoding.ruled.values() for one in said]
    chosen = [[one.chosen for one in each.values()] for each in encoding.readings.values()]
    read = [rule for each in chosen for rule in (z3.Or(*each), z3.AtMost(*each, 1))]
    return [*side.signed.values(), *rulers, *silent, *read]
