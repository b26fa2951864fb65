"""AI Safety Levels as code.

Evidence from capability evaluations goes in; a determination, the safeguards that it requires and
a release decision that an outsider can recompute come out. The names in `__all__` are the public
surface. They are loaded at first use, so that starting the command line stays fast.

    >>> from tierlock import get_framework
    >>> get_framework("asl/reference-1").baseline_tier
    'ASL-2'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener

if TYPE_CHECKING:
    from tierlock.core import (
        Action,
        Claim,
        Decision,
        Determination,
        Evidence,
        Explanation,
        Framework,
        Negatives,
        Outcome,
        Plan,
        RunRegister,
        Subject,
        TierlockError,
        Verdict,
    )
    from tierlock.frameworks import (
        get_framework,
        load_framework,
        parse_framework,
    )
    from tierlock.importers import (
        find_logs,
        read,
    )
    from tierlock.policy import (  # type: ignore[no-redef]  # file and function share a name
        decide,
        determine,
        explain,
        plan_after,
        register_of,
    )

__version__ = "0.1.0.dev0"

# Public name -> the room whose door it comes from.
_HOMES: dict[str, str] = {
    "Action": "tierlock.core",
    "Claim": "tierlock.core",
    "Decision": "tierlock.core",
    "Determination": "tierlock.core",
    "Evidence": "tierlock.core",
    "Explanation": "tierlock.core",
    "Framework": "tierlock.core",
    "Negatives": "tierlock.core",
    "Outcome": "tierlock.core",
    "Plan": "tierlock.core",
    "RunRegister": "tierlock.core",
    "Subject": "tierlock.core",
    "TierlockError": "tierlock.core",
    "Verdict": "tierlock.core",
    "decide": "tierlock.policy",
    "determine": "tierlock.policy",
    "explain": "tierlock.policy",
    "find_logs": "tierlock.importers",
    "get_framework": "tierlock.frameworks",
    "load_framework": "tierlock.frameworks",
    "parse_framework": "tierlock.frameworks",
    "plan_after": "tierlock.policy",
    "read": "tierlock.importers",
    "register_of": "tierlock.policy",
}

__all__ = [
    "Action",
    "Claim",
    "Decision",
    "Determination",
    "Evidence",
    "Explanation",
    "Framework",
    "Negatives",
    "Outcome",
    "Plan",
    "RunRegister",
    "Subject",
    "TierlockError",
    "Verdict",
    "__version__",
    "decide",
    "determine",
    "explain",
    "find_logs",
    "get_framework",
    "load_framework",
    "parse_framework",
    "plan_after",
    "read",
    "register_of",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
