"""Where the store of a project lies: what has to be known before anything else is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

PROJECT_FILE: Final = "tierlock.yaml"
STORE_FOLDER: Final = ".tierlock"


class StoreSettings(NamedTuple):
    """What a project says about its store.

    Attributes:
        folder: where it lies.
        keep_outputs: whether the texts of samples are kept when logs are read.
    """

    folder: Path
    keep_outputs: bool


def store_settings(folder: Path) -> StoreSettings:
    """Return where the store of a project here lies, with or without a project file, and what for.

    Raises:
        InputError: a project file that does not follow its schema.
    """
    path = folder if folder.is_file() else folder / PROJECT_FILE
    if not path.exists():
        return StoreSettings(folder / STORE_FOLDER, keep_outputs=False)
    # Imported here: without a project file nothing of frameworks is needed before logs are read.
    from tierlock.usecases.project import project_file

    file = project_file(path)
    return StoreSettings(path.parent / file.store, keep_outputs=file.keep_outputs)


def store_folder(folder: Path) -> Path:
    """Return the folder of the store that a project here has, with or without a project file.

    Raises:
        InputError: a project file that does not follow its schema.
    """
    return store_settings(folder).folder
