"""The text of examples that one framework permits and another does not."""

from __future__ import annotations

import pytest

from tierlock.analysis import Contrast, Direction, Example, Reply, Stated
from tierlock.core import Verdict
from tierlock.report import render_contrast_text

ESCAPE = "\x1b[2J"
PERMITS = Reply(framework="a/b-1", verdict=Verdict.ALLOW)
REFUSES = Reply(
    framework="a/b-2",
    verdict=Verdict.HOLD,
    thresholds=(Stated(where="T", state="undetermined"),),
    reasons=tuple(f"reason {number}" for number in range(8)),
)
EXAMPLE = Example(
    action="deploy",
    alike=("sell",),
    findings=(Stated(where="T:x", state="undetermined"),),
    permits=PERMITS,
    refuses=REFUSES,
    not_asked=("T:x",),
    alone=("T:y",),
)


def there(**changed: object) -> Direction:
    return Direction(permits="a/b-1", refuses="a/b-2").model_copy(update=changed)


def text(*directions: Direction, width: int = 80, **changed: object) -> str:
    back = Direction(permits="a/b-2", refuses="a/b-1", proved_none=("deploy",))
    first, second = (*directions, back)[:2]
    contrast = Contrast(directions=(first, second), seconds=10.0).model_copy(update=changed)
    return render_contrast_text(contrast, width=width)


def test_an_example_says_what_is_there_and_what_both_answer() -> None:
    assert text(there(examples=(EXAMPLE,))) == (
        "permitted by a/b-1, not by a/b-2\n"
        "  deploy (and `sell`)\n"
        "    findings  T:x: undetermined\n"
        "    claims    all in place\n"
        "    a/b-1: ALLOW\n"
        "      - every threshold is ruled out\n"
        "    a/b-2: HOLD\n"
        "      - `T` is undetermined\n"
        + "".join(f"      - reason {number}\n" for number in range(6))
        + "      - and 2 more reasons\n"
        "    only a/b-2 asks for `T:x`\n"
        "    only a/b-2 asks for these, too, and each of them missing alone would be\n"
        "    enough: `T:y`\n"
        "\n"
        "permitted by a/b-2, not by a/b-1\n"
        "  none: whatever a/b-2 permits a/b-1 permits\n"
        "\n"
        "1 example, answered by the engine as shown; what is not named is ruled out, in\n"
        "place, signed and on record; items are matched by name, however worded\n"
    )


def test_none_is_said_of_the_actions_that_have_none() -> None:
    found = text(there(examples=(EXAMPLE,), proved_none=("store", "train")))
    assert "  none for `store`, `train`: whatever a/b-1 permits a/b-2 permits\n" in found


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"gave_up": ("deploy",)}, "open for `deploy`: the solver gave up after 10 s"),
        ({"unconfirmed": ("deploy",)}, "open for `deploy`: the engine does not confirm"),
        ({}, "no action has the same name in both"),
    ],
)
def test_what_is_open_is_not_called_none(changed: dict[str, object], says: str) -> None:
    found = text(there(**changed))
    assert says in found
    assert "whatever a/b-1 permits" not in found


def test_actions_that_only_one_knows_are_named() -> None:
    found = text(there(), only_old=("store",), only_new=("sell",))
    assert "not compared, in a/b-1 only: `store`\n" in found
    assert "not compared, in a/b-2 only: `sell`\n" in found


def test_long_lists_are_cut_and_lines_fit() -> None:
    many = tuple(f"standard:line-{number}" for number in range(20))
    found = text(there(examples=(EXAMPLE.model_copy(update={"alone": many}),)), width=60)
    assert "and 14 more" in found
    assert max(map(len, found.splitlines())) <= 60


def test_nothing_that_a_file_says_acts_on_the_terminal() -> None:
    bad = Stated(where=ESCAPE, state=ESCAPE)
    reply = REFUSES.model_copy(
        update={"framework": ESCAPE, "reasons": (ESCAPE,), "thresholds": (bad,)}
    )
    example = Example(
        action=ESCAPE, alike=(ESCAPE,), findings=(bad,), claims=(bad,), others=(bad,),
        permits=PERMITS, refuses=reply, not_asked=(ESCAPE,), alone=(ESCAPE,),
    )  # fmt: skip
    found = text(there(examples=(example,), proved_none=(ESCAPE,)), only_old=(ESCAPE,))
    assert "\x1b" not in found
    assert "\\x1b" in found
