"""The door's `read`: recognition, and the translation of everything that can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from pydantic import ValidationError

from tierlock.core import ImportFailed, InputError, TierlockError, canonical_json
from tierlock.importers.interface import Imported, open_log
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.places import Place
from tierlock.importers.registry import formats, load_importer, recognise


def read(path: Place, *, format: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Imported:  # noqa: A002  # the user's word for it
    """Return the evidence in one log file, and what is owed and not usable in it.

    Args:
        path: the file; of formats that spread over files, the one with the results.
        format: the format's name from `formats()`; by default the content decides.
        limits: what reading it may cost.

    Raises:
        ImportFailed: the file can not be read; code, location and, mostly, what to do about it.
    """
    log = open_log(path, limits=limits)
    with closing(log), translated(log.where()):
        name = format or recognise(log.glance)
        if name is None:
            known = ", ".join(formats())
            raise log.failed(
                "import.format",
                says="no importer recognises the file",
                hint=f"name its format if it has one of: {known}",
            )
        imported = load_importer(name).read(log)
        for evidence in imported.evidence:
            # What JSON can not carry exactly would fail later, far from its file. Digests are kept.
            header = evidence.model_dump(mode="json", exclude={"samples"})
            canonical_json({**header, "samples": evidence.samples.digest})
        return imported


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn every exception from inside into an `ImportFailed` located at `where`.

    Interrupts pass; so do errors of ours that are not about the input.
    """
    try:
        yield
    except ImportFailed:
        raise
    except InputError as error:
        raise ImportFailed(
            "import.value", error.message, hint=error.hint, location=error.location or where
        ) from error
    except TierlockError:
        raise
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "record"
        raise ImportFailed(
            "import.value", f"`{field}`: {first['msg'].lower()}", location=where
        ) from None
    except (RecursionError, MemoryError) as error:
        says = f"takes more stack or memory than there is ({type(error).__name__})"
        raise ImportFailed("import.limit", says, location=where) from None
    except Exception as error:
        # What a stranger's file, or a stranger's importer, may provoke can not be listed.
        says = f"can not be read: {type(error).__name__}: {error}"
        raise ImportFailed("import.unreadable", says, location=where) from error
