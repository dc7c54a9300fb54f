"""The commands `audit verify` and `audit export`."""

import argparse
import sys
from datetime import UTC, date, datetime, time, timedelta

from bot.audit.entries import ChainBroken
from bot.audit.history import oldest_first
from bot.audit.verify import VerifiedChain, require_chain, verify
from bot.cli.arguments import EXPORT_FORMATS
from bot.errors import SettingsError, SlackFailure
from bot.journal.database import open_read_only
from bot.journal.events import ChainLink, EventQuery
from bot.journal.history import NameOf, to_csv, to_json_lines
from bot.settings.environment import JournalSettings, Settings
from bot.settings.tenants import read_for
from bot.slack.client import connect_client
from bot.slack.users import SlackUserDirectory

_WRITERS = dict(zip(EXPORT_FORMATS, (to_csv, to_json_lines), strict=True))


def run_verify(options: argparse.Namespace) -> int:
    """Verifies the hash chain of events; returns 1 and names the first broken place if it is broken."""
    with open_read_only(read_for(JournalSettings, options.pbx).database_url) as connection:
        try:
            chain = verify(connection, options.head)
        except ChainBroken as broken:
            sys.stdout.write(f"The journal was changed. {broken}\n")
            return 1
    sys.stdout.write(_describe_chain(chain, len(options.head)))
    return 0


def run_export(options: argparse.Namespace) -> int:
    """Writes the history to standard output row by row, so that memory does not grow with its length."""
    query = EventQuery(since=options.since, until=options.until and options.until + timedelta(days=1))
    with open_read_only(read_for(JournalSettings, options.pbx).database_url) as connection:
        require_chain(connection)
        sys.stdout.writelines(_WRITERS[options.format](oldest_first(connection, query), _name_lookup(options.pbx)))
    return 0


def _name_lookup(pbx: str | None) -> NameOf:
    """Returns a lookup of names in Slack; of no names without Slack's settings, and of no more once Slack fails."""
    try:
        settings = read_for(Settings, pbx)
    except SettingsError:
        sys.stderr.write("Without the settings of Slack, people and channels are exported by their ids only.\n")
        return lambda id: ""
    users = SlackUserDirectory(connect_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url))
    failures = list[str]()

    def name_of(id: str) -> str:
        try:
            return "" if failures else users.find_name(id)
        except SlackFailure as failure:
            failures.append(str(failure))
            sys.stderr.write(f"Slack does not tell names ({failure}), so the rest is exported by ids only.\n")
            return ""

    return name_of


def parse_day(text: str) -> datetime:
    """Parses an ISO date as the start of that day in UTC."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a date; write it like 2026-11-01") from error


def parse_head(text: str) -> ChainLink:
    """Parses the head of a chain in the form in which Park posts it, NUMBER:HASH."""
    try:
        return ChainLink.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _describe_chain(chain: VerifiedChain, heads: int) -> str:
    count = chain.head.number - chain.pruned.number
    pruned = f" ({chain.pruned.number} older ones were pruned)" if chain.pruned.number else ""
    lines = [f"Complete and unchanged: {count} event{'' if count == 1 else 's'}{pruned}. The head is {chain.head}"]
    if compared := heads - len(chain.not_compared):
        lines.append(f"{compared} posted head{' matches' if compared == 1 else 's match'}.")
    lines += [f"Event {head.number} was pruned, so its head can't be compared." for head in chain.not_compared]
    if not heads:
        lines.append("To check that no newer events were removed, give a head that Park posted: --head NUMBER:HASH")
    return "\n".join(lines) + "\n"
