"""Importers of other packages, held to the protocol: what breaks it is an error that names them."""

from __future__ import annotations

from tierlock.core import Evidence, ImportFailed, Omission, TierlockError
from tierlock.importers.interface import Glance, Imported, Importer, LogFile


class Guarded:
    """An importer of another package; every answer is checked before anything rests on it."""

    def __init__(self, name: str, *, importer: Importer) -> None:
        self._name = name
        self._importer = importer

    def recognises(self, glance: Glance) -> bool:
        """Tell whether the package's importer claims a file that starts like this.

        Raises:
            ImportFailed: `import.plugin`, it raises, or answers with something else than a bool.
        """
        try:
            answer = self._importer.recognises(glance)
        except Exception as error:  # whatever another package raises
            says = f"fails to look at `{glance.name}`: {type(error).__name__}: {error}"
            raise self._broken(says) from error
        if not isinstance(answer, bool):
            raise self._broken(f"answers `{type(answer).__name__}` instead of true or false")
        return answer

    def read(self, log: LogFile) -> Imported:
        """Return what the package's importer makes of `log`.

        Raises:
            ImportFailed: `import.unreadable` for an exception of its own; `import.plugin` where
                what it returns is not evidence of this file under this format's name, or is
                nothing at all: a log without evidence owes an omission.
        """
        try:
            imported = self._importer.read(log)
        except TierlockError:
            raise
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # whatever another package raises
            says = f"the importer of `{self._name}` fails: {type(error).__name__}: {error}"
            raise log.failed("import.unreadable", says=says) from error
        if not isinstance(imported, Imported):
            raise self._broken(f"returns `{type(imported).__name__}` instead of `Imported`")
        if not all(isinstance(item, Evidence) for item in imported.evidence):
            raise self._broken("returns something else than evidence")
        if not all(isinstance(item, Omission) for item in imported.omissions):
            raise self._broken("returns something else than omissions")
        if not imported.evidence and not imported.omissions:
            raise self._broken(f"finds neither evidence nor an omission in `{log.name}`")
        for item in imported.evidence:
            if (item.source.format, item.source.sha256) != (self._name, log.sha256):
                says = f"names another source than `{self._name}` and the file's own digest"
                raise self._broken(says)
        return imported

    def _broken(self, says: str) -> ImportFailed:
        return ImportFailed(
            "import.plugin",
            f"the importer of `{self._name}` {says}",
            hint="repair or remove the package that offers it",
        )
