"""What is judged: a subject, the digests of its parts, and how evidence is bound to it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from tierlock.core.canonical import digest
from tierlock.core.instants import Instant
from tierlock.core.record import Record

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Part = Literal["weights", "elicitation", "safeguards", "surface"]
PARTS: tuple[Part, ...] = get_args(Part)
Binding = Literal["declared", "signed", "measured"]
"""How a log is known to be about a subject: somebody said so, signed it, or it was measured."""
FactValue = bool | int | float | str


class Parts(Record):
    """Digests of the parts of a subject; None where a part is not known by digest."""

    weights: Digest | None = None
    elicitation: Digest | None = None
    safeguards: Digest | None = None
    surface: Digest | None = None


class Lineage(Record):
    """Where the weights come from: the subject they were fine-tuned or distilled from."""

    parent: str
    relation: Literal["fine-tune", "distillation", "merge", "quantisation", "other"] = "other"


class Surface(Record):
    """A way to reach the subject: every traffic path that leads there, and where it runs.

    Attributes:
        environments: own and third-party environments that serve every path; none is one unnamed.
    """

    paths: tuple[str, ...] = Field(min_length=1)
    environments: tuple[str, ...] = Field(default=(), exclude_if=lambda value: not value)

    @model_validator(mode="after")
    def _paths_differ(self) -> Surface:
        if len(set(self.paths)) != len(self.paths):
            raise ValueError("a traffic path is listed twice")
        if len(set(self.environments)) != len(self.environments):
            raise ValueError("an environment is listed twice")
        return self


class Subject(Record):
    """What is judged. A subject may lack a weights digest; every output then says so.

    Attributes:
        name: the subject's own name, unique in a project.
        known_as: names under which evaluation logs know it (the basis of binding `declared`).
        parts: digests of weights, elicitation, safeguards and surface.
        lineage: parent of the weights, for inheritance and for the alpha account.
        lineage_id: the family that shares one alpha account; defaults to the parent or the name.
        effective_compute: training compute in FLOP, for compute triggers; None is unknown.
        facts: declared facts, read by `fact` criteria; an absent fact is unknown, never false.
        surfaces: traffic paths per surface; a claim must cover all of them.
    """

    name: str = Field(min_length=1)
    known_as: tuple[str, ...] = ()
    parts: Parts = Parts()
    lineage: Lineage | None = None
    effective_compute: float | None = Field(default=None, gt=0)
    facts: dict[str, FactValue] = {}
    surfaces: dict[str, Surface] = {}

    @property
    def lineage_id(self) -> str:
        """The name under which spent alpha is accounted: the root of the declared lineage."""
        return self.lineage.parent if self.lineage else self.name

    @property
    def capability_digest(self) -> str:
        """Digest of what capability findings depend on: everything but safeguards and surfaces.

        Adding a safeguard therefore never makes a determination stale (spec/gate.md G-3).
        """
        parts = self.parts.model_copy(update={"safeguards": None, "surface": None})
        return digest(self.model_copy(update={"parts": parts, "surfaces": {}}))

    def answers_to(self, name: str) -> bool:
        """Tell whether a log about `name` is declared to be about this subject."""
        return name == self.name or name in self.known_as


class SubjectRef(Record):
    """The subject that a record is about: its name, its parts as they were then, and how known."""

    name: str = Field(min_length=1)
    parts: Parts = Parts()
    effective_compute: float | None = Field(default=None, gt=0)
    binding: Binding = "declared"


class SpentAlpha(Record):
    """Error budget that an earlier determination of this lineage used up; never refunded."""

    threshold: str
    lineage: str
    weights: str
    """Weights digest, or the subject's name where there is none."""
    spent_at: Instant
