"""`python -m bot doctor`: for a terminal as it goes, or as JSON at the end."""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing

from bot.clock import utc_now
from bot.doctor.case import Case
from bot.doctor.checks import CHECKS, PROBE
from bot.doctor.examine import examine
from bot.doctor.report import as_json, lines, status, summary


def run(chosen: Namespace) -> int:
    """0: all is well; 1: there are warnings; 2: there are errors."""
    findings = []
    with closing(Case(utc_now)) as case:
        for finding in examine((*CHECKS, PROBE) if chosen.probe else CHECKS, case):
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
