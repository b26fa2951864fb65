"""Readings of contested clauses as formulas: C-8 and G-16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import z3

from tierlock.analysis.prove_encode import Three, any_of
from tierlock.core import Combination, Framework


class ReadingState(NamedTuple):
    """One reading: whether it was chosen, and the outcome of each of its combinations."""

    chosen: z3.BoolRef
    combinations: tuple[Three, ...]


Readings = Mapping[str, Mapping[str, ReadingState]]
"""Per interpretation, its readings by name."""


def encode_readings(
    framework: Framework, *, outcomes: Mapping[str, Three], tag: str = ""
) -> dict[str, dict[str, ReadingState]]:
    """Return the framework's readings over new variables.

    Any set of them may be chosen: choices of one instant stand together (G-16).
    """
    return {
        name: {
            key: ReadingState(
                chosen=z3.Bool(f"{tag}{name} read as {key}"),
                combinations=tuple(
                    together(rule, outcomes=outcomes) for rule in reading.combinations
                ),
            )
            for key, reading in interpretation.readings.items()
        }
        for name, interpretation in framework.interpretations.items()
    }


def together(combination: Combination, *, outcomes: Mapping[str, Three]) -> Three:
    """Return the least over the groups of the greatest within each (C-7)."""
    groups = combination.if_all
    return Three(
        reached=z3.And(*(any_of([outcomes[t].reached for t in group]) for group in groups)),
        ruled_out=z3.Or(*(z3.And(*(outcomes[t].ruled_out for t in group)) for group in groups)),
    )


def is_open(readings: Mapping[str, ReadingState]) -> z3.BoolRef:
    """Return "no reading is chosen"."""
    return z3.Not(any_of([one.chosen for one in readings.values()]))


def obliging(framework: Framework, *, readings: Readings, standard: str) -> list[Three]:
    """Return what owes the standard by a reading that obliges: chosen, or none is (C-8)."""
    found = []
    for name, states in readings.items():
        for key, state in states.items():
            counts = z3.Or(state.chosen, is_open(states))
            rules = framework.interpretations[name].readings[key].combinations
            found += [
                Three(
                    reached=z3.And(counts, outcome.reached),
                    ruled_out=z3.Or(z3.Not(counts), outcome.ruled_out),
                )
                for rule, outcome in zip(rules, state.combinations, strict=True)
                if standard in rule.obliges
            ]
    return found


def owing(
    framework: Framework, *, readings: Readings, interpretation: str, needs: tuple[str, ...]
) -> list[tuple[str, z3.BoolRef]]:
    """Return each reading with when it owes a standard of the kinds that an action needs (G-16)."""
    found = []
    for key, state in readings[interpretation].items():
        rules = framework.interpretations[interpretation].readings[key].combinations
        found += [
            (key, outcome.crossed)
            for rule, outcome in zip(rules, state.combinations, strict=True)
            if any(framework.standards[one].kind in needs for one in rule.obliges)
        ]
    return found
