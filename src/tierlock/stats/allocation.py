"""Who may spend how much of alpha: down the connectives, over checkpoints, over looks.

Down the tree: under a node that crosses if at least k of M children cross, a child may spend 1/k of
the node's alpha on ruling out and 1/(M-k+1) of it on ruling in. With these shares the three-valued
(Kleene) logic of the leaves' outcomes is the test of the node's partial-conjunction p-value, and
exactly so (`combine`, `spec/statistics.md` S-22). Over checkpoints: Bonferroni, equally if their
number is declared and as `6 / (pi i)^2` if it is not, for ruling out only. Over looks:
`pocock_spending`.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tierlock.stats._checks import checked_alpha
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import checked_looks
from tierlock.stats.group_sequential import pocock_spending


class Connective(NamedTuple):
    """A node that crosses if at least `k` of its children cross; a leaf is its name."""

    k: int
    children: "tuple[Connective | str, ...]"


class Share(NamedTuple):
    """What one leaf may spend at one checkpoint until one look; a row of the table."""

    leaf: str
    factor_out: int
    """Product of k over the connectives above: p_out times this is compared with alpha."""
    factor_in: int
    """Product of M-k+1 over the connectives above."""
    checkpoint: int
    """1 for the first one."""
    n: int | None
    """Clusters at this look; None for a leaf with one look, after all clusters."""
    alpha_out: float
    """What may be spent on ruling out, over all looks of this checkpoint until this one."""
    alpha_in: float
    """The same for ruling in."""


def checkpoint_share(checkpoint: int, *, alpha: float, checkpoints: int | None) -> float:
    """What one checkpoint may spend of alpha.

    Args:
        checkpoint: its number, 1 for the first.
        alpha: what all checkpoints of a period may spend together.
        checkpoints: how many the policy declares; None if it does not say, and then the shares
            are `6 alpha / (pi i)^2`, which sum to alpha over all i.

    Returns:
        An error probability; 0 beyond the declared number.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> checkpoint_share(2, alpha=0.05, checkpoints=5)
        0.01
        >>> [round(checkpoint_share(i, alpha=0.05, checkpoints=None), 4) for i in (1, 2, 3)]
        [0.0304, 0.0076, 0.0034]
    """
    checked_alpha(alpha)
    if checkpoint < 1 or (checkpoints is not None and checkpoints < 1):
        raise InvalidNumbers(f"checkpoint `{checkpoint}` of `{checkpoints}` does not exist")
    if checkpoints is None:
        return 6.0 * alpha / (math.pi * checkpoint) ** 2
    return alpha / checkpoints if checkpoint <= checkpoints else 0.0


def factors(tree: Connective | str) -> tuple[tuple[str, int, int], ...]:
    """Every leaf with the factors of its rule-out and its rule-in p-value, left to right.

    Raises:
        InvalidNumbers: a node without children, or k out of range.

    Example:
        >>> factors(Connective(2, ("a", "b", Connective(1, ("c", "d")))))
        (('a', 2, 2), ('b', 2, 2), ('c', 2, 4), ('d', 2, 4))
    """
    return tuple(_factors(tree, 1, 1))


def allocate(
    tree: Connective | str,
    *,
    alpha_out: float,
    alpha_in: float,
    checkpoints: int | None = 1,
    shown: int | None = None,
    looks: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[Share, ...]:
    """How alpha is divided: one row per leaf, checkpoint and look.

    Args:
        tree: the threshold's condition.
        alpha_out: what the threshold may spend on false rule-outs over a policy period.
        alpha_in: what it may spend on false rule-ins at one checkpoint; only false rule-outs are
            bought with the period's budget (spec/determination.md E-1).
        checkpoints: declared number of checkpoints in the period; None if unknown.
        shown: how many checkpoints to list; `checkpoints`, or 1 if their number is unknown.
        looks: planned numbers of clusters of the leaves that are looked at more than once.

    Raises:
        InvalidNumbers: arguments out of range, or looks at a leaf that is not in the tree.

    Example:
        >>> rows = allocate(Connective(2, ("a", "b")), alpha_out=0.05, alpha_in=0.05, checkpoints=5)
        >>> [round(rows[0].alpha_out, 6), round(rows[0].alpha_in, 6), len(rows)]
        [0.005, 0.05, 10]
    """
    leaves = factors(tree)
    planned = dict(looks or {})
    unknown = sorted(set(planned) - {name for name, _, _ in leaves})
    if unknown:
        raise InvalidNumbers(f"looks at `{unknown[0]}`, which is no leaf of the tree")
    count = shown if shown is not None else (checkpoints or 1)
    rows = []
    for checkpoint in range(1, count + 1):
        out = checkpoint_share(checkpoint, alpha=alpha_out, checkpoints=checkpoints)
        for name, factor_out, factor_in in leaves:
            for n, share in _spending(planned.get(name)):
                spent = (out / factor_out * share, alpha_in / factor_in * share)
                rows.append(Share(name, factor_out, factor_in, checkpoint, n, *spent))
    return tuple(rows)


def _factors(tree: Connective | str, out: int, into: int) -> Iterator[tuple[str, int, int]]:
    if isinstance(tree, str):
        yield tree, out, into
        return
    count = len(tree.children)
    if not 1 <= tree.k <= count:
        raise InvalidNumbers(f"`{tree.k}` of `{count}` children is no condition")
    for child in tree.children:
        yield from _factors(child, out * tree.k, into * (count - tree.k + 1))


def _spending(looks: tuple[int, ...] | None) -> Iterator[tuple[int | None, float]]:
    """The looks, and which part of the leaf's alpha may be spent until then."""
    if looks is None:
        yield None, 1.0
        return
    maximum = checked_looks(looks)[-1]
    for n in looks:
        yield n, pocock_spending(n / maximum, alpha=0.5) / 0.5
