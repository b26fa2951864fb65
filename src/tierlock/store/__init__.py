"""CONTENT-ADDRESSED FILES: what was seen stays; a local folder, append-only, safe to share."""

from __future__ import annotations

from tierlock.store.configurations import ConfigurationStore
from tierlock.store.files import append_lines, exclusive, read_lines, write_whole
from tierlock.store.local import Ingested, LocalStore
from tierlock.store.outputs import KeptSample, OutputStore, RunOf, SampleTexts, sample_key
from tierlock.store.seen import SeenFile, SeenFiles, SeenOmission, SeenRun

__all__ = [
    "ConfigurationStore",
    "Ingested",
    "KeptSample",
    "LocalStore",
    "OutputStore",
    "RunOf",
    "SampleTexts",
    "SeenFile",
    "SeenFiles",
    "SeenOmission",
    "SeenRun",
    "append_lines",
    "exclusive",
    "read_lines",
    "sample_key",
    "write_whole",
]
