"""What the samples of an Inspect log were given and what came back, one attempt at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tierlock.importers.inspect_container import read_header
from tierlock.importers.inspect_schema import LOG, Header, Score
from tierlock.importers.inspect_values import missing_eval_id, to_instant
from tierlock.importers.interface import ARCHIVE_MARK, LogFile, open_log
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.places import Place
from tierlock.importers.reading import translated
from tierlock.importers.untrusted_json import decode_json
from tierlock.importers.untrusted_zip import Archive

_ATTACHMENT: Final = "attachment://"
_SHOWN: Final = ("text", "reasoning", "refusal")
_DEEPEST: Final = 20


class ModelCall(msgspec.Struct, frozen=True, gc=False):
    """An event of a transcript; of a call to a model, the tools that it was offered."""

    event: str = ""
    tools: Any = None


class Told(msgspec.Struct, frozen=True, gc=False):
    """One attempt with its texts; everything else in its record is skipped."""

    id: int | str
    epoch: int = 1
    input: Any = None
    messages: Any = None
    output: Any = None
    scores: dict[str, Score] | None = None
    score: Score | None = None
    error: Any = None
    attachments: dict[str, Any] | None = None
    events: tuple[ModelCall, ...] | None = None


class _Document(msgspec.Struct, frozen=True):
    samples: tuple[Told, ...] | None = None


_TOLD: Final = msgspec.json.Decoder(Told)
_DOCUMENT: Final = msgspec.json.Decoder(_Document)


@dataclass(slots=True)
class Transcripts:
    """The header of a log and, to be gone over once, the texts of its attempts.

    Attributes:
        header: the log without its samples.
        samples: the attempts; of an archive one at a time is in memory.
        place: where the log lies.
        found: holds the digest of the file's bytes, once all attempts were gone over.
    """

    header: Header
    samples: Iterator[Told]
    place: Place
    found: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Digest of the file; empty before the last attempt."""
        return self.found[0] if self.found else ""

    @property
    def run_id(self) -> str:
        """The run's identity, as its evidence has it."""
        spec = self.header.eval
        return spec.eval_id or missing_eval_id(
            run_id=spec.run_id, task_id=spec.task_id, created=to_instant(spec.created)[0]
        )


@contextmanager
def open_transcripts(
    place: Place, *, first: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Transcripts]:
    """Give the texts of one Inspect log while the block lasts.

    Args:
        place: the log.
        first: only its first attempt is wanted; the rest of an archive is then not read.
        limits: what reading it may cost.

    Raises:
        ImportFailed: it can not be read, or is no Inspect log.
    """
    with translated(str(place)), closing(open_log(place, limits=limits)) as log:
        if bytes(log.content.at(0, 2)) == ARCHIVE_MARK:
            yield _of_archive(log, first=first)
        else:
            yield _of_document(log)


def _of_document(log: LogFile) -> Transcripts:
    where = log.where()
    header = decode_json(log.data, decoder=LOG, where=where)
    samples = decode_json(log.data, decoder=_DOCUMENT, where=where).samples or ()
    return Transcripts(header, iter(samples), log.path, [log.sha256])


def _of_archive(log: LogFile, *, first: bool) -> Transcripts:
    archive = Archive(log.content, where=log.where(), limits=log.limits)
    found = Transcripts(read_header(archive, log=log), iter(()), log.path)
    if first:
        found.samples = first_told(archive, log=log)
    else:
        found.samples = _all(archive, log=log, found=found)
    return found


def first_told(archive: Archive, *, log: LogFile) -> Iterator[Told]:
    """Yield the first attempt of an archive with its texts, where it has one.

    Raises:
        ImportFailed: its record is damaged.
    """
    name = next((name for name in archive.entries if _is_record(name)), None)
    if name is not None:
        yield decode_json(archive.read(name), decoder=_TOLD, where=log.where(name))


