"""The history of how a model is used, for people: what changed, who did it, what is in use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import Configuration, ConfigurationNote, Sighting, digest
from tierlock.report import (
    ConfigurationVersion,
    PromptHistory,
    render_prompt_diff,
    render_prompt_log,
    render_prompt_show,
)
from tierlock.report.prompt_text import Change, changes, diff_lines

AT = datetime(2026, 3, 1, tzinfo=UTC)


def version(
    *, runs: int = 0, hazard: Literal["none", "high"] = "none", **settings: str
) -> ConfigurationVersion:
    made = Configuration(settings=settings)
    name = digest(made)
    return ConfigurationVersion(
        version=name,
        configuration=made,
        first=AT,
        runs=[
            Sighting(
                version=name,
                run_id=str(number),
                evaluation="bio",
                subject="m",
                measured_at=AT,
                file="a.eval",
                software={"inspect_ai": "1"},
            )
            for number in range(runs)
        ],
        notes=(),
        labels=(),
        hazard=hazard,
    )


def test_a_version_says_what_it_changed_in_its_evaluation() -> None:
    one, two = version(runs=1, prompt="a"), version(runs=2, prompt="b", tools="c")
    text = render_prompt_log(PromptHistory((one, two), (), (two.version,)))
    assert "2 runs" in text
    assert f"after {one.version[7:19]}  prompt changed, tools new" in text
    assert text.count("in use") == 1


def test_labels_and_authors_stand_in_order() -> None:
    one = version(prompt="a")
    notes = [
        ConfigurationNote(label=label, versions=(one.version,), author=who, noted_at=AT, says="why")
        for label, who in (("live", "ana"), ("", "ben"), ("next", "eve\x1b[2J"))
    ]
    text = render_prompt_log(PromptHistory((one._replace(notes=notes),), notes, ()))
    assert "added   by ben: why" in text
    listed = text[text.index("labels, oldest first") :]
    assert listed.index("live is") < listed.index("next is")
    assert "\x1b" not in text


def test_a_diff_shows_lines_and_withheld_ones_only_by_name() -> None:
    old, new = version(prompt="a\nb"), version(prompt="a\nc", tools="t", hazard="high")
    assert render_prompt_diff(old, new=new, shown=True).split("\n")[1:] == [
        "", "prompt", "  a", "- b", "+ c", "", "tools", "+ t", "",
    ]  # fmt: skip
    withheld = render_prompt_diff(old, new=new, shown=False)
    assert "prompt changed, tools new" in withheld
    assert "- b" not in withheld
    assert "its hazard is `high`" in withheld


def test_a_version_shows_its_software_and_settings() -> None:
    text = render_prompt_show(version(runs=2, prompt="Be brief."), shown=True)
    assert "software  inspect_ai 1" in text
    assert "prompt\n  Be brief." in text
    assert "Be brief." not in render_prompt_show(version(prompt="Be brief."), shown=False)


settings = st.dictionaries(st.sampled_from(["prompt", "tools/a", "model"]), st.text(), min_size=1)


@given(settings, settings)
def test_changes_are_what_makes_two_versions_differ(
    one: dict[str, str], two: dict[str, str]
) -> None:
    old, new = Configuration(settings=one), Configuration(settings=two)
    found = changes(old, new=new)
    assert (found == ()) == (one == two)
    patched = {**one, **{each.name: each.new for each in found if each.new is not None}}
    gone = {each.name for each in found if each.new is None}
    assert {name: text for name, text in patched.items() if name not in gone} == two


@given(st.text(), st.text())
def test_a_change_always_shows_something(old: str, new: str) -> None:
    assert diff_lines(Change("prompt", old, new))
