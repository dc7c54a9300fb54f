"""How far this machine's clock is from another's, by the Date header of an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.doctor.finding import Finding, error, ok, skipped, warning

MOST = 60.0
"""Seconds; a header is cut to whole ones, and the answer was on its way."""
WINDOW = 300.0
"""Seconds for which Slack's signatures hold; docs.slack.dev, "Verifying requests from Slack"."""
_REMEDY = "Let the clock be set by NTP (chrony, systemd-timesyncd): `timedatectl` tells whether it is."


def skew(id: str, whose: str, date: str | None, now: datetime, *, signed: bool = False) -> Iterator[Finding]:
    """`signed`: what comes from there is refused when it seems too old."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        yield skipped(id, f"{whose} does not say what time it is there")
        return
    seconds = (now - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
    if abs(seconds) <= MOST:
        yield ok(id, f"the clock here and that of {whose} agree")
        return
    text = f"the clock here is {abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'} that of {whose}"
    if signed and abs(seconds) > WINDOW:
        yield error(f"{id}.differs", f"{text}: every request would be refused as too old or too new", _REMEDY)
    else:
        yield warning(f"{id}.differs", text, _REMEDY)
