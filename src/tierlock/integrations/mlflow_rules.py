"""Which alias and which stage of a model registry stands for which action: a small file.

An alias or stage that no rule names is refused. Where several rules name one, all must be allowed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from tierlock.core import PARTS, Digest, InputError, Record
from tierlock.frameworks import parse_record
from tierlock.integrations.asking import Permission
from tierlock.integrations.permit_files import PermitFiles
from tierlock.integrations.project_gate import ProjectGate
from tierlock.usecases import read_bytes

SETTING: Final = "TIERLOCK_MLFLOW"
"""Environment variable that names the file with the rules."""
ANY: Final = "*"
_ALIAS: Final = re.compile(r"[A-Za-z0-9_-]+")


class PermitSettings(Record):
    """Where permits lie; paths count from the file's folder."""

    permits: str
    status: str
    keys: str
    seen: str = "seen.json"


class Rule(Record):
    """What an alias or a stage means.

    Attributes:
        model: name of the registered model; `*` is every model.
        alias, stage: exactly one of them.
        action, surface, audience: what is asked before it is set.
        digests: digests of the other parts of the subject with which the version is run.
    """

    model: str = Field(default=ANY, min_length=1)
    alias: str | None = None
    stage: Literal["Staging", "Production"] | None = None
    action: str = Field(min_length=1)
    surface: str | None = None
    audience: str | None = None
    digests: dict[str, Digest] = {}

    @model_validator(mode="after")
    def _names_one(self) -> Rule:
        if (self.alias is None) == (self.stage is None):
            raise ValueError("a rule names an alias or a stage")
        if self.alias is not None and _ALIAS.fullmatch(self.alias) is None:
            raise ValueError("an alias is made of ASCII letters, digits, `-` and `_`")
        if not self.digests.keys() <= set(PARTS) - {"weights"}:
            raise ValueError("`digests` names parts of the subject other than its weights")
        return self


class RegistryFile(Record):
    """The file with the rules.

    Attributes:
        project: folder of the project whose gate is asked; or
        permits: permits, one for each model and action.
        declared: `accepted` believes the digest in a version's tag where its files can not be
            read; by default they must be, and agree.
        rules: what each alias and stage stands for.
    """

    project: str | None = None
    permits: PermitSettings | None = None
    declared: Literal["refused", "accepted"] = "refused"
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _asks_one(self) -> RegistryFile:
        if (self.project is None) == (self.permits is None):
            raise ValueError("give `project` or `permits`: who is asked")
        names = {rule.alias for rule in self.rules if rule.alias is not None}
        if len({name.lower() for name in names}) < len(names):
            raise ValueError("two aliases differ in upper and lower case only")
        return self

    def rules_for(self, model: str, *, alias: str | None, stage: str | None) -> tuple[Rule, ...]:
        """Return every rule about an alias or a stage of a model.

        Raises:
            InputError: `integration.rule`, there is none.
        """
        found = tuple(
            rule
            for rule in self.rules
            if rule.model in (ANY, model) and (rule.alias, rule.stage) == (alias, stage)
        )
        if not found:
            what = f"the alias `{alias}`" if stage is None else f"the stage `{stage}`"
            raise InputError(
                "integration.rule",
                f"no rule says what {what} of the model `{model}` stands for",
                hint=f"add one to the file that {SETTING} names: an action, surface and audience",
            )
        return found

    def permission(self, *, folder: Path) -> Permission:
        """Return whom to ask; paths count from `folder`.

        Raises:
            InputError: `input.schema`, nobody is named.
        """
        if self.project is not None:
            return ProjectGate(folder / self.project)
        if self.permits is None:
            raise InputError("input.schema", "give `project` or `permits`: who is asked")
        where = self.permits
        return PermitFiles(
            folder / where.permits,
            status=folder / where.status,
            keys=folder / where.keys,
            seen=folder / where.seen,
        )


def load_rules(env: Mapping[str, str] = os.environ) -> tuple[RegistryFile, Path]:
    """Return the rules that the environment names, and the folder from which their paths count.

    Raises:
        InputError: `integration.settings`, nothing names them; or the file can not be read.
    """
    name = env.get(SETTING, "")
    if not name:
        raise InputError(
            "integration.settings",
            f"{SETTING} does not name the file with the rules",
            hint=f"{SETTING}=/path/to/registry.yaml, where the registry's process runs",
        )
    path = Path(name)
    return parse_record(read_bytes(path), kind=RegistryFile, name=name), path.parent
