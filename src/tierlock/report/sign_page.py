"""What a person sees before signing: the question, the answer, and what exactly is signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierlock.report.document import Board, short
from tierlock.report.layout import Paint, bullets, finish, labelled, style_of, wrap
from tierlock.report.sanitize import clean


@dataclass(frozen=True, kw_only=True)
class SignPage:
    """What somebody is about to sign.

    Attributes:
        board: the first page of the report on the determination that it is about, if any.
        says: what is stated, in sentences.
        facts: who signs, as what, when, until when, and the digest of the statement.
        binds: the identity of the determination that it is bound to; empty where to none.
        saw: what is signed as seen, by name and digest.
    """

    board: Board | None
    says: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    binds: str
    saw: tuple[tuple[str, str], ...]


def render_sign_page(page: SignPage, *, width: int = 80, color: bool = False) -> str:
    """Return the page for a terminal of `width` columns."""
    paint = Paint(color=color)
    lines = list(_board(page.board, width=width, paint=paint)) if page.board else []
    lines += _list("You sign", page.says, width=width, paint=paint)
    asserts = page.board.asserts if page.board and page.binds else ()
    lines += _list("Your signature asserts", asserts, width=width, paint=paint)
    facts = [(label, clean(text)) for label, text in page.facts]
    if page.binds:
        facts.append(("binds", page.binds))
    facts.append(("saw", " · ".join(f"{name} {short(digest)}" for name, digest in page.saw)))
    if lines and not lines[0]:
        del lines[0]
    return finish([*lines, "", *labelled(facts, width=width, indent=0)])


def _board(board: Board, *, width: int, paint: Paint) -> Iterator[str]:
    yield from (paint(line, "bold") for line in wrap(_plain(board.question), width=width))
    word = paint(board.word, style_of(board.verdict))
    first, *rest = wrap(_plain(board.sentence), width=width - len(board.word) - 2)
    yield f"{word}  {first}"
    yield from (" " * (len(board.word) + 2) + line for line in rest)
    if board.warning:
        yield from wrap(_plain(board.warning), width=width)
    for title, items in (
        ("On these terms", board.terms),
        ("Known", board.known),
        ("Not known", board.unknown),
        ("What would change the answer", board.changes),
        ("Signed so far", board.signed),
        ("Dissent", board.dissent),
    ):
        yield from _list(title, items, width=width, paint=paint)


def _list(title: str, items: tuple[str, ...], *, width: int, paint: Paint) -> list[str]:
    if not items:
        return []
    head = ["", paint(title, "bold")]
    return [*head, *bullets(map(_plain, items), width=width, mark="·")]


def _plain(text: str) -> str:
    """Text of a page as text of a terminal: its code marks say nothing there."""
    return clean(text).replace("`", "")
