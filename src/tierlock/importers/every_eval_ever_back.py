"""Every Eval Ever records that Tierlock wrote: the evidence in them, put together again.

What Tierlock keeps in `additional_details` is a stranger's text like all the rest. It counts only
where it says what the record's own fields and rows say, and where the digest follows.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from tierlock.core import Evidence, Samples, Source
from tierlock.importers.every_eval_ever_schema import Aggregate, Instance
from tierlock.importers.every_eval_ever_write import (
    DIGEST,
    MARK,
    OWN,
    evaluation_id,
    visible_results,
)
from tierlock.importers.interface import LogFile
from tierlock.importers.untrusted_json import decode_json

_TRUTH: Final = {"true": True, "false": False}
_WHOLE: Final = re.compile(r"-?[0-9]{1,16}")


class Carried(msgspec.Struct, frozen=True):
    """What the record carries beside the format's own fields; see the writer."""

    evidence: dict[str, Any]
    scorers: tuple[str, ...]
    attributes: tuple[str, ...]
    without_a_value: tuple[tuple[str, int, str, str, bool, bool, dict[str, str]], ...]


class Visible(msgspec.Struct, frozen=True):
    """The record's results as they stand, to compare them with the evidence."""

    evaluation_results: tuple[Any, ...]


_CARRIED: Final = msgspec.json.Decoder(Carried)
_VISIBLE: Final = msgspec.json.Decoder(Visible)


def is_ours(record: Aggregate) -> bool:
    """Tell whether Tierlock wrote the record, or says that it did."""
    library = record.eval_library
    return library is not None and MARK in library.details and DIGEST in library.details


def restore(record: Aggregate, *, rows: tuple[Instance, ...], log: LogFile) -> Evidence:
    """Return the evidence that was written, equal to it up to the order of rows and the source.

    Raises:
        ImportFailed: `import.value`: rows are missing, or a score, name or row was changed after
            the record was written; `import.schema` where the carried text has another shape.
    """
    library = record.eval_library
    details = library.details if library is not None else {}
    text = details[MARK].encode("utf-8", "surrogatepass")
    carried = decode_json(text, decoder=_CARRIED, where=log.where(MARK))
    evidence = Evidence.model_validate(
        {
            **carried.evidence,
            "samples": _samples(carried, rows=rows, log=log),
            "source": Source(
                format="every-eval-ever",
                file=log.name,
                sha256=log.sha256,
                tool=f"{library.name} {library.version}".strip() if library else "",
                citation=", ".join(
                    filter(None, (record.source_metadata.source_organization_name,))
                ),
            ),
        },
        strict=False,
    )
    if evidence.digest != details[DIGEST] or evaluation_id(evidence) != record.evaluation_id:
        says = "the evidence was changed after Tierlock wrote it: its digest does not follow"
        raise log.failed("import.value", says=says)
    stands = decode_json(log.data, decoder=_VISIBLE, where=log.where()).evaluation_results
    if list(stands) != list(visible_results(evidence)) or not _same_model(record, evidence):
        says = "the record's results are not those of the evidence that it carries"
        raise log.failed("import.value", says=says)
    return evidence


def _same_model(record: Aggregate, evidence: Evidence) -> bool:
    stated = record.evaluation_timestamp
    same_time = stated == evidence.measured_at.isoformat()
    return record.model_info.id == evidence.subject.name and same_time


def _samples(carried: Carried, *, rows: tuple[Instance, ...], log: LogFile) -> Samples:
    """Return rows with values and rows without as columns, ordered by id and epoch."""
    values: dict[tuple[str, int], dict[str, float | None]] = {}
    facts: dict[tuple[str, int], tuple[str, str, bool, bool, dict[str, str]]] = {}
    for row in rows:
        key, own = _facts(row, log=log)
        scorer = row.evaluation_result_id or ""
        if facts.setdefault(key, own) != own or scorer in values.setdefault(key, {}):
            says = f"sample `{key[0][:80]}` epoch {key[1]} occurs twice, or differs between rows"
            raise log.failed("import.value", says=says)
        values[key][scorer] = row.evaluation.score
    for name, epoch, state, limit, refused, edited, labels in carried.without_a_value:
        if (name, epoch) in facts:
            says = f"sample `{name[:80]}` epoch {epoch} has a value, and has none"
            raise log.failed("import.value", says=says)
        facts[name, epoch] = (state, limit, refused, edited, labels)
    order = sorted(facts)
    columns: dict[str, Any] = {
        "id": [key[0] for key in order],
        "epoch": [key[1] for key in order],
        "state": [facts[key][0] for key in order],
        "limit": [facts[key][1] for key in order],
        "refused": [facts[key][2] for key in order],
        "edited": [facts[key][3] for key in order],
        "scores": {
            scorer: [values.get(key, {}).get(scorer) for key in order] for scorer in carried.scorers
        },
        "attributes": {
            name: [facts[key][4].get(name, "") for key in order] for name in carried.attributes
        },
    }
    return Samples.model_validate(columns, strict=False)


def _facts(
    row: Instance, *, log: LogFile
) -> tuple[tuple[str, int], tuple[str, str, bool, bool, dict[str, str]]]:
    found = {name: value for name, value in (row.metadata or {}).items() if isinstance(value, str)}
    epoch, refused = found.get("tierlock_epoch", ""), found.get("tierlock_refused")
    edited = found.get("tierlock_edited")
    if not _WHOLE.fullmatch(epoch) or refused not in _TRUTH or edited not in _TRUTH:
        says = f"the row of sample `{row.sample_id[:80]}` lacks what Tierlock wrote into it"
        raise log.failed("import.value", says=says)
    labels = {name: value for name, value in found.items() if not name.startswith(OWN)}
    limit = found.get("tierlock_limit", "")
    key = (row.sample_id, int(epoch))
    return key, ("scored", limit, _TRUTH[refused], _TRUTH[edited], labels)
