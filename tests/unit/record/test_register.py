"""The register of publicly stated determinations: complete, dated as known, by known names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import ValidationError

from tierlock.core import Framework, InputError, RegisterEntry, StatedDate
from tierlock.frameworks import REGISTER, SHIPPED, load_framework, read_register
from tierlock.usecases import look_up

ENTRIES: Final = read_register()
FRAMEWORKS: Final[dict[str, Framework]] = {
    framework.name: framework for framework in map(load_framework, SHIPPED.rglob("*.yaml"))
}
ENTRY: Final[dict[str, Any]] = {
    "subject": "m",
    "framework": "lab/rules",
    "date": StatedDate(known_by="primary"),
    "level": "L",
    "basis": "b",
    "asserted_by": {"name": "Lab"},
    "citation": "c",
    "confidence": "primary",
}


def of(subject: str) -> RegisterEntry:
    (entry,) = [entry for entry in ENTRIES if entry.subject == subject]
    return entry


def test_every_file_is_read_and_sorted_by_date() -> None:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in REGISTER.glob("*.yaml")]
    assert len(ENTRIES) == sum(len(file["determinations"]) for file in files)
    dates = [entry.date.earliest or entry.date.latest for entry in ENTRIES]
    known = [date for date in dates if date]
    assert known == sorted(known)
    assert dates[: len(known)] == known  # those without a date come last


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.subject}-{entry.date.words}")
def test_an_entry_uses_the_names_of_its_framework(entry: RegisterEntry) -> None:
    exact = FRAMEWORKS.get(f"{entry.framework}-{entry.version}")
    versions = [
        framework
        for name, framework in FRAMEWORKS.items()
        if name.startswith(f"{entry.framework}-")
    ]
    known = {
        name for framework in ([exact] if exact else versions) for name in framework.thresholds
    }
    assert set(entry.thresholds) <= known | {"all"}


@pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if f"{entry.framework}-{entry.version}" in FRAMEWORKS],
    ids=lambda entry: f"{entry.subject}-{entry.date.words}",
)
def test_a_version_was_in_force_on_the_date(entry: RegisterEntry) -> None:
    date = entry.date.earliest or entry.date.latest
    effective = FRAMEWORKS[f"{entry.framework}-{entry.version}"].effective.isoformat()
    assert date
    assert effective[: len(date)] <= date
    later = [
        framework.effective.isoformat()
        for framework in FRAMEWORKS.values()
        if framework.framework == entry.framework and framework.effective.isoformat() > effective
    ]
    assert all(date < other[: len(date)] or date == other[: len(date)] < other for other in later)


def test_opus_4_could_not_be_ruled_out() -> None:
    entry = of("claude-opus-4")
    assert entry.thresholds == {"CBRN-3": "treated_as_reached", "CBRN-4": "ruled_out"}
    assert (entry.date.words, entry.date.known_by) == ("2025-05-22", "primary")
    assert of("claude-sonnet-4").thresholds == {"CBRN-3": "ruled_out"}


def test_what_was_not_stated_is_not_there() -> None:
    assert of("claude-opus-4-6").thresholds.keys() == {"CBRN-4", "AI-RD-4"}
    assert of("model-2").thresholds == {"all": "not_assessed"}


def test_unknown_dates_stay_unknown() -> None:
    later = [entry for entry in ENTRIES if entry.subject == "claude-sonnet-4-6"]
    assert [entry.date.words for entry in later] == ["2026-02", "date unknown"]
    assert of("claude-opus-5").date.words == "2026-06-09 to 2026-08-14"
    assert of("claude-opus-5").date.known_by == "inferred"
    assert of("claude-mythos-5-1").date.words == "from 2026-08-14"


def test_a_third_party_is_named() -> None:
    first, second = [entry for entry in ENTRIES if entry.subject == "gpt-5.3-codex"]
    assert (first.asserted_by.kind, first.asserted_by.name) == ("third_party", "The Midas Project")
    assert second.asserted_by.kind == "publisher"
    assert second.disputed_by


@pytest.mark.parametrize(
    "change",
    [
        {"level": ""},
        {"framework": "rules"},
        {"thresholds": {"A": "maybe"}},
        {"date": {"earliest": "2025-13", "known_by": "primary"}},
        {"date": {"earliest": "2026", "latest": "2025-12", "known_by": "primary"}},
    ],
)
def test_an_entry_that_says_nothing_or_wrong_is_refused(change: dict[str, Any]) -> None:
    assert RegisterEntry(**ENTRY).level == "L"
    with pytest.raises(ValidationError):
        RegisterEntry(**{**ENTRY, **change})


def test_dates_of_different_exactness_agree() -> None:
    assert StatedDate(earliest="2026-04", latest="2026-04-22", known_by="secondary").words == (
        "2026-04 to 2026-04-22"
    )


def test_a_file_with_a_mistake_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    shipped = (REGISTER / "google-deepmind.yaml").read_text(encoding="utf-8")
    path.write_text(shipped.replace("citation:", "citatoin:", 1), encoding="utf-8")
    line = shipped[: shipped.index("citation:")].count("\n") + 1
    with pytest.raises(InputError) as caught:
        read_register(folder=tmp_path)
    assert caught.value.location is not None
    assert caught.value.location.startswith(f"{path}:")
    path.write_text(shipped.replace("confidence: primary", "confidence: sure", 1), encoding="utf-8")
    with pytest.raises(InputError, match="confidence") as caught:
        read_register(folder=tmp_path)
    assert caught.value.location is not None
    assert caught.value.location.startswith(f"{path}:{line + 1}:")


def test_look_up_filters() -> None:
    assert look_up() == ENTRIES
    assert {entry.framework for entry in look_up(framework="openai/preparedness")} == {
        "openai/preparedness"
    }
    versioned = look_up(framework="anthropic/rsp-2.2")
    assert {entry.version for entry in versioned} == {"2.2"}
    assert [entry.subject for entry in look_up(subject="claude-opus-4")] == ["claude-opus-4"]


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ({"subject": "claude-opus4"}, "did you mean `claude-opus-4`?"),
        ({"framework": "anthropic/rps"}, "did you mean `anthropic/rsp`?"),
        (
            {"subject": "claude-opus-4", "framework": "google-deepmind/fsf"},
            "without options everything is listed",
        ),
    ],
)
def test_look_up_says_when_nothing_is_there(asked: dict[str, str], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        look_up(**asked)
    assert (caught.value.code, caught.value.hint) == ("input.not-found", hint)
