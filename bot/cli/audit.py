"""Audit verify, audit export."""

import argparse
import sys
from datetime import UTC, date, datetime, time, timedelta

from bot.audit.history import oldest_first
from bot.audit.verify import ChainBroken, VerifiedChain, check_chained, verify
from bot.journal.database import beside
from bot.journal.events import ChainLink, EventQuery
from bot.journal.history import csv_of, json_of
from bot.settings import read_journal_settings

_FORMATS = {"csv": csv_of, "jsonl": json_of}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """`verify` and `export`, each with its function as `run`."""
    commands = parser.add_subparsers(required=True, metavar="what")
    one = commands.add_parser("verify", help="tell whether the chain of events is whole; exit status 1 if it is not")
    one.add_argument("--head", nargs="+", default=[], type=_link, metavar="HEAD", help="heads as Park posted them")
    one.set_defaults(run=run_verify)
    one = commands.add_parser("export", help="write the history to standard output, oldest first")
    one.add_argument("--since", type=_date, metavar="DATE", help="from this day on, in UTC, as in 2026-11-01")
    one.add_argument("--until", type=_date, metavar="DATE", help="up to this day, which is within")
    one.add_argument("--format", choices=_FORMATS, default="csv", help="csv (cells are made harmless) or jsonl")
    one.set_defaults(run=run_export)


def run_verify(chosen: argparse.Namespace) -> int:
    """0: whole. 1: broken, with the first place where it is."""
    with beside(read_journal_settings().database_url) as connection:
        try:
            found = verify(connection, chosen.head)
        except ChainBroken as broken:
            sys.stdout.write(f"Broken. {broken}\n")
            return 1
    sys.stdout.write(_said(found, len(chosen.head)))
    return 0


def run_export(chosen: argparse.Namespace) -> int:
    """Row by row, so that a long history needs no room."""
    until = chosen.until and chosen.until + timedelta(days=1)
    with beside(read_journal_settings().database_url) as connection:
        check_chained(connection)
        for line in _FORMATS[chosen.format](oldest_first(connection, EventQuery(since=chosen.since, until=until))):
            sys.stdout.write(line)
    return 0


def _date(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text} is no date: write it as in 2026-11-01") from fault


def _said(found: VerifiedChain, heads: int) -> str:
    count = found.head.number - found.pruned.number
    pruned = f", after {found.pruned.number} that were pruned" if found.pruned.number else ""
    lines = [f"Whole: {count} events{pruned}. The head is {found.head}"]
    if compared := heads - len(found.unseen):
        lines.append(f"{compared} posted head{' is' if compared == 1 else 's are'} in it.")
    lines += [f"Event {head.number} was pruned, so its head can't be compared." for head in found.unseen]
    if not heads:
        lines.append("Give a head that Park posted (--head) to know that no later one was cut off or rewritten.")
    return "\n".join(lines) + "\n"


def _link(text: str) -> ChainLink:
    try:
        return ChainLink.read(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault
