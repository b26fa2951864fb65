"""Mutation testing of the policy room: which small changes of its code do the tests not notice.

The tests in tests/unit/policy run once with the code as it is, and which lines each of them
reaches is noted. Then, for every mutant (scripts/mutation.py), a forked process puts the changed
functions in place and runs the tests that reach the changed line, until one fails.

A mutant that no test notices is a survivor. Survivors that can not be noticed, because the change
has no meaning, are listed with their reason in scripts/mutants_survivors.toml. Exit code 1 when
fewer than 95 % of the mutants are noticed, when more than ten survive, when one survives that is
not listed, or when a listed one does not survive. With `--sample N` only N mutants are tried, the
same ones for one seed and one state of the code.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import math
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from mutation import Mutant, mutants_of

ROOT = Path(__file__).resolve().parent.parent
ROOM = ROOT / "src" / "tierlock" / "policy"
PACKAGE = "tierlock.policy"
TESTS = ROOT / "tests" / "unit" / "policy"
LISTED = ROOT / "scripts" / "mutants_survivors.toml"
SHARE, MOST = 0.95, 10
GIGABYTES = 16 * 2**30


class Reach(NamedTuple):
    """What one test reaches, and how many seconds it takes."""

    lines: frozenset[tuple[str, int]]
    seconds: float


class Trial(NamedTuple):
    """The answer of the tests to one mutant; `tests` are those that were asked."""

    name: str
    killed: bool
    tests: int


class Mutating:
    """A pytest plugin that runs the collected tests once per mutant."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.trials: list[Trial] = []
        self.total = 0
        self.known: set[str] = set()
        self.slowest = ""
        self.failed = False
        self.unfinished = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of the one run of all tests."""
        deadline = time.monotonic() + self.options.seconds
        sources = {path.stem: path for path in sorted(ROOM.glob("[a-z]*.py"))}
        trees = {name: ast.parse(path.read_bytes()) for name, path in sources.items()}
        mutants = [m for name, tree in trees.items() for m in mutants_of(tree, module=name)]
        self.total, self.known = len(mutants), {mutant.name for mutant in mutants}
        reaches = _in_fork(lambda: _reaches(session.items))
        if reaches is None:
            self.failed = True
            return True
        slow = max(reaches, key=lambda name: reaches[name].seconds)
        self.slowest = f"{slow} {reaches[slow].seconds:.2f} s"
        # A run that the budget ends early has tried a fair sample.
        random.Random(self.options.seed).shuffle(mutants)  # noqa: S311  # no secret
        if self.options.only:
            mutants = [m for m in mutants if m.name.startswith(tuple(self.options.only))]
        if self.options.sample:
            mutants = mutants[: self.options.sample]
        gc.freeze()  # collecting garbage in a fork would copy every page of the parent
        workers = max(1, self.options.workers)
        shares = [mutants[start::workers] for start in range(workers)]
        self.trials = _together(
            [
                lambda share=share: _try_all(share, trees, session.items, reaches, deadline)  # type: ignore[misc]
                for share in shares
            ]
        )
        self.unfinished = len(self.trials) < len(mutants)
        return True


def _in_fork(work: Callable[[], object]):  # type: ignore[no-untyped-def]
    """Return what `work` returns in another process, so that it leaves nothing behind here."""
    return _collect(_start(work))


def _start(work: Callable[[], object]) -> tuple[int, Path]:
    handle, name = tempfile.mkstemp(prefix="mutants-")
    os.close(handle)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            Path(name).write_bytes(pickle.dumps(work()))
            code = 0
        finally:
            os._exit(code)
    return child, Path(name)


def _collect(started: tuple[int, Path]):  # type: ignore[no-untyped-def]
    child, path = started
    _, status = os.waitpid(child, 0)
    data = path.read_bytes()
    path.unlink()
    if status:
        raise SystemExit("a worker process failed")
    return pickle.loads(data)  # noqa: S301  # written by our own child


def _together(works: Sequence[Callable[[], list[Trial]]]) -> list[Trial]:
    started = [_start(work) for work in works]
    return [trial for one in started for trial in _collect(one)]


def _reaches(items: Sequence[pytest.Item]) -> dict[str, Reach] | None:
    """Run every test once; return what it reaches, or None if one fails."""
    room = f"{ROOM}{os.sep}"
    reaches = {}
    for place, item in enumerate(items):
        lines: set[tuple[str, int]] = set()

        def local(frame: FrameType, *_: object, lines=lines):  # type: ignore[no-untyped-def]
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            return local

        def reached(frame: FrameType, *_: object, lines=lines, local=local):  # type: ignore[no-untyped-def]
            if not frame.f_code.co_filename.startswith(room):
                return None
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            return local

        start = time.process_time()
        sys.settrace(reached)
        passed = _passes(item, items[place + 1] if place + 1 < len(items) else None)
        sys.settrace(None)
        if not passed:
            print(f"fails without any change: {item.nodeid}")
            return None
        named = frozenset((Path(file).stem, line) for file, line in lines)
        reaches[item.nodeid] = Reach(named, time.process_time() - start)
    return reaches


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    reports = runtestprotocol(item, log=False, nextitem=following)
    return not any(report.failed for report in reports)


def _try_all(
    mutants: Sequence[Mutant],
    trees: dict[str, ast.Module],
    items: Sequence[pytest.Item],
    reaches: dict[str, Reach],
    deadline: float,
) -> list[Trial]:
    trials = []
    for mutant in mutants:
        if time.monotonic() > deadline:
            break
        chosen = _chosen(mutant, items, reaches)
        if not chosen:
            trials.append(Trial(mutant.name, killed=False, tests=0))
            continue
        seconds = sum(reaches[item.nodeid].seconds for item in chosen)
        child = os.fork()
        if child == 0:
            _try(mutant, trees[mutant.module], chosen, seconds)
        _, status = os.waitpid(child, 0)
        trials.append(Trial(mutant.name, killed=status != 0, tests=len(chosen)))
    return trials


def _chosen(
    mutant: Mutant, items: Sequence[pytest.Item], reaches: dict[str, Reach]
) -> list[pytest.Item]:
    """The tests that reach the change, those of the module itself first, then the quick ones.

    A change outside all functions (a constant, a default) can be seen by every test.
    """
    at = {(mutant.module, line) for line in mutant.lines}
    own = f"test_{mutant.module.strip('_')}.py"
    chosen = [
        item
        for item in items
        if reaches[item.nodeid].lines & at
        or (mutant.everywhere and any(m == mutant.module for m, _ in reaches[item.nodeid].lines))
    ]
    return sorted(chosen, key=lambda item: (item.path.name != own, reaches[item.nodeid].seconds))


def _try(mutant: Mutant, tree: ast.Module, items: Sequence[pytest.Item], seconds: float) -> None:
    """Put the change in place and run the tests; the exit code tells whether one failed."""
    code = 1
    try:
        # Time of the processor, not of the clock: a change may loop for ever, a slow day may not.
        limit = math.ceil(2 + 4 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES, GIGABYTES))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        mutant.apply()
        _put_in_place(mutant.module, tree)
        following = [*items[1:], None]
        code = 0 if all(map(_passes, items, following)) else 1
    finally:
        os._exit(code)


def _put_in_place(module: str, tree: ast.Module) -> None:
    """Run a changed module and move what it defines into the one that is already imported."""
    name = f"{PACKAGE}.{module}"
    old = sys.modules[name]
    new = ModuleType(name)
    new.__file__ = old.__file__
    exec(compile(ast.fix_missing_locations(tree), str(old.__file__), "exec"), vars(new))  # noqa: S102
    for key, value in vars(new).items():
        mine = getattr(value, "__module__", name) == name
        if isinstance(value, FunctionType) and mine:
            _move(vars(old)[key], value)
        elif isinstance(value, type) and mine:
            for part, changed in vars(value).items():
                _move(vars(vars(old)[key]).get(part), changed)
        elif not key.startswith("__") and not isinstance(value, type | FunctionType | ModuleType):
            _replace_constant(old, key, value)


def _move(old: object, new: object) -> None:
    if isinstance(old, staticmethod) and isinstance(new, staticmethod):
        old, new = old.__func__, new.__func__
    if isinstance(old, property) and isinstance(new, property):
        old, new = old.fget, new.fget
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        old.__code__ = new.__code__
        old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


def _replace_constant(old: ModuleType, key: str, value: object) -> None:
    """Let every module that imported the constant see the changed one."""
    before = vars(old)[key]
    for module in list(sys.modules.values()):
        ours = getattr(module, "__name__", "").startswith((PACKAGE, "tests."))
        if ours and vars(module).get(key) is before:
            setattr(module, key, value)


def _report(plugin: Mutating) -> int:
    """Print the result; return the exit code."""
    data = tomllib.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    reasons = {entry["name"]: entry["reason"] for entry in data.get("survivor", [])}
    tried = {trial.name: trial for trial in plugin.trials}
    survivors = sorted(name for name, trial in tried.items() if not trial.killed)
    problems = [f"not noticed and not listed: {n}" for n in survivors if n not in reasons]
    problems += [
        f"listed, but noticed: {name}" for name in reasons if name in tried and tried[name].killed
    ]
    problems += [f"listed, but no mutant: {name}" for name in reasons if name not in plugin.known]
    problems += [f"listed without a reason: {name}" for name, why in reasons.items() if not why]
    killed = len(tried) - len(survivors)
    for name in survivors:
        note = "" if tried[name].tests else " (no test reaches it)"
        print(f"survivor: {name}{note}\n    {reasons.get(name, 'NO REASON')}")
    share = killed / len(tried) if tried else 0.0
    print(
        f"{plugin.total} mutants, {len(tried)} tried, {killed} noticed ({share:.2%}), "
        f"{len(survivors)} survivors; slowest test {plugin.slowest}"
    )
    if plugin.unfinished:
        print("the time budget ended the run; the mutants tried are a random sample")
    if share < SHARE:
        problems.append(f"fewer than {SHARE:.0%} noticed")
    if len(survivors) > MOST:
        problems.append(f"more than {MOST} survivors")
    print("\n".join(problems))
    return 1 if problems else 0


def main() -> int:
    """Try the mutants and print what survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1500, help="time budget")
    parser.add_argument("--sample", type=int, default=0, help="try only so many mutants")
    parser.add_argument("--seed", type=int, default=0, help="choice and order of the mutants")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--only", nargs="*", default=[], help="names must begin so: logic.combine")
    parser.add_argument(
        "--tests", nargs="*", default=[TESTS], help="only these files: quick, with more survivors"
    )
    parser.add_argument("--json", type=Path, help="write all trials to this file")
    options = parser.parse_args()
    os.chdir(ROOT)
    plugin = Mutating(options)
    settings = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header"]
    code = pytest.main([*settings, *map(str, options.tests)], plugins=[plugin])
    if plugin.failed or code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return 2
    if options.json:
        options.json.write_text(json.dumps([t._asdict() for t in plugin.trials], indent=1))
    return _report(plugin)


if __name__ == "__main__":
    sys.exit(main())
