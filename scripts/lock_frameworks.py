"""Write the lock of the shipped frameworks, after a new version was added.

A locked file may not change. Until a release contains it, `--allow-unreleased` allows it.
"""

from __future__ import annotations

import argparse
import sys

from tierlock.core.errors import TierlockError
from tierlock.frameworks import SHIPPED, lock_folder


def main() -> int:
    """Write `LOCK.json`; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--allow-unreleased", action="store_true", help="replace locked digests")
    arguments = parser.parse_args()
    try:
        text = lock_folder(SHIPPED, unreleased=arguments.allow_unreleased)
    except TierlockError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    (SHIPPED / "LOCK.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
