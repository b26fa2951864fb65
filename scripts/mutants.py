"""Mutation testing of the policy room within a time budget.

Runs mutmut over `src/tierlock/policy` (settings in pyproject.toml) and prints how many small
changes of the code the tests notice, and the names of those that they do not. A run that the
budget ends is continued by the next one. Exit code 0 whenever mutmut could do its work: the
number is for people to judge, `mutmut show NAME` prints a change.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MUTMUT = Path(sys.executable).parent / "mutmut"
LOG = ROOT / "mutants" / "run.log"


def run(seconds: int) -> bool:
    """Run mutmut for at most `seconds`; return whether it came to its end."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen([MUTMUT, "run"], cwd=ROOT, stdout=log, stderr=log)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait()
            return False
    if code:
        sys.exit(f"mutmut failed with {code}:\n{LOG.read_text(encoding='utf-8')[-4000:]}")
    return True


def main() -> None:
    """Run, then print the counts and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1200, help="time budget")
    finished = run(parser.parse_args().seconds)
    subprocess.run([MUTMUT, "export-cicd-stats"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    stats = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    subprocess.run([MUTMUT, "results"], cwd=ROOT, check=True)
    # A change that makes the code hang is noticed too.
    noticed = stats["killed"] + stats["timeout"]
    unnoticed = stats["survived"] + stats["suspicious"] + stats["no_tests"]
    print(f"noticed {noticed} of {noticed + unnoticed} tried, {stats['total']} in all")
    if not finished:
        print("the time budget ended the run; run again to continue it")


if __name__ == "__main__":
    main()
