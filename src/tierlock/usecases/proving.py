"""Prove what a framework promises, or show a combination in which it does not."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.analysis import Proof, prove_framework
from tierlock.frameworks import get_framework


class Proved(NamedTuple):
    """What was proved of one framework.

    Attributes:
        framework: name of the framework.
        proofs: one result per property.
    """

    framework: str
    proofs: tuple[Proof, ...]

    @property
    def refuted(self) -> int:
        """How many of the properties are refuted."""
        return sum(not proof.proved for proof in self.proofs)


def prove(name: str) -> Proved:
    """Return a proof or a counterexample for every property of a framework.

    Args:
        name: a shipped framework, or the path of a YAML file.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read, or the extra `prove` is not installed.
    """
    framework = get_framework(name)
    return Proved(framework=framework.name, proofs=prove_framework(framework))
