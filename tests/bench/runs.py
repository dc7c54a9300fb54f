"""Several runs of a benchmark: medians with their spread, on which machine."""

import os
import platform
from collections.abc import Sequence
from statistics import median

RUNS = 3
"""Runs of which the median counts."""


def machine() -> str:
    """Returns what figures depend on: the processor's cores, Python, and what else runs now."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def spread(figures: Sequence[float], digits: int = 2) -> str:
    """Returns the median of a figure in several runs, with the least and the most."""
    least, most = min(figures), max(figures)
    return f"{median(figures):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def print_header(*columns: str) -> None:
    """Prints the names of the columns of what is compared."""
    print(f"{'':28}" + "".join(f"{column:>14}" for column in columns) + f"{'ratio (of runs)':>24}")


def print_row(what: str, ours: Sequence[float], theirs: Sequence[float], unit: str) -> None:
    """Prints the medians of a figure of both, and the ratio, of which each is of one run of both."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(f"{what:28}{median(ours):10.1f} {unit:3}{median(theirs):10.1f} {unit:3}{spread(ratios):>24}")
