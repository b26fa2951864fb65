"""Permission from the gate of a project: asked anew each time, and recorded as by the gate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tierlock.core import PARTS, Action, InputError, IntegrityError, Subject, Verdict
from tierlock.integrations.asking import Allowed, Asked, not_allowed
from tierlock.usecases import Project, ask, load_project, record


class ProjectGate:
    """The gate of the project in a folder, about its subject and no other.

    Args:
        folder: folder of a `tierlock.yaml`, or the file itself; read anew for every question.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @property
    def judges_compute(self) -> bool:
        """The framework's triggers say what growth of compute ends."""
        return True

    def check(self, asked: Asked, *, at: datetime) -> Allowed:
        """Return the permission; the answer is in the project's ledger either way.

        Raises:
            InputError: `integration.gate`, the answer is HOLD or DENY; `integration.compute`;
                `subject.unusable`, a part of the subject has no live digest or the other way
                round; or the project can not be read or written.
            IntegrityError: `subject.differs`, this is not the project's subject.
        """
        project = load_project(self.folder)
        _check_parts(project.subject, asked=asked)
        if asked.effective_compute is not None:
            project = _grown(project, to=asked.effective_compute)
        action = Action(name=asked.action, surface=asked.surface, audience=asked.audience)
        answer = ask(project, at=at, action=action)
        record(project, answer=answer)
        decision = answer.decision
        shown = " / ".join(filter(None, action.model_dump().values()))
        if decision is None or decision.verdict is not Verdict.ALLOW:
            verdict = "nothing" if decision is None else decision.verdict.value
            codes = [] if decision is None else [reason.code for reason in decision.reasons]
            why = f": {', '.join(dict.fromkeys(codes))}" if codes else ""
            raise not_allowed(
                f"the gate says {verdict} to `{shown}` of `{project.subject.name}`{why}",
                hint="`tierlock gate` lists every reason and what opens it",
            )
        return Allowed(decision.expires_at, f"ALLOW for `{shown}` of `{project.subject.name}`")


def _grown(project: Project, *, to: float) -> Project:
    """The project whose subject has taken in more compute since it was written down.

    Policy takes unknown growth for none where the weights are the same ones. Here they are not:
    the run goes on from them.

    Raises:
        InputError: `integration.compute`, it is not known from where it grew.
    """
    subject = project.subject
    watched = any(trigger.when.effective_compute for trigger in project.framework.triggers)
    then = [subject.effective_compute]
    then += [
        item.subject.effective_compute
        for item in project.store.evidence()
        if subject.answers_to(item.subject.name)
    ]
    if watched and None in then:
        raise InputError(
            "integration.compute",
            f"the effective compute with which `{subject.name}` was evaluated is not known",
            hint="state `effective_compute` in tierlock.yaml before the logs are read",
        )
    return project._replace(subject=subject.model_copy(update={"effective_compute": to}))


def _check_parts(subject: Subject, *, asked: Asked) -> None:
    """Refuse unless exactly the parts that the subject names are live, with those digests."""
    named = {part: value for part in PARTS if (value := getattr(subject.parts, part))}
    for part, digest in named.items():
        if part not in asked.digests:
            raise InputError(
                "subject.unusable",
                f"the live digest of `{part}` of `{subject.name}` is not given",
                hint="give the digest of every part that tierlock.yaml names, and of no other",
            )
        if asked.digests[part] != digest:
            raise IntegrityError(
                "subject.differs",
                f"the live `{part}` is {asked.digests[part]}, that of `{subject.name}` is {digest}",
                hint="the gate's answer is about the subject of the project, and about no other",
            )
    other = [part for part in asked.digests if part not in named]
    if other:
        raise InputError(
            "subject.unusable",
            f"`{subject.name}` has no digest of `{other[0]}`, so that an answer would bind nothing",
            hint="name it under `parts` of tierlock.yaml; `tierlock subject FOLDER` prints it",
        )
