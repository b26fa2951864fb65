"""`framework copy`: a framework under a name of one's own, to be edited."""

from __future__ import annotations

from pathlib import Path

from tierlock.core import InputError
from tierlock.frameworks import (
    Identity,
    copy_framework_text,
    framework_file,
    is_framework_path,
    list_frameworks,
)


def copy_framework(name: str, *, path: Path, identity: Identity) -> str:
    """Write a framework under another identity to `path`; return the name of what was copied.

    Args:
        name: a shipped framework, or the path of a YAML file.
        path: the new file; it ends in .yaml or .yml and does not exist.
        identity: what the copy is called.

    Raises:
        InputError: the file exists (`input.exists`), can not be written, or has another ending;
            or the new name is that of a shipped framework.
        FrameworkError: no such framework, one with a problem, or a name or version that can not
            be one.
    """
    if not is_framework_path(str(path)):
        raise InputError(
            "input.type",
            f"`{path}` is no framework file: its name does not end in .yaml",
            hint="commands tell a file from a shipped framework by this ending",
        )
    if identity.framework in {entry.framework for entry in list_frameworks()}:
        raise InputError(
            "input.type",
            f"`{identity.framework}` is a shipped framework, and a copy is not its publisher's",
            hint="name yourself before the slash, such as --as acme/safety",
        )
    file = framework_file(name)
    text = copy_framework_text(file.data, name=file.location, identity=identity)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise InputError(
            "input.exists", f"`{path}` exists already", hint="remove it, or take another name"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
    return file.name
