"""How a model is used: system prompt, scaffold, tools, sampling, as one content-addressed value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

from pydantic import Field, field_validator

from tierlock.core.canonical import canonical_json, digest_bytes
from tierlock.core.instants import Instant
from tierlock.core.record import Record
from tierlock.core.subject import Digest

Section = Literal["prompt", "scaffold", "tools", "sampling", "model"]
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)


class Configuration(Record):
    """One version of how a model is used.

    Attributes:
        settings: text per setting; a name is a section, or `section/name`.

    >>> Configuration(settings={"prompt": "Be brief.", "sampling/seed": "7"}).sections
    ('prompt', 'sampling')
    """

    settings: dict[str, str] = Field(min_length=1)

    @field_validator("settings")
    @classmethod
    def _of_known_sections(cls, settings: dict[str, str]) -> dict[str, str]:
        for name in settings:
            if name.partition("/")[0] not in SECTIONS:
                raise ValueError(f"`{name}` is in none of the sections {', '.join(SECTIONS)}")
        return settings

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that it says something about, in their fixed order."""
        held = {name.partition("/")[0] for name in self.settings}
        return tuple(section for section in SECTIONS if section in held)

    def section(self, name: Section) -> dict[str, str]:
        """Return the settings of one section."""
        return {
            setting: text
            for setting, text in self.settings.items()
            if setting.partition("/")[0] == name
        }

    def covers(self, run: Configuration) -> bool:
        """Tell whether a run under `run` was made under this version.

        Every section that the version says something about must be the same in the run; what the
        version is silent about is left to the evaluation.
        """
        return all(self.section(name) == run.section(name) for name in self.sections)


class Sighting(Record):
    """A run that was made under a configuration.

    Attributes:
        version: digest of the configuration.
        run_id, evaluation, subject, measured_at, file: the run, as its log names it.
        software: packages and revision that ran it; not part of the version.
    """

    version: Digest
    run_id: str
    evaluation: str
    subject: str
    measured_at: Instant
    file: str
    software: dict[str, str] = {}


class ConfigurationNote(Record):
    """Somebody added a version, or gave a label to one or several.

    Attributes:
        label: the label's name; empty where a version was only added.
        versions: digests of the versions; several where several are in use side by side.
        author: who did it, as they said.
        noted_at: when.
        says: why.
        after: digest of the note that the label had before; None for its first.
    """

    label: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$")
    versions: tuple[Digest, ...] = Field(min_length=1)
    author: str = Field(min_length=1)
    noted_at: Instant
    says: str = ""
    after: Digest | None = None

    @property
    def part(self) -> str:
        """The digest that stands for these versions as a subject's part `elicitation`."""
        return elicitation_digest(self.versions)


def elicitation_digest(versions: Sequence[str]) -> str:
    """Return the digest of the part `elicitation` of a subject that is used in these ways.

    One version is its own digest; several are the digest of their sorted list.

    >>> elicitation_digest(["sha256:" + "a" * 64])[:10]
    'sha256:aaa'
    """
    each = sorted(set(versions))
    return each[0] if len(each) == 1 else digest_bytes(canonical_json(each))
