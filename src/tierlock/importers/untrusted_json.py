"""JSON from strangers: typed partial decoding, with the literals that strict decoders refuse.

Typed decoding skips everything an importer does not ask for, which is where the speed comes from.
Evaluation tools write `NaN`, `Infinity` and lone surrogates, which are not JSON; such a document
is decoded a second time by the standard library and then converted, exact and slower.
"""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args

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


def decode_rows(
    pieces: Iterable[bytes], *, decoder: msgspec.json.Decoder[tuple[T, ...]], where: str
) -> Iterator[T]:
    """Yield the elements of a JSON array that comes in pieces, one decoded element in memory.

    Args:
        pieces: UTF-8 JSON, cut anywhere; literals as in `decode_json`.
        decoder: says what is wanted of an element.
        where: location for messages.

    Raises:
        ImportFailed: as `decode_json`.

    >>> numbers = msgspec.json.Decoder(tuple[float, ...])
    >>> list(decode_rows([b"[1, ", b"2", b"0 , NaN]"], decoder=numbers, where="x.json"))
    [1.0, 20.0, nan]
    """
    kind = get_args(decoder.type)[0]
    try:
        for row in _elements(pieces, where=where):
            yield msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise ImportFailed("import.schema", _lower(error), location=where) from None
    except UnicodeDecodeError:
        raise ImportFailed("import.unreadable", "not UTF-8 text", location=where) from None
    except RecursionError:
        raise ImportFailed("import.limit", "nested too deeply", location=where) from None


def _elements(pieces: Iterable[bytes], *, where: str) -> Iterator[Any]:
    """Yield the elements of an array as the standard library reads them."""
    text = _Text(pieces)
    due = "["
    while (found := text.next_character()) in due:
        text.at += 1
        if not found or found == "]":
            break
        if due == "[" and text.next_character() == "]":
            text.at += 1
            break
        yield text.value(where=where)
        due = ",]"
    else:
        found = None
    if found is None or not found or text.next_character():
        raise ImportFailed("import.unreadable", "not a JSON array", location=where)


class _Text:
    """JSON text that comes in pieces; what was read is let go of."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._to_text = getincrementaldecoder("utf-8-sig")()
        self._parse = json.JSONDecoder().raw_decode
        self._text = ""
        self._whole = False
        self.at = 0

    def next_character(self) -> str:
        """Return the next character that is no white space, which stays; "" at the end."""
        while True:
            while self.at < len(self._text):
                if self._text[self.at] not in " \t\r\n":
                    return self._text[self.at]
                self.at += 1
            if self._whole:
                return ""
            self._more()

    def value(self, *, where: str) -> Any:
        """Return the value that begins here, and go behind it."""
        self.next_character()
        while True:
            try:
                found, end = self._parse(self._text, self.at)
            except json.JSONDecodeError as error:
                if self._whole:
                    says = f"not JSON: {error.msg.lower()}"
                    raise ImportFailed("import.unreadable", says, location=where) from None
            except ValueError as error:
                raise ImportFailed("import.limit", _lower(error), location=where) from None
            else:
                # A number that ends with the piece may go on in the next one.
                if self._whole or end < len(self._text):
                    self.at = end
                    return found
            self._more()

    def _more(self) -> None:
        """Take in as much again as there is, so that a long value is not parsed over and over."""
        kept = [self._text[self.at :]]
        wanted = max(1, len(kept[0]))
        while wanted > 0 and not self._whole:
            piece = next(self._pieces, None)
            self._whole = piece is None
            kept.append(self._to_text.decode(piece or b"", final=piece is None))
            wanted -= len(kept[-1])
        self._text, self.at = "".join(kept), 0


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
