"""JSON from strangers: typed partial decoding, with the literals that strict decoders refuse.

Typed decoding skips everything an importer does not ask for, which is where the speed comes from.
Evaluation tools write `NaN`, `Infinity` and lone surrogates, which are not JSON; such a document
is decoded a second time by the standard library and then converted, exact and slower.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from tierlock.core import ImportFailed
from tierlock.importers.interface import LogFile

T = TypeVar("T")


def decode_json(data: bytes, *, decoder: msgspec.json.Decoder[T], where: str) -> T:
    """Return the value that `data` holds, of the decoder's type; unknown keys are skipped.

    Args:
        data: UTF-8 JSON; the literals `NaN`, `Infinity` and `-Infinity` are read as floats.
        decoder: says what is wanted.
        where: location for messages.

    Raises:
        ImportFailed: `import.unreadable` (not JSON), `import.schema` (another shape),
            `import.limit` (nested too deeply, or numbers too long).
    """
    try:
        try:
            return decoder.decode(data)
        except msgspec.DecodeError:
            return msgspec.convert(loose_json(data, where=where), decoder.type)
    except msgspec.ValidationError as error:
        raise ImportFailed("import.schema", _lower(error), location=where) from None
    except UnicodeError:
        raise ImportFailed("import.unreadable", "not Unicode text", location=where) from None
    except RecursionError:
        raise ImportFailed("import.limit", "nested too deeply", location=where) from None


def loose_json(data: bytes, *, where: str) -> Any:
    """Return what the standard library makes of `data`; see `decode_json` for errors.

    >>> loose_json(b'{"value": NaN}', where="x.json")
    {'value': nan}
    """
    try:
        return json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        says = f"not JSON: {error.msg.lower()} at byte {error.pos}"
        raise ImportFailed("import.unreadable", says, location=where) from None
    except UnicodeDecodeError:
        raise ImportFailed("import.unreadable", "not UTF-8 text", location=where) from None
    except RecursionError:
        raise ImportFailed("import.limit", "nested too deeply", location=where) from None
    except ValueError as error:
        raise ImportFailed("import.limit", _lower(error), location=where) from None


def json_lines(log: LogFile, *, decoder: msgspec.json.Decoder[T]) -> Iterator[tuple[int, T]]:
    """Yield line number (from 1) and value of every line of `log` that is not blank.

    Raises:
        ImportFailed: as `decode_json`, located at the line; `import.limit` for too many lines.
    """
    for number, line in enumerate(log.data.split(b"\n"), start=1):
        if number > log.limits.rows:
            raise log.failed("import.limit", says=f"more than {log.limits.rows} lines")
        if line.strip():
            yield number, decode_json(line, decoder=decoder, where=log.where(number))


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
