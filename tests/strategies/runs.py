"""Random subjects, runs, registers and plans for a framework."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.strategies.chance import AT, Draw, ago, named_digest, one_of, rarely, weighted
from tests.strategies.frameworks import SURFACES
from tierlock.core import (
    Evaluation,
    Evidence,
    FactValue,
    Framework,
    Parts,
    Plan,
    PlannedSlot,
    Problem,
    RegisteredRun,
    RunRegister,
    Samples,
    Source,
    SpentAlpha,
    State,
    Subject,
    SubjectRef,
    Surface,
    digest,
)

ENVIRONMENTS = (("own",), ("own", "partner"))
SOURCE = Source(format="table", file="run.csv", sha256=named_digest("file"))


def subjects(draw: Draw) -> Subject:
    """Draw a subject called `m`, with most of its digests and facts known."""
    choices: dict[str, tuple[FactValue, ...]] = {
        "big": (False, True, 1),
        "flop": (1e24, 1e27),
        "kind": ("closed", "open", True),
    }
    facts = {
        name: draw(st.sampled_from(values))
        for name, values in choices.items()
        if not rarely(draw, 6)
    }
    return Subject(
        name="m",
        known_as=("m-log",),
        parts=parts(draw),
        effective_compute=one_of(draw, 1e25, 1e25, None, 5e25),
        facts=facts,
        surfaces={
            name: Surface(paths=paths, environments=one_of(draw, (), (), (), *ENVIRONMENTS))
            for name, paths in SURFACES.items()
        },
    )


def parts(draw: Draw) -> Parts:
    """Draw the parts of a subject; a part is seldom unknown."""
    names = ("weights", "elicitation", "safeguards")
    known = {name: None if rarely(draw, 6) else named_digest(name) for name in names}
    return Parts(**known)


def run_subject(draw: Draw, subject: Subject) -> SubjectRef:
    """Draw whom a log is about: nearly always the subject, as it is or as it was."""
    known = subject.parts
    kind = weighted(draw, same=16, other_weights=1, other_guard=1, unknown=1, other=1)
    if kind == "other_weights":
        known = known.model_copy(update={"weights": named_digest("older")})
    if kind == "other_guard":
        known = known.model_copy(update={"safeguards": named_digest("older")})
    if kind == "unknown":
        known = Parts()
    return SubjectRef(
        name="somebody" if kind == "other" else one_of(draw, "m", "m-log"),
        parts=known,
        effective_compute=one_of(draw, 1e25, 1e25, 1e25, None),
    )


def samples(draw: Draw, slot: Evaluation, *, mood: str) -> Samples:
    """Draw the rows of one run; `mood` says how far the values are on the bad side."""
    lo, hi = slot.range
    assert hi is not None
    size = one_of(draw, 60, 60, 100, 20)
    bad = {"safe": one_of(draw, 0, 0, 1), "grey": size // 6, "bad": size * 4 // 5}[mood]
    good_value, bad_value = (lo, hi) if slot.higher_is == "worse" else (hi, lo)
    values: list[float | None] = [*[bad_value] * bad, *[good_value] * (size - bad)]
    if rarely(draw, 5):
        values[-3:] = [(lo + hi) / 2] * 3
    state: list[State] = ["scored"] * size
    limit, refused = [""] * size, [False] * size
    oddity = weighted(draw, none=12, errored=2, unscored=1, limit=2, refused=2, beyond=1)
    lost = one_of(draw, 1, 3, size // 3)
    for row in range(size - lost, size):
        if oddity == "errored":
            state[row], values[row] = "errored", None
        if oddity == "unscored":
            values[row] = None
        if oddity == "limit":
            limit[row] = one_of(draw, "token", "time")
        if oddity == "refused":
            refused[row] = True
        if oddity == "beyond":
            values[row] = one_of(draw, lo - 1, hi + 1)
    epochs = one_of(draw, 1, 1, 2)
    families = one_of(draw, 1, 1, 2, 7)
    label = [f"f{row // epochs // families}" for row in range(size)]
    if rarely(draw, 12):
        label[0] = ""
    return Samples(
        id=tuple(f"i{row // epochs}" for row in range(size)),
        epoch=tuple(row % epochs + 1 for row in range(size)),
        state=tuple(state),
        limit=tuple(limit),
        refused=tuple(refused),
        edited=(False,) * size,
        scores={"score": tuple(values)},
        attributes={"family": tuple(label)},
    )


def run(
    draw: Draw, slot: Evaluation, subject: Subject, *, name: str, mood: str, when: datetime
) -> Evidence:
    """Draw one piece of evidence."""
    rows = samples(draw, slot, mood=mood)
    doubt = Problem(code="log.edited", says="a score was changed", severity="doubt")
    return Evidence(
        evaluation=one_of(draw, slot.tasks[0], slot.tasks[0], slot.tasks[1]),
        run_id=name,
        subject=run_subject(draw, subject),
        measured_at=when,
        status="cancelled" if rarely(draw, 25) else "success",
        planned_samples=one_of(draw, None, len(rows), len(rows), len(rows) + 2),
        configuration={"temperature": one_of(draw, "0", "0", "1"), "seed": name},
        samples=rows,
        source=SOURCE,
        problems=(doubt,) if rarely(draw, 25) else (),
    )


def evidence_of(draw: Draw, framework: Framework, subject: Subject) -> tuple[Evidence, ...]:
    """Draw the runs of all slots, a few slots without any, sometimes one run twice."""
    found: list[Evidence] = []
    for name, slot in framework.evaluations.items():
        mood = weighted(draw, safe=6, grey=1, bad=3)
        for number in range(one_of(draw, 1, 1, 1, 2, 3, 0)):
            when = ago(one_of(draw, 10, 20, 40, 100, 200)) + timedelta(hours=number)
            own_mood = mood if number < 2 else one_of(draw, "safe", "grey", "bad")
            found.append(
                run(draw, slot, subject, name=f"{name}-r{number}", mood=own_mood, when=when)
            )
    if found and rarely(draw, 8):
        found.append(found[0])
    return tuple(found)


def registers(
    draw: Draw, framework: Framework, evidence: Sequence[Evidence], plans: tuple[Plan, ...]
) -> RunRegister:
    """Draw a register that knows every run, and seldom one that left no evidence."""
    known = {record.run_id: record for record in evidence}
    runs = [
        RegisteredRun(
            run_id=record.run_id,
            slot=record.run_id.split("-")[0],
            subject=record.subject.name,
            parts=record.subject.parts,
            started_at=record.measured_at - timedelta(days=one_of(draw, 0, 1)),
            ended=one_of(draw, record.status, record.status, "unknown"),
            evidence=one_of(draw, None, record.digest),
        )
        for record in known.values()
    ]
    for name in framework.evaluations:
        if rarely(draw, 12):
            started = ago(one_of(draw, 5, 50))
            runs.append(
                RegisteredRun(run_id=f"{name}-lost", slot=name, subject="m", started_at=started)
            )
    return RunRegister(runs=tuple(runs), plans=plans, as_of=AT)


def plans(draw: Draw, framework: Framework, subject: Subject) -> tuple[Plan, tuple[Plan, ...]]:
    """Draw the active plan, and all plans of the register."""
    name = digest(framework)
    promised = [slot for slot in framework.evaluations if not rarely(draw, 12)]
    slots = tuple(
        PlannedSlot(
            slot=slot,
            runs=one_of(draw, 1, 1, 1, 2),
            limits=one_of(draw, None, None, ("time",)),
            cluster_by=one_of(draw, None, None, None, "family"),
        )
        for slot in promised
    )
    base = Plan(
        framework=name,
        subject=subject.name,
        weights=subject.parts.weights,
        sealed_at=ago(one_of(draw, 300, 300, 300, 300, 300, 60)),
        declared=one_of(draw, "before", "before", "after"),
        slots=slots,
    )
    kind = weighted(draw, alone=20, superseded=2, competing=1)
    if kind == "alone" or not slots:
        return base, (base,)
    other = base.model_copy(update={"sealed_at": ago(400), "slots": slots[:1]})
    if kind == "competing":
        return base, (other, base)
    active = base.model_copy(update={"supersedes": digest(other)})
    return active, (other, active)


def histories(draw: Draw, framework: Framework) -> tuple[SpentAlpha, ...]:
    """Draw the alpha that earlier weights of the lineage spent; mostly none."""
    if not rarely(draw, 8):
        return ()
    return tuple(
        SpentAlpha(
            threshold=draw(st.sampled_from(sorted(framework.thresholds))),
            lineage=one_of(draw, "m", "m", "n"),
            weights=named_digest(one_of(draw, "weights", "older", "oldest")),
            spent_at=ago(one_of(draw, 30, 400)),
        )
        for _ in range(one_of(draw, 1, 2))
    )
