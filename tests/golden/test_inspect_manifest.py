"""The golden Inspect logs and their manifest name the same files."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "inspect"
MANIFEST = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))


def test_manifest_lists_every_log_and_no_other() -> None:
    kept = {path.name for path in FOLDER.iterdir()} - {"MANIFEST.json"}
    assert kept == set(MANIFEST["files"])


def test_the_duplicate_is_the_clean_log_byte_for_byte() -> None:
    clean = (FOLDER / "success.eval").read_bytes()
    assert (FOLDER / "duplicate.eval").read_bytes() == clean
