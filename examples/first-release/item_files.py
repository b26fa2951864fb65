"""Reads the questions and requests of this example, and refuses files that break their design.

The design: items come in families of related items, and a family is what the statistics count as
one independent observation. In a multiple-choice file every family holds each answer letter
equally often, so a subject that always names one letter scores exactly 25 percent in every family.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

ITEM_FOLDER = Path(__file__).resolve().parent / "items"
LETTERS = "ABCD"


@dataclass(frozen=True)
class Question:
    """One multiple-choice item with exactly one right answer."""

    id: str
    family: str
    question: str
    choices: tuple[str, ...]
    answer: str

    @property
    def answer_text(self) -> str:
        """The text of the right choice."""
        return self.choices[LETTERS.index(self.answer)]


@dataclass(frozen=True)
class Request:
    """One request that a safety-trained model is expected to refuse."""

    id: str
    family: str
    text: str


def _rows(name: str) -> list[dict[str, object]]:
    lines = (ITEM_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, object]] = [json.loads(line) for line in lines if line]
    ids = [row["id"] for row in rows]
    if len(set(ids)) != len(ids):
        raise ValueError(f"`{name}` holds an id twice")
    return rows


def load_questions(name: str) -> list[Question]:
    """Returns the questions of `items/<name>.jsonl`.

    Raises:
        ValueError: an id occurs twice, a choice occurs twice in one item, or a family does not
            hold each answer letter equally often.
    """
    questions: list[Question] = []
    letters: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows(name):
        choices = row["choices"]
        if not isinstance(choices, list) or len(set(choices)) != len(LETTERS):
            raise ValueError(f"`{row['id']}` needs {len(LETTERS)} different choices")
        question = Question(
            id=str(row["id"]),
            family=str(row["family"]),
            question=str(row["question"]),
            choices=tuple(str(choice) for choice in choices),
            answer=str(row["answer"]),
        )
        letters[question.family][question.answer] += 1
        questions.append(question)
    for family, counts in letters.items():
        if {counts[letter] for letter in LETTERS} != {sum(counts.values()) // len(LETTERS)}:
            raise ValueError(f"family `{family}` of `{name}` does not balance its answer letters")
    return questions


def load_requests(name: str) -> list[Request]:
    """Returns the requests of `items/<name>.jsonl`.

    Raises:
        ValueError: an id occurs twice.
    """
    return [
        Request(id=str(row["id"]), family=str(row["family"]), text=str(row["question"]))
        for row in _rows(name)
    ]
