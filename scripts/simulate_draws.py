"""The samples of `simulate.py`: clusters that differ in the ways that evaluations differ.

Every cell draws from a seed of its own, made from its name: cells can be run in any order, alone,
or in several processes, and give the same numbers.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SEED = 20261122
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Name, and (clusters, items in each, attempts at each item).
DESIGNS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "single attempts": ((10, 1, 1), (30, 1, 1), (100, 1, 1), (300, 1, 1), (1000, 1, 1)),
    "5 epochs": ((4, 1, 5), (10, 1, 5), (20, 1, 5), (60, 1, 5), (200, 1, 5)),
    "20 epochs": ((5, 1, 20), (15, 1, 20), (50, 1, 20)),
    "families of 5": ((6, 5, 1), (20, 5, 1), (60, 5, 1), (200, 5, 1)),
    "families of 4, 5 epochs": ((5, 4, 5), (15, 4, 5), (50, 4, 5)),
}
# How clusters differ: not at all, by a beta distribution with this intraclass correlation, each
# solved always or never, or with this share of them hopeless.
LAWS = ("alike", "icc .1", "icc .3", "icc .8", "all or nothing", "half hopeless", "3/4 hopeless")
HOPELESS = {"half hopeless": 0.5, "3/4 hopeless": 0.75}
WITHIN = 0.3  # intraclass correlation of the items of one family, where clusters differ at all


class Cell(NamedTuple):
    """One condition: what is drawn, and what is to be ruled out."""

    design: str
    clusters: int
    items: int
    epochs: int
    law: str
    bound: float
    share: float
    """The truth as a share of the bound: 1 is exactly at the bound."""

    @property
    def rate(self) -> float:
        """The true success rate."""
        return self.bound * self.share

    @property
    def attempts(self) -> int:
        """Attempts in one cluster."""
        return self.items * self.epochs

    @property
    def exists(self) -> bool:
        """Whether the law can have the rate."""
        return self.rate < 1 - HOPELESS.get(self.law, 0)


def generator(*names: object) -> np.random.Generator:
    """Return the generator that belongs to these names and to no others."""
    return np.random.default_rng([SEED, zlib.crc32(repr(names).encode())])


def draw(cell: Cell, *, replicates: int) -> Counts:
    """Return the successes in each cluster, shape (replicates, clusters)."""
    rng = generator(*cell)
    rates = cluster_rates(cell, shape=(replicates, cell.clusters), rng=rng)
    if cell.items == 1 or cell.law not in ("icc .1", "icc .3", "icc .8"):
        return rng.binomial(cell.attempts, rates)
    within = spread_around(rates[..., None], (*rates.shape, cell.items), icc=WITHIN, rng=rng)
    return np.asarray(rng.binomial(cell.epochs, within).sum(axis=-1))


def cluster_rates(cell: Cell, *, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the success probability of every cluster; their expectation is the cell's rate."""
    if cell.law == "alike":
        return np.full(shape, cell.rate)
    if cell.law == "all or nothing":
        return (rng.random(shape) < cell.rate).astype(np.float64)
    if cell.law in HOPELESS:
        solvable = 1 - HOPELESS[cell.law]
        return np.where(rng.random(shape) < solvable, cell.rate / solvable, 0.0)
    return spread_around(np.array(cell.rate), shape, icc=float(cell.law[4:]), rng=rng)


def spread_around(
    means: Floats, shape: tuple[int, ...], *, icc: float, rng: np.random.Generator
) -> Floats:
    """Return beta rates around the means, with an intraclass correlation."""
    size = (1 - icc) / icc
    inner = np.clip(means, 1e-9, 1 - 1e-9)
    return np.asarray(rng.beta(inner * size, (1 - inner) * size, shape))


def cells(*, shares: tuple[float, ...], bounds: tuple[float, ...]) -> list[Cell]:
    """Return every condition of the grid that exists."""
    grid = []
    for design, sizes in DESIGNS.items():
        for clusters, items, epochs in sizes:
            laws = LAWS if items * epochs > 1 else LAWS[:1]
            every = [
                Cell(design, clusters, items, epochs, law, bound, share)
                for law in laws
                for bound in bounds
                for share in shares
            ]
            grid += [cell for cell in every if cell.exists]
    return grid