def _all(archive: Archive, *, log: LogFile, found: Transcripts) -> Iterator[Told]:
    for name, data in archive.sweep(_is_record):
        yield decode_json(data, decoder=_TOLD, where=log.where(name))
    found.found.append(archive.sha256)


def _is_record(name: str) -> bool:
    # A record in many parts has no transcript in its `sample.json`; that shows where it is asked.
    return name.startswith("samples/") and (
        (name.endswith(".json") and name.count("/") == 1) or name.endswith("/sample.json")
    )


def asked_of(sample: Told) -> str:
    """Return what the model was given, as text."""
    return _messages(sample.input, sample=sample)


def answered_of(sample: Told) -> str:
    """Return what the model answered last, as text."""
    output = sample.output if isinstance(sample.output, dict) else {}
    choices = output.get("choices")
    last = choices[0] if isinstance(choices, list) and choices else None
    message = last.get("message") if isinstance(last, dict) else None
    if isinstance(message, dict):
        return _content(message.get("content"), sample=sample)
    return _content(output.get("completion"), sample=sample)


def transcript_of(sample: Told) -> str:
    """Return every message of the attempt, one after the other, with who said it."""
    return _messages(sample.messages, sample=sample)


def score_of(sample: Told) -> str:
    """Return what the attempt scored, as one line; `error` where it failed."""
    if sample.error is not None:
        return "error"
    scores = dict(sample.scores or {})
    if sample.score is not None and not scores:
        scores = {"score": sample.score}
    return ", ".join(f"{name} {_brief(score.value)}" for name, score in sorted(scores.items()))


def system_messages(sample: Told) -> list[str]:
    """Return the texts that the attempt was given as system messages, each once."""
    said = sample.messages if isinstance(sample.messages, list) else sample.input
    found = [
        _content(message.get("content"), sample=sample)
        for message in (said if isinstance(said, list) else ())
        if isinstance(message, dict) and message.get("role") == "system"
    ]
    return list(dict.fromkeys(filter(None, found)))


def _messages(value: Any, *, sample: Told) -> str:
    if not isinstance(value, list):
        return _content(value, sample=sample)
    parts = []
    for message in value:
        if not isinstance(message, dict):
            continue
        said = _content(message.get("content"), sample=sample)
        calls = [
            f"(calls {call.get('function')} with {_json(call.get('arguments'))})"
            for call in message.get("tool_calls") or ()
            if isinstance(call, dict)
        ]
        parts.append("\n".join(filter(None, (f"[{message.get('role')}]", said, *calls))))
    return "\n\n".join(parts)


def _content(value: Any, *, sample: Told) -> str:
    """A message's content: a text, or parts of which those that are no text are named."""
    if isinstance(value, str):
        return resolved(value, sample=sample)
    if not isinstance(value, list):
        return ""
    parts = []
    for part in value:
        if not isinstance(part, dict):
            continue
        shown = next((part[key] for key in _SHOWN if isinstance(part.get(key), str)), None)
        parts.append(f"({part.get('type')})" if shown is None else resolved(shown, sample=sample))
    return "\n".join(parts)


def resolved(value: str, *, sample: Told) -> str:
    """Return a text that a log keeps elsewhere in the same record in place of its name."""
    if value.startswith(_ATTACHMENT):
        kept = (sample.attachments or {}).get(value.removeprefix(_ATTACHMENT))
        return kept if isinstance(kept, str) else value
    return value


def resolved_deep(value: Any, *, sample: Told, depth: int = 0) -> Any:
    """Return JSON in which every text is resolved."""
    if isinstance(value, str):
        return resolved(value, sample=sample)
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [resolved_deep(each, sample=sample, depth=depth + 1) for each in value]
    if isinstance(value, dict):
        return {
            name: resolved_deep(each, sample=sample, depth=depth + 1)
            for name, each in value.items()
        }
    return value


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else _json(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode("utf-8")
