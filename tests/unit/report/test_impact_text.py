"""What another version flips, as text: order, words, widths, and texts from outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tierlock.analysis import Effect, Impact, NotRedecided, VerdictEffect
from tierlock.core import Action, GateReason, Reason, Verdict
from tierlock.report import render_impact_text

AT = datetime(2026, 3, 10, tzinfo=UTC)
SOON, LATER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
DIGEST = "sha256:" + "ab" * 32


def impact(**fields: Any) -> Impact:
    known: dict[str, Any] = {
        "subject": "model-1",
        "old": "lab/small-1",
        "new": "lab/small-2",
        "recorded": DIGEST,
        "recorded_at": AT,
        "at": AT,
        "old_declared": "after",
        "new_declared": "after",
        "summary": (Effect(name="label", old="usual", new="usual", direction="none"),),
        "verdicts": (),
        "thresholds": (),
        "standards": (),
    }
    return Impact(**{**known, **fields})


def verdict(old: str, new: str, way: Any, **fields: Any) -> VerdictEffect:
    action = fields.pop("action", Action(name="deploy"))
    return VerdictEffect(action=action, old=Verdict(old), new=Verdict(new), direction=way, **fields)


def closed(
    about: str, *, code: str = "claim.missing", says: str = "nobody claims it"
) -> GateReason:
    return GateReason(code=code, says=says, verdict="HOLD", about=about)


def text(*impacts: Impact, **options: Any) -> str:
    return render_impact_text(impacts, framework="lab/small-2", **options)


def test_more_permissive_answers_stand_above_stricter_ones_and_what_stays() -> None:
    api = [Action(name="deploy", surface="api", audience=name) for name in ("few", "many")]
    found = impact(
        summary=(
            Effect(name="label", old="grave", new="usual", direction="other"),
            Effect(
                name="lapses",
                old="2026-06-01T00:00:00Z",
                new="2026-09-01T00:00:00Z",
                direction="more permissive",
            ),
        ),
        verdicts=(
            *(
                verdict("HOLD", "ALLOW", "more permissive", action=one, reasons=(closed("s:a"),))
                for one in api
            ),
            verdict("ALLOW", "DENY", "stricter", reasons=(closed("t:a"), closed("t:b"))),
            verdict("HOLD", "HOLD", "none", action=Action(name="train"), reasons=(closed("s:a"),)),
        ),
        thresholds=(
            Effect(name="bio-3", old="undetermined", new="ruled out", direction="more permissive"),
            Effect(name="new-1", old="", new="undetermined", direction="stricter"),
        ),
        standards=(
            Effect(name="s", old="owed", new="not owed", direction="more permissive"),
            Effect(name="t", old="owed", new="owed", direction="none"),
        ),
    )
    assert text(found) == (
        "model-1: lab/small-1 -> lab/small-2\n"
        "  recorded  2026-03-10T00:00:00Z, sha256:abababababab…\n"
        "  plan      declared: after\n"
        "  label     grave -> usual\n"
        "\n"
        "  more permissive\n"
        "    HOLD -> ALLOW              deploy (api/few, api/many)\n"
        "                                 was closed by s (1 open)\n"
        "    undetermined -> ruled out  bio-3\n"
        "    owed -> not owed           s\n"
        "    rule-outs lapse            2026-06-01 -> 2026-09-01\n"
        "\n"
        "  stricter\n"
        "    ALLOW -> DENY           deploy\n"
        "                              closed by t (2 open)\n"
        "    absent -> undetermined  new-1\n"
        "\n"
        "  no flip\n"
        "    HOLD  train\n"
        "    owed  t\n"
        "\n"
        "absent: that version has no such action, threshold or standard\n"
        "lab/small-2: 1 determination decided again, 5 more permissive (2 newly\n"
        "permitted), 2 stricter, 1 changed label\n"
    )


def test_nothing_flips_and_nothing_is_left() -> None:
    assert text(impact()).endswith("lab/small-2: 1 determination decided again, nothing flips\n")
    assert text(under_it=2) == (
        "lab/small-2: 0 determinations decided again, nothing flips\n"
        "left out: 2 determinations recorded under it already\n"
    )


def test_how_two_permissions_differ() -> None:
    term = Reason(code="claim.interim", says="an interim claim")
    other = Reason(code="clock.soft", says="due for renewal")
    found = verdict(
        "ALLOW",
        "ALLOW",
        "more permissive",
        dropped=(term,),
        added=(other,),
        old_expires_at=SOON,
        new_expires_at=LATER,
    )
    shown = text(impact(verdicts=(found,)))
    assert "    ALLOW  deploy\n" in shown
    for line in (
        "without the condition: an interim claim",
        "on condition: due for renewal",
        "permitted until 2026-06-01 -> 2026-09-01",
    ):
        assert f"             {line}\n" in shown
    # Nothing is newly permitted: it was before.
    assert "newly" not in shown


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        (None, "2026-06-01 -> never"),
        (
            SOON.replace(hour=6),
            "2026-06-01T00:00:00Z -> 2026-06-01T06:00:00Z",
        ),
    ],
)
def test_ends_are_days_unless_only_the_time_of_day_differs(
    end: datetime | None, shown: str
) -> None:
    found = verdict("ALLOW", "ALLOW", "more permissive", old_expires_at=SOON, new_expires_at=end)
    assert f"permitted until {shown}" in text(impact(verdicts=(found,)))


def test_reasons_are_summed_up() -> None:
    reasons = (
        closed("t:a"),
        closed("t:a", code="claim.expired"),
        closed("ceo", code="approval.missing"),
        closed("u", code="standard.undefined"),
        closed("ruling", code="ruling.missing"),
        closed("x", code="threshold.held", says="x is undetermined"),
        closed("y", code="threshold.held", says="y is undetermined"),
    )
    found = verdict("ALLOW", "HOLD", "stricter", reasons=reasons)
    shown = " ".join(text(impact(verdicts=(found,)), width=200).split())
    assert (
        "closed by t (1 open); u (nobody can meet it); no sign-off by ceo; no ruling on it; "
        "x is undetermined; 1 other reason"
    ) in shown


def test_what_a_reader_must_know_stands_above_the_answers() -> None:
    found = impact(
        at=SOON,
        old_declared="before",
        drift=("another plan counts",),
        notes=("nothing is inherited",),
        thresholds=(
            Effect(
                name="CBRN-3",
                old="reached",
                new="",
                direction="more permissive",
                related=("intersects High/bio", "subset High/chem"),
            ),
        ),
    )
    shown = text(found, width=100)
    assert "; asked as of 2026-06-01T00:00:00Z\n" in shown
    assert "  plan      declared: before -> declared: after\n" in shown
    assert "it is not what is on record:\n    ! another plan counts\n" in shown
    assert "  - note: nothing is inherited\n" in shown
    assert "CBRN-3 (crosswalk: intersects High/bio, subset High/chem)" in shown
    assert shown.index("! another plan") < shown.index("more permissive")


def test_what_could_not_be_decided_again_is_never_left_out() -> None:
    skipped = NotRedecided(
        subject="model-9",
        framework="lab/old-1",
        recorded=DIGEST,
        recorded_at=AT,
        says="the version is not at hand",
        hint="name it",
    )
    assert text(skipped=(skipped,)) == (
        "model-9: lab/old-1  not decided again\n"
        "  recorded 2026-03-10T00:00:00Z; the version is not at hand\n"
        "  hint: name it\n"
        "\n"
        "lab/small-2: 0 determinations decided again, 0 more permissive, 0 stricter, 1\n"
        "not decided again\n"
    )


WAYS = ("more permissive", "stricter", "none")


def many() -> Impact:
    long = "a-name-that-is-long/and-goes-on:" * 3
    return impact(
        subject=long,
        drift=(long,),
        notes=(long,),
        verdicts=tuple(
            verdict("HOLD", "ALLOW" if way != "none" else "HOLD", way, reasons=(closed(long),))
            for way in WAYS
        ),
        thresholds=tuple(
            Effect(name=long, old="undetermined", new="", direction=way, related=(long,))  # type: ignore[arg-type]
            for way in WAYS
        ),
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_and_color_adds_no_word(width: int) -> None:
    plain = text(many(), width=width)
    assert max(map(len, plain.splitlines())) <= width
    painted = text(many(), width=width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain != painted


def test_texts_from_outside_do_not_act_on_the_terminal() -> None:
    evil = "a\x1b[2Jb\u202ec\nd"
    found = impact(
        subject=evil,
        old=evil,
        new=evil,
        drift=(evil,),
        notes=(evil,),
        summary=(Effect(name="label", old=evil, new=evil, direction="none"),),
        verdicts=(
            verdict(
                "HOLD",
                "ALLOW",
                "more permissive",
                action=Action(name=evil, surface=evil, audience=evil),
                reasons=(closed(evil), closed("x:" + evil), closed("y", says=evil)),
            ),
            verdict(
                "ALLOW",
                "ALLOW",
                "stricter",
                dropped=(Reason(code="a", says=evil),),
                added=(Reason(code="b", says=evil),),
            ),
        ),
        thresholds=(
            Effect(name=evil, old="reached", new="", direction="stricter", related=(evil,)),
        ),
    )
    skipped = NotRedecided(
        subject=evil, framework=evil, recorded=DIGEST, recorded_at=AT, says=evil, hint=evil
    )
    shown = render_impact_text([found], framework=evil, skipped=[skipped], width=400)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.startswith("d") for line in shown.splitlines())
