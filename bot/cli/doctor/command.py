"""The list of checks, and the report in the terminal or as JSON."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, replace
from textwrap import wrap

from bot.cli.doctor import changes, environment, experiments, journal, network, pbx, slack, slack_payloads, workflows
from bot.cli.doctor.model import Check, DoctorContext, Finding, Severity, error, run_checks
from bot.cli.network_errors import quiet_logs
from bot.errors import SettingsError
from bot.settings.tenants import names
from bot.texts import wording
from bot.times.model import utc_now

_SLACK = ("SLACK_API_URL", "SLACK_BOT_TOKEN")
_SLACK_REQUESTS = ("SLACK_API_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
_TLS = ("PBX_CA_FILE", "PBX_VERIFY_TLS")
_PBX = ("PBX_TOKEN", "PBX_USERNAME", "PBX_PASSWORD", "PBX_DOMAIN")

CHECKS = (
    Check(id="settings", run=environment.check_settings),
    Check(id="read_only", run=environment.check_read_only, variables=("PARK_READ_ONLY",)),
    Check(id="time_zones", run=environment.check_time_zones, shared=True),
    Check(id="policy", run=environment.check_policy, variables=("PARK_POLICY",)),
    Check(id="policy.channels", run=environment.check_policy_channels, requires=("policy",)),
    Check(id="policy.lint", run=environment.check_policy_lint, requires=("policy",)),
    Check(id="calendars", run=environment.check_calendars, requires=("policy",), variables=("PARK_HOLIDAYS",)),
    Check(id="slack.bot_token", run=slack.check_bot_token, variables=_SLACK, shared=True),
    Check(id="slack.install", run=slack.check_installation, requires=("slack.bot_token",), shared=True),
    Check(id="slack.scopes", run=slack.check_scopes, requires=("slack.bot_token",), shared=True),
    Check(id="slack.way_in", run=slack.check_connection_mode, variables=_SLACK_REQUESTS, shared=True),
    Check(
        id="slack.command",
        run=slack.check_command,
        requires=("slack.bot_token",),
        variables=("PARK_COMMAND",),
        shared=True,
    ),
    Check(id="slack.clock", run=slack.check_clock, requires=("slack.bot_token",), shared=True),
    Check(id="slack.channels", run=slack.check_channels, requires=("policy", "slack.bot_token")),
    Check(id="slack.ids", run=slack.check_people, requires=("policy", "slack.bot_token")),
    Check(id="workflows", run=workflows.check_workflows, requires=("policy", "slack.bot_token")),
    Check(id="pbx.address", run=network.check_address, variables=("PBX_URL",)),
    Check(id="pbx.port", run=network.check_port, requires=("pbx.address",)),
    Check(id="pbx.tls", run=network.check_tls, requires=("pbx.port",), variables=_TLS),
    Check(id="pbx.base_path", run=pbx.check_base_path, requires=("pbx.tls",)),
    Check(id="pbx.clock", run=pbx.check_clock, requires=("pbx.base_path",)),
    Check(id="pbx.sign_in", run=pbx.check_sign_in, requires=("pbx.base_path",), variables=_PBX),
    Check(id="pbx.role", run=pbx.check_role, requires=("pbx.sign_in",)),
    Check(id="pbx.call_park", run=pbx.check_call_park, requires=("pbx.role",)),
    Check(id="journal.place", run=journal.check_location, variables=("DATABASE_URL",)),
    Check(id="journal.tables", run=journal.check_tables, requires=("journal.place",)),
    Check(id="pbx.identity", run=changes.check_identity, requires=("pbx.call_park", "journal.tables")),
    Check(id="ends", run=changes.check_ends, requires=("journal.tables",)),
    Check(id="told", run=changes.check_told, requires=("journal.tables",)),
    Check(id="pause", run=journal.check_pause, requires=("journal.tables",)),
    Check(id="journal.space", run=journal.check_disk_space, requires=("journal.place",)),
)
"""The checks that only read, in the order in which they run."""
PROBES = (
    Check(id="slack.payloads", run=slack_payloads.check_payloads, requires=("slack.bot_token",)),
    Check(id="probe", run=experiments.run_probe, requires=("read_only", "pbx.call_park", "pause")),
)
"""Run only with `--probe`, because they take a minute, and the last one writes to the PBX."""
STATUS = {Severity.OK: 0, Severity.SKIPPED: 0, Severity.WARNING: 1, Severity.ERROR: 2}
"""Exit statuses. A skipped check counts as 0: what blocked it has a finding of its own."""
_LABELS = {Severity.OK: "ok", Severity.SKIPPED: "skipped", Severity.WARNING: "WARNING", Severity.ERROR: "ERROR"}
_WIDTH = 110


def run_doctor(options: Namespace) -> int:
    """Runs the checks and prints the findings; returns 0, 1 with warnings, 2 with errors."""
    quiet_logs()
    findings = []
    for finding in _diagnose((*CHECKS, *PROBES) if options.probe else CHECKS, options.pbx):
        findings.append(finding)
        if not options.json:
            sys.stdout.writelines(f"{line}\n" for line in _format_finding(finding))
            sys.stdout.flush()
    sys.stdout.write(f"{_format_json(findings) if options.json else _format_summary(findings)}\n")
    return _exit_status(findings)


def _diagnose(checks: Sequence[Check], pbx: str | None) -> Iterator[Finding]:
    """Runs the checks for one PBX, or for each: what all have in common is checked with the first."""
    try:
        known = names()
    except SettingsError as failure:
        for text in str(failure).splitlines():
            yield error("settings.file", text, "Correct it; docs/tenants.md explains the file.")
        return
    if pbx is not None and pbx not in known:
        raise SettingsError(f"--pbx {pbx}: there is no PBX of that name. There are: {', '.join(known) or 'none'}.")
    first: DoctorContext | None = None
    with ExitStack() as contexts:
        for name in (pbx,) if pbx else known or (None,):
            context = contexts.enter_context(closing(DoctorContext(utc_now, name, first)))
            left = [check for check in checks if first is None or not check.shared]
            shared = {check.id for check in left if check.shared}
            for finding in run_checks(left, context):
                common = any(finding.id == id or finding.id.startswith(f"{id}.") for id in shared)
                yield finding if common else replace(finding, pbx=name)
            first = first or context


def _exit_status(findings: Iterable[Finding]) -> int:
    return max((STATUS[one.severity] for one in findings), default=0)


def _format_finding(finding: Finding) -> Iterator[str]:
    about = f"{finding.pbx} " if finding.pbx else ""
    yield from _wrap(f"{_LABELS[finding.severity]:8} {about}{finding.id}: ", finding.text, indent=9)
    if finding.remedy:
        yield from _wrap("         -> ", finding.remedy, indent=12)


def _wrap(prefix: str, text: str, *, indent: int) -> list[str]:
    """Words are never broken, so that commands and paths can be copied."""
    whole = prefix + " ".join(text.split())
    return wrap(whole, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _format_summary(findings: Sequence[Finding]) -> str:
    count = Counter(one.severity for one in findings)
    problems = (f"{wording.count(count[one], one.value)}" for one in (Severity.ERROR, Severity.WARNING))
    return ", ".join((*problems, f"{count[Severity.SKIPPED]} skipped", f"{count[Severity.OK]} ok"))


def _format_json(findings: Sequence[Finding]) -> str:
    report = {"status": _exit_status(findings), "findings": [asdict(one) for one in findings]}
    return json.dumps(report, indent=2, ensure_ascii=False)
