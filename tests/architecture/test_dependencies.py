"""Every runtime dependency is permissive, pinned by hash, and asked for in pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
PERMISSIVE_CLASSIFIERS = {
    "Apache Software License",
    "BSD License",
    "ISC License (ISCL)",
    "MIT License",
    "Python Software Foundation License",
}

_PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")


def pins(name: str) -> Iterator[tuple[str, str, Marker | None]]:
    """Yield package, version and marker of every pin in the lock `name`."""
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        if match := _PIN.match(line):
            marker = match["marker"]
            yield match["name"], match["version"], Marker(marker) if marker else None


CORE = sorted({name for name, _, marker in pins("core.txt") if not marker or marker.evaluate()})


def licence_ids(expression: str) -> set[str]:
    return set(re.split(r"\s+(?:AND|OR)\s+", expression.replace("(", "").replace(")", "")))


@pytest.mark.parametrize("package", CORE)
def test_runtime_licence_is_permissive(package: str) -> None:
    facts = metadata.metadata(package)
    if "License-Expression" in facts:
        assert licence_ids(facts["License-Expression"]) <= PERMISSIVE
        return
    prefix = "License :: OSI Approved :: "
    classifiers = {
        text.removeprefix(prefix)
        for text in facts.get_all("Classifier") or []
        if text.startswith("License ::")
    }
    assert classifiers
    assert classifiers <= PERMISSIVE_CLASSIFIERS


@pytest.mark.parametrize("lock", [path.name for path in LOCKS])
def test_lock_is_hash_pinned_and_names_no_host(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    requirements = [row for row in text.splitlines() if row and row[0] not in " #"]
    assert requirements
    assert all(_PIN.match(row) for row in requirements)
    assert text.count("--hash=sha256:") >= len(requirements)
    assert "://" not in text
    assert not re.search(r"--(?:extra-)?index-url|--find-links", text)


def installed(lock: str, *, python: str, platform: str) -> set[tuple[str, str]]:
    """Return what `lock` installs with CPython `python` on `platform`."""
    where = {
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_full_version": f"{python}.1",
        "python_version": python,
        "sys_platform": platform,
    }
    return {
        (name, version)
        for name, version, marker in pins(lock)
        if marker is None or marker.evaluate(where)
    }


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_locks_agree_on_versions(python: str, platform: str) -> None:
    core = installed("core.txt", python=python, platform=platform)
    assert core
    assert core <= installed("dev.txt", python=python, platform=platform)


def test_core_lock_holds_what_the_project_asks_for() -> None:
    asked = [Requirement(text) for text in PROJECT["dependencies"]]
    versions: dict[str, list[str]] = {}
    for name, version, _ in pins("core.txt"):
        versions.setdefault(name, []).append(version)
    for requirement in asked:
        pinned = versions[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in pinned)
