"""`python -m bot audit`: the chain verified, the history exported, both beside a running Park."""

import argparse
import sys

from bot.audit.verify import Broken, Whole, verify
from bot.journal.beside import beside
from bot.journal.chain import Link
from bot.settings import read_journal_settings


def add_commands(parser: argparse.ArgumentParser) -> None:
    """`verify` and `export`, each with its function as `run`."""
    commands = parser.add_subparsers(required=True, metavar="what")
    one = commands.add_parser("verify", help="tell whether the chain of events is whole; exit status 1 if it is not")
    one.add_argument("--head", nargs="+", default=[], type=_link, metavar="HEAD", help="heads as Park posted them")
    one.set_defaults(run=run_verify)


def run_verify(chosen: argparse.Namespace) -> int:
    """0: whole. 1: broken, with the first place where it is."""
    with beside(read_journal_settings().database_url) as connection:
        try:
            found = verify(connection, chosen.head)
        except Broken as broken:
            sys.stdout.write(f"Broken. {broken}\n")
            return 1
    sys.stdout.write(_said(found, len(chosen.head)))
    return 0


def _said(found: Whole, heads: int) -> str:
    count = found.head.number - found.pruned.number
    pruned = f", after {found.pruned.number} that were pruned" if found.pruned.number else ""
    lines = [f"Whole: {count} events{pruned}. The head is {found.head}"]
    if compared := heads - len(found.unseen):
        lines.append(f"{compared} posted head{' is' if compared == 1 else 's are'} in it.")
    lines += [f"Event {head.number} was pruned, so its head can't be compared." for head in found.unseen]
    if not heads:
        lines.append("Give a head that Park posted (--head) to know that no later one was cut off or rewritten.")
    return "\n".join(lines) + "\n"


def _link(text: str) -> Link:
    try:
        return Link.read(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault
