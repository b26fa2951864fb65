"""Evidence: an immutable record of what one run measured, or of what a publication reports."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from tierlock.core.canonical import canonical_json, digest_bytes
from tierlock.core.instants import Instant
from tierlock.core.record import Record
from tierlock.core.samples import MISSING, Samples, State
from tierlock.core.subject import Digest, SubjectRef

RunStatus = Literal["success", "started", "cancelled", "error"]
TokenCount = Annotated[int, Field(ge=0, le=2**53 - 1)]  # what JSON carries exactly

# Outside the digest: samples have a digest of their own, the rest is provenance and accounting.
_NOT_MEASURED: Final = {"samples", "source", "problems", "seconds", "tokens", "other_tokens", "usd"}


class Source(Record):
    """Where evidence comes from: the file, its digest, and the tool that wrote it.

    Attributes:
        format: the importer's name (`inspect`, `lm-eval`, `reported`, `table`).
        file: the file's name, without its folder.
        sha256: digest of the file's bytes.
        tool: name and version of the tool that wrote it, where known.
        citation: document and section, for reported evidence.
    """

    format: str
    file: str
    sha256: Digest
    tool: str = ""
    citation: str = ""


class Problem(Record):
    """Something about a log that a reader must know; `severity` says what it does.

    `note` informs. `doubt` keeps the evidence from supporting a rule-out: it may only raise.
    """

    code: str
    says: str
    severity: Literal["note", "doubt"] = "note"


class Tokens(Record):
    """Tokens as a log counts them, never an estimate of ours.

    Attributes:
        input: tokens that went in, those of a cache included.
        output: tokens that came out.
        total: the tool's own total, which need not be the sum.
    """

    input: TokenCount
    output: TokenCount
    total: TokenCount


class Reported(Record):
    """A published aggregate: counts, a mean with spread, or an interval, never samples.

    Attributes:
        n: independent units behind the number.
        successes: units with the outcome, where the publication gives a count.
        mean: the published value.
        spread: the published plus-or-minus, if any.
        spread_is: what the publication says the spread is; `unlabelled` where it does not say.
        lower, upper: a published interval, with its two-sided `confidence`.
        arm: the trial arm, for ratio and difference estimands.
    """

    arm: str = ""
    n: int | None = Field(default=None, ge=0)
    successes: int | None = Field(default=None, ge=0)
    mean: float | None = None
    spread: float | None = Field(default=None, ge=0)
    spread_is: Literal["sd", "se", "ci95", "unlabelled"] = "unlabelled"
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _says_something(self) -> Reported:
        if self.successes is None and self.mean is None and self.upper is None:
            raise ValueError("a reported aggregate needs successes, mean or an interval")
        if self.successes is not None and (self.n is None or self.successes > self.n):
            raise ValueError("successes need n, and can not exceed it")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError("the interval's lower end is above its upper end")
        if (self.lower is not None or self.upper is not None) and self.confidence is None:
            raise ValueError("an interval needs its confidence")
        return self


class Evidence(Record):
    """What one run measured about one subject (spec/determination.md V-1).

    Attributes:
        evaluation: the task's name as the log gives it.
        task_version: the task's version as the log gives it.
        run_id: the run's identity; equal ids with different content are an integrity failure.
        subject: whom the log is about, and how that is known.
        measured_at: start of the earliest sample; evidence ages from here.
        finished_at: end of the run, where known.
        status: how the run ended.
        planned_samples: attempts that the run set out to make, from its own configuration.
        higher_is_better: the tool's own statement about its metric, where it makes one.
        configuration: settings that define the elicitation (limits, epochs, sampling), as text.
        seconds: working time of the whole run, for cost estimates; None where unknown.
        tokens: what the judged model used in the whole run; None where the log does not say.
        other_tokens: what graders and other models used, as far as the log tells them apart.
        usd: money for all models of the run, only where the log states it; never from prices.
        samples: the sample values; empty for reported evidence.
        reported: published aggregates; empty for measured evidence.
        problems: what is wrong with the log.
    """

    evaluation: str = Field(min_length=1)
    task_version: str = ""
    run_id: str = Field(min_length=1)
    subject: SubjectRef
    measured_at: Instant
    finished_at: Instant | None = None
    status: RunStatus = "success"
    planned_samples: int | None = Field(default=None, ge=0)
    higher_is_better: bool | None = None
    configuration: dict[str, str] = {}
    seconds: Annotated[float, Field(ge=0)] | None = None
    tokens: Tokens | None = None
    other_tokens: Tokens | None = None
    usd: Annotated[float, Field(ge=0)] | None = None
    samples: Samples = Samples()
    reported: tuple[Reported, ...] = ()
    source: Source
    problems: tuple[Problem, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Identity of what was measured: independent of the file's name, bytes and container.

        Two files of one run (`.eval` and `.json`, or a copy) share a digest and count once.
        """
        return self.digest_with(self.samples.digest)

    def digest_with(self, samples: str) -> str:
        """Return the identity that this header has with samples of the digest `samples`.

        It is asked where the values are withheld, and their digest is known.
        """
        header = self.model_dump(mode="json", by_alias=True, exclude=_NOT_MEASURED)
        return digest_bytes(canonical_json({**header, "samples": samples}))

    @property
    def doubtful(self) -> bool:
        """Whether a problem keeps this evidence from supporting a rule-out."""
        return any(problem.severity == "doubt" for problem in self.problems)

    def missing(self) -> dict[State, int]:
        """Count the attempts without a value, by reason; absent attempts included."""
        counts = Counter(state for state in self.samples.state if state in MISSING)
        if self.planned_samples is not None and self.planned_samples > len(self.samples):
            counts["absent"] += self.planned_samples - len(self.samples)
        return dict(counts)


class Omission(Record):
    """Something owed and not there, or there and not usable, with the reason.

    Attributes:
        what: the slot, run, file, claim or criterion that is missing.
        code: stable reason code (spec/determination.md, appendix of reason codes).
        says: the reason for people.
        owed: whether a plan or the run register shows that it must exist. An owed omission can
            not be reasoned away by facts, implications or rulings.
    """

    what: str
    code: str
    says: str
    owed: bool = False
