"""How long it takes to prove every shipped framework, each on its own, in one process.

    python benchmarks/prove.py

Prints one row per framework: seconds (best of three), statements put to the solver, and what
was refuted. Needs the extra `prove`.
"""

from __future__ import annotations

import time

from tierlock.analysis import prove_framework
from tierlock.frameworks import get_framework, list_frameworks

_ROUNDS = 3


def main() -> None:
    total = 0.0
    for entry in list_frameworks():
        framework = get_framework(entry.name)
        seconds = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            proofs = prove_framework(framework)
            seconds.append(time.perf_counter() - start)
        total += min(seconds)
        cases = sum(proof.cases for proof in proofs)
        refuted = ", ".join(proof.name for proof in proofs if not proof.proved) or "nothing"
        print(f"{entry.name:32} {min(seconds):6.2f} s  {cases:5} cases  refuted: {refuted}")
    print(f"{'all':32} {total:6.2f} s")


if __name__ == "__main__":
    main()
