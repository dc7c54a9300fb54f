"""The findings, for people and for scripts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import wrap

from bot.doctor.finding import Finding, Severity

STATUS = {Severity.OK: 0, Severity.SKIPPED: 0, Severity.WARNING: 1, Severity.ERROR: 2}
"""What is skipped is so for an error that stands there itself, or is not to be known."""
_WIDTH = 110
_WORDS = {Severity.OK: "ok", Severity.SKIPPED: "skipped", Severity.WARNING: "WARNING", Severity.ERROR: "ERROR"}


def status(findings: Iterable[Finding]) -> int:
    """The exit status: that of the worst."""
    return max((STATUS[one.severity] for one in findings), default=0)


def lines(finding: Finding) -> Iterator[str]:
    """For a terminal."""
    yield from _hung(f"{_WORDS[finding.severity]:8} {finding.id}: ", finding.text)
    if finding.remedy:
        yield from _hung("         -> ", finding.remedy)


def summary(findings: Sequence[Finding]) -> str:
    """One line."""
    count = Counter(one.severity for one in findings)
    return ", ".join(f"{count[one]} {one}" for one in reversed(Severity))


def as_json(findings: Sequence[Finding]) -> str:
    """`status` is the exit status; what is not there is null."""
    return json.dumps(
        {"status": status(findings), "findings": [asdict(one) for one in findings]}, indent=2, ensure_ascii=False
    )


def _hung(begin: str, text: str) -> Iterator[str]:
    """Folded, but no word cut: what is to be copied stays whole."""
    whole = begin + " ".join(text.split())
    indent = " " * (12 if begin.startswith(" ") else 9)
    yield from wrap(whole, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
