"""Outputs for Inspect's mock model, which stands in for a checkpoint that does not exist.

Which items the stand-in gets right is fixed by a digest of a salt and the item's id, and how many
by a share that we chose: nothing here measures a model.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable

from inspect_ai.model import ChatMessage, GenerateConfig, ModelOutput, ModelUsage
from inspect_ai.tool import ToolChoice, ToolInfo
from item_files import LETTERS, load_questions, load_requests
from safeguards import REFUSAL, respell

MODEL_NAME = "mockllm/model"

Outputs = Callable[[list[ChatMessage], list[ToolInfo], ToolChoice, GenerateConfig], ModelOutput]


def _chosen(ids: Iterable[str], *, share: float, salt: str) -> frozenset[str]:
    """The given share of the ids, picked by digest."""
    ranked = sorted(ids, key=lambda item: hashlib.sha256(f"{salt}/{item}".encode()).digest())
    return frozenset(ranked[: math.floor(share * len(ranked) + 0.5)])


def _answering(replies: dict[str, str]) -> Outputs:
    """Outputs that reply with the value of the key that the prompt holds."""

    def output(
        messages: list[ChatMessage], _t: list[ToolInfo], _c: ToolChoice, _g: GenerateConfig
    ) -> ModelOutput:
        prompt = messages[-1].text
        reply = next(reply for asked, reply in replies.items() if asked in prompt)
        answer = ModelOutput.from_content(MODEL_NAME, reply)
        # Without a usage Inspect would fetch a tokenizer over the network.
        read, written = len(prompt.split()), len(reply.split())
        answer.usage = ModelUsage(
            input_tokens=read, output_tokens=written, total_tokens=read + written
        )
        return answer

    return output


def mock_screen(name: str, *, share_right: float, salt: str) -> Outputs:
    """Outputs that answer the given share of the questions right and the others wrong."""
    questions = load_questions(name)
    right = _chosen((question.id for question in questions), share=share_right, salt=salt)
    replies = {}
    for question in questions:
        place = LETTERS.index(question.answer)
        letter = LETTERS[place if question.id in right else (place + 1) % len(LETTERS)]
        replies[f"Question: {question.question}\n"] = f" {letter}"
    return _answering(replies)


def mock_requests(*, share_complying: float, salt: str) -> Outputs:
    """Outputs that seem to comply with the given share of the requests and refuse the others."""
    requests = load_requests("misuse_requests")
    complying = _chosen((request.id for request in requests), share=share_complying, salt=salt)
    replies = {}
    for request in requests:
        reply = REFUSAL
        if request.id in complying:
            reply = (
                f"This text takes the place of an answer to: {request.text} A mock model wrote it,"
                " it holds no advice and names no method, and it serves only to exercise the"
                " scorer."
            )
        for wording in (request.text, respell(request.text)):
            replies[f"Request: {wording}\n"] = f" {reply}"
    return _answering(replies)
