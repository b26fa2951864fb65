"""How a project runs its evaluations: what `runs` and `prices` of `tierlock.yaml` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core import InputError, Looks, Record

Scalar = bool | int | float | str
Setting = Scalar | tuple[Scalar, ...]
LimitKind = Literal["message", "token", "turn", "time", "working", "cost"]


class Elicitation(Record):
    """What makes one way of asking differ from another.

    Attributes:
        args: arguments of the task.
        generate: generation settings by the runner's names (`temperature`, `system_message`).
        solver: a solver instead of the task's own, `file.py@name` or the name of an installed one.
        solver_args: its arguments.
    """

    args: dict[str, Setting] = {}
    generate: dict[str, Setting] = {}
    solver: str | None = None
    solver_args: dict[str, Setting] = {}


class RunSettings(Elicitation):
    """How one slot is run.

    Attributes:
        task: the task, `file.py@name` relative to the project or the name of an installed one;
            without it the first of the slot's task names that holds a package name.
        epochs: how often each sample is asked.
        samples: only the first so many samples; by default all. Not for a slot with looks, whose
            samples the plan drew.
        seed: seed of the model; run number k uses `seed + k - 1`.
        limits: per kind, where an attempt is stopped.
        retry_on_error: how often an attempt that failed is begun again.
        variants: ways of asking by name; each adds to what is above. Run k takes the k-th, and the
            first again after the last.
    """

    task: str | None = None
    epochs: int = Field(default=1, ge=1)
    samples: int | None = Field(default=None, ge=1)
    seed: int | None = Field(default=None, ge=0)
    limits: dict[LimitKind, int | float] = {}
    retry_on_error: int = Field(default=0, ge=0)
    variants: dict[str, Elicitation] = {}

    def elicitation(self, number: int) -> tuple[str, Elicitation]:
        """Return the name and the settings of run `number`, counted from 1.

        >>> RunSettings(generate={"top_p": 1.0}, variants={
        ...     "plain": Elicitation(), "warm": Elicitation(generate={"temperature": 1.0}),
        ... }).elicitation(2)[1].generate
        {'top_p': 1.0, 'temperature': 1.0}
        """
        names = tuple(self.variants)
        name = names[(number - 1) % len(names)] if names else ""
        own = self.variants[name] if names else Elicitation()
        return name, Elicitation(
            args={**self.args, **own.args},
            generate={**self.generate, **own.generate},
            solver=own.solver or self.solver,
            solver_args={**self.solver_args, **own.solver_args},
        )


class TokenPrice(Record):
    """US dollars per million tokens of one model, as its user declares them."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def usd(self, *, came_in: int, came_out: int) -> float:
        """Return what so many tokens cost.

        >>> TokenPrice(input=3.0, output=15.0).usd(came_in=1_000_000, came_out=200_000)
        6.0
        """
        return (came_in * self.input + came_out * self.output) / 1_000_000


def check_variants(settings: RunSettings, *, runs: int, slot: str) -> None:
    """Refuse a plan that would leave a way of asking out.

    Raises:
        InputError: `run.settings`.
    """
    if len(settings.variants) > runs:
        raise InputError(
            "run.settings",
            f"`{slot}` has {len(settings.variants)} variants, and its plan promises {runs} run(s)",
            hint="seal a plan with one run per variant: tierlock plan seal --runs N",
        )


def check_looks(settings: RunSettings, *, looks: Looks, slot: str) -> None:
    """Refuse settings under which the looks of a slot could settle nothing (S-8).

    Raises:
        InputError: `run.settings`.
    """
    if settings.samples is not None:
        says = f"`{slot}` has looks: the plan drew its samples, `samples` can not say how many"
        raise InputError("run.settings", says)
    if len(settings.variants) > 1:
        raise InputError(
            "run.settings",
            f"`{slot}` has looks, and looks are at one way of asking: it has "
            f"{len(settings.variants)} variants",
            hint="give each variant a run of its own without looks: tierlock plan seal --runs N",
        )
    if settings.epochs > 1 and looks.kind != "betting":
        raise InputError(
            "run.settings",
            f"the looks of `{slot}` count yes or no, and the mean of {settings.epochs} epochs "
            "can lie in between",
            hint="ask once, or seal with --design betting",
        )
