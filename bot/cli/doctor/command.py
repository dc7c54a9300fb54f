"""Doctor: list of checks, report."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from textwrap import wrap

from bot.cli.doctor.environment import lint, policy, read_only, settings, time_zones
from bot.cli.doctor.experiments import probe
from bot.cli.doctor.journal import pause, place, space, tables
from bot.cli.doctor.model import Check, DoctorContext, Finding, Severity, examine
from bot.cli.doctor.network import address, port, tls
from bot.cli.doctor.pbx import base_path, call_park, role, sign_in
from bot.cli.doctor.pbx import clock as pbx_clock
from bot.cli.doctor.slack import bot_token, channels, ids, scopes, way_in
from bot.cli.doctor.slack import clock as slack_clock
from bot.times.model import utc_now

_SLACK = ("SLACK_API_URL", "SLACK_BOT_TOKEN")
_PBX = ("PBX_TOKEN", "PBX_USERNAME", "PBX_PASSWORD", "PBX_DOMAIN")

PROBE = Check(id="probe", look=probe, needs=("read_only", "pbx.call_park", "pause"))
"""Only when it is asked for: it is the one that changes something, and changes it back."""
CHECKS = (
    Check(id="settings", look=settings),
    Check(id="read_only", look=read_only, variables=("PARK_READ_ONLY",)),
    Check(id="time_zones", look=time_zones),
    Check(id="policy", look=policy, variables=("PARK_POLICY",)),
    Check(id="policy.lint", look=lint, needs=("policy",)),
    Check(id="slack.bot_token", look=bot_token, variables=_SLACK),
    Check(id="slack.scopes", look=scopes, needs=("slack.bot_token",)),
    Check(id="slack.way_in", look=way_in, variables=("SLACK_API_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")),
    Check(id="slack.clock", look=slack_clock, needs=("slack.bot_token",)),
    Check(id="slack.channels", look=channels, needs=("policy", "slack.bot_token")),
    Check(id="slack.ids", look=ids, needs=("policy", "slack.bot_token")),
    Check(id="pbx.address", look=address, variables=("PBX_URL",)),
    Check(id="pbx.port", look=port, needs=("pbx.address",)),
    Check(id="pbx.tls", look=tls, needs=("pbx.port",), variables=("PBX_CA_FILE", "PBX_VERIFY_TLS")),
    Check(id="pbx.base_path", look=base_path, needs=("pbx.tls",)),
    Check(id="pbx.clock", look=pbx_clock, needs=("pbx.base_path",)),
    Check(id="pbx.sign_in", look=sign_in, needs=("pbx.base_path",), variables=_PBX),
    Check(id="pbx.role", look=role, needs=("pbx.sign_in",)),
    Check(id="pbx.call_park", look=call_park, needs=("pbx.role",)),
    Check(id="journal.place", look=place, variables=("DATABASE_URL",)),
    Check(id="journal.tables", look=tables, needs=("journal.place",)),
    Check(id="pause", look=pause, needs=("journal.tables",)),
    Check(id="journal.space", look=space, needs=("journal.place",)),
)


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


def run(chosen: Namespace) -> int:
    """0: all is well; 1: there are warnings; 2: there are errors."""
    findings = []
    with closing(DoctorContext(utc_now)) as context:
        for finding in examine((*CHECKS, PROBE) if chosen.probe else CHECKS, context):
            findings.append(finding)
            if not chosen.json:
                sys.stdout.writelines(f"{line}\n" for line in lines(finding))
                sys.stdout.flush()
    sys.stdout.write(f"{as_json(findings) if chosen.json else summary(findings)}\n")
    return status(findings)


def add_command(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, for scripts")
    parser.add_argument(
        "--probe",
        action="store_true",
        help="also learn what this PBX does that is documented nowhere: makes park groups of its own and removes them, "
        "and puts users who are in no park group into them for a moment; nothing else is touched",
    )
    parser.set_defaults(run=run)
