"""How the model of an Inspect log was used: its prompts, scaffold, tools and sampling."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tierlock.core import Configuration, digest_bytes
from tierlock.importers.inspect_container import RawLog
from tierlock.importers.inspect_header import OPERATIONAL
from tierlock.importers.inspect_outputs import (
    Told,
    first_told,
    resolved_deep,
    system_messages,
)
from tierlock.importers.inspect_schema import Header
from tierlock.importers.interface import LogFile, Made

_LIMITS: Final = (
    "message_limit", "token_limit", "token_limit_type", "turn_limit", "time_limit",
    "working_limit", "cost_limit",
)  # fmt: skip
_SECRET: Final = re.compile(
    r"api_?-?key|secret|passw|authorization|credential|access_?token|auth_?token", re.IGNORECASE
)
_WITHHELD: Final = "(withheld)"
_MOST_PROMPTS: Final = 20
"""Prompts that differ more often are made per sample: their digest is kept, not each text."""


class ConfigurationReader:
    """Gathers a configuration: the header first, then as many attempts as are shown to it.

    Args:
        header: the log without its samples.
    """

    def __init__(self, header: Header) -> None:
        self._header = header
        self._stated = _stated_prompts(header)
        self._prompts: dict[str, None] = {}
        self._tools: dict[str, str] = {}

    def take(self, sample: Told) -> None:
        """Look at one attempt: at its system messages where the header has none, and its tools."""
        if not self._stated:
            joined = "\n\n".join(map(normal_prompt, system_messages(sample)))
            if joined:
                self._prompts.setdefault(joined)
        for event in sample.events or ():
            if event.event == "model" and isinstance(event.tools, list):
                for tool in event.tools:
                    self._take_tool(tool, sample=sample)

    def _take_tool(self, tool: Any, *, sample: Told) -> None:
        if not isinstance(tool, dict):
            return
        whole = resolved_deep(tool, sample=sample)
        text = _text({name: value for name, value in whole.items() if value is not None})
        name = str(tool.get("name") or "unnamed")
        number = 1
        # Two tools of one name are two tools, whichever came first.
        while self._tools.setdefault(name if number == 1 else f"{name} {number}", text) != text:
            number += 1

    def result(self) -> Configuration | None:
        """Return the configuration; None where the log says nothing at all about it."""
        header, spec = self._header, self._header.eval
        settings = _numbered(self._stated or self._seen_prompts())
        steps = header.plan.steps
        for place, step in enumerate(steps, start=1):
            params = {} if step.solver == "system_message" else step.params
            settings |= _step(f"scaffold/{place} {step.solver}", params)
        if not steps and spec.solver:
            settings |= _step(f"scaffold/1 {spec.solver}", spec.solver_args or {})
        settings |= _each("scaffold/task args", spec.task_args)
        config = spec.config
        limits = {name: config[name] for name in _LIMITS if config.get(name) is not None}
        if limits:
            settings["scaffold/limits"] = _text(limits)
        settings |= {f"tools/{name}": text for name, text in self._tools.items()}
        for name, value in _sampling(header).items():
            settings[f"sampling/{name}"] = _text(_clean_named(name, value))
        settings |= _each("model/args", spec.model_args)
        settings |= _each("model/roles", spec.model_roles or {})
        if spec.model_base_url:
            settings["model/base url"] = _text(spec.model_base_url)
        return Configuration(settings=settings) if settings else None

    def _seen_prompts(self) -> list[str]:
        found = sorted(self._prompts)
        if len(found) <= _MOST_PROMPTS:
            return found
        digest = digest_bytes(_text(found).encode("utf-8"))
        return [f"{len(found)} prompts, one per sample: {digest}"]


def made_by(raw: RawLog, *, log: LogFile) -> tuple[Made, ...]:
    """Return how the run of an archive was made, by its header and its first attempt.

    Of a document every attempt is in memory anyway, and whoever asks looks at all of them. Where
    it can not be said, nothing is: whoever asks looks again, and is told why.
    """
    if raw.archive is None:
        return ()
    try:
        reader = ConfigurationReader(raw.header)
        for sample in first_told(raw.archive, log=log):
            reader.take(sample)
        return (Made(reader.result(), software(raw.header)),)
    except Exception:  # noqa: BLE001  # texts that nobody may ask for never keep evidence out
        return ()


def software(header: Header) -> dict[str, str]:
    """Return the packages and the revision that the run was made with."""
    spec = header.eval
    found = {str(name): str(version) for name, version in sorted(spec.packages.items())}
    if spec.revision is not None and spec.revision.commit:
        found["revision"] = spec.revision.commit + (" dirty" if spec.revision.dirty else "")
    return found


def normal_prompt(text: str) -> str:
    r"""Return a prompt as versions hold it: line feeds, and nothing blank at its end.

    >>> normal_prompt("Be brief.\r\n")
    'Be brief.'
    """
    return _utf8(text.replace("\r\n", "\n").rstrip())


def _stated_prompts(header: Header) -> list[str]:
    """The system messages that the header spells out, in order."""
    texts = [_sampling(header, whole=True).get("system_message")]
    texts += [
        step.params.get("template") for step in header.plan.steps if step.solver == "system_message"
    ]
    return [normal_prompt(text) for text in texts if isinstance(text, str) and text.strip()]


def _sampling(header: Header, *, whole: bool = False) -> dict[str, object]:
    """The settings of generation, which stand in two places of a header."""
    both = {**_given(header.eval.model_generate_config), **_given(header.plan.config)}
    if whole:
        return both
    return {
        name: value
        for name, value in both.items()
        if name not in OPERATIONAL and name != "system_message"
    }


def _given(settings: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value is not None}


def _numbered(prompts: list[str]) -> dict[str, str]:
    if len(prompts) == 1:
        return {"prompt": prompts[0]}
    return {f"prompt/{place}": text for place, text in enumerate(prompts, start=1)}


def _step(name: str, params: Mapping[str, Any]) -> dict[str, str]:
    """A solver, and each of its parameters as a setting of its own, whose lines a diff can show."""
    return {name: "solver", **_each(name, params)}


def _each(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{name}/{key}": _text(_clean_named(str(key), value))
        for key, value in values.items()
        if value is not None
    }


def _clean(value: Any) -> Any:
    """JSON without null entries, and without what looks like a secret."""
    if isinstance(value, Mapping):
        return {
            str(name): _clean_named(str(name), each)
            for name, each in value.items()
            if each is not None
        }
    return [_clean(each) for each in value] if isinstance(value, list) else value


def _clean_named(name: str, value: Any) -> Any:
    return _WITHHELD if _SECRET.search(name) else _clean(value)


def _text(value: object) -> str:
    """A text as it is, anything else as JSON that reads well in a diff."""
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _utf8(json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False))


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
