"""The record of what lint finds in shipped frameworks: exactly that, each with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlock.analysis import LINT_CODES, PROPERTIES
from tierlock.core import InputError
from tierlock.frameworks import SHIPPED, get_framework, list_frameworks, read_findings
from tierlock.usecases import lint
from tierlock.usecases.study import is_about, recorded_findings

NAMES = [entry.name for entry in list_frameworks()]
RSP = "anthropic/rsp-2.2"
FINDING = """\
findings:
  - {framework: a/b-1, code: lint.unused, severity: note, cite: c, explanation: e, KEYS}
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_remark_on_a_shipped_framework_is_recorded_once(name: str) -> None:
    found = lint(name)
    previous = get_framework(found.previous) if found.previous else None
    known = recorded_findings(get_framework(name), previous=previous)
    for remark in found.remarks:
        words = [finding.words for finding in known if is_about(finding, remark=remark)]
        assert words == [remark.recorded], (remark.code, remark.where, remark.says)


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_recorded_is_found(name: str) -> None:
    remarks = lint(name).remarks
    for finding in read_findings():
        if finding.framework != name or finding.code in PROPERTIES:
            continue
        where = [remark.where for remark in remarks if is_about(finding, remark=remark)]
        if finding.since:
            assert len(where) == finding.count, finding
            assert finding.since == lint(name).previous
        else:
            assert sorted(where) == sorted(finding.about), finding


def test_the_record_names_shipped_frameworks_and_known_codes() -> None:
    findings = read_findings()
    assert {finding.framework for finding in findings} <= set(NAMES)
    assert {finding.code for finding in findings} <= {*LINT_CODES, *PROPERTIES}
    assert {finding.code for finding in findings if finding.since} == {"lint.weakened"}
    assert not [one for one in findings if one.code in PROPERTIES and one.severity == "note"]


def test_a_changed_copy_is_not_known_for_anything(tmp_path: Path) -> None:
    text = (SHIPPED / f"{RSP}.yaml").read_text(encoding="utf-8")
    copy = tmp_path / "copy.yaml"
    copy.write_text(text, encoding="utf-8")
    assert all(remark.recorded for remark in lint(str(copy)).remarks)
    copy.write_text(text.replace("checkpoints: 1", "checkpoints: 2"), encoding="utf-8")
    assert not any(remark.recorded for remark in lint(str(copy)).remarks)


def test_what_another_version_asked_for_is_not_on_record() -> None:
    weakened = [
        remark
        for remark in lint("anthropic/rsp-3.0", previous="anthropic/rsp-2.1").remarks
        if remark.code == "lint.weakened"
    ]
    assert weakened
    assert not any(remark.recorded for remark in weakened)


@pytest.mark.parametrize(
    "keys", ["count: 1", "about: [x], count: 1", "about: [x], since: y, count: 1", "since: y"]
)
def test_a_finding_names_places_or_a_version_and_not_both(tmp_path: Path, keys: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(FINDING.replace("KEYS", keys), encoding="utf-8")
    with pytest.raises(InputError, match="either `about`, or `since` with `count`"):
        read_findings(folder=tmp_path)
