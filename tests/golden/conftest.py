"""Keeps pytest's doctests out of the scripts that make the golden logs: they import Inspect."""

collect_ignore = ["build_goldens.py", "golden_runs.py"]
