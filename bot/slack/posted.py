"""Where a change's card stands, and what it says of itself."""

from datetime import datetime

from bot.request import Request
from bot.slack.text import escape

BY_RESPONSE_URL = "Park can't post here by itself, so this message will not change: news follows as further messages."
BY_DM = "Park can't write where this was asked, so only you see it."
ASKED_IN_DM = "This was asked in a direct message, so only you see it."


def about(request: Request, change_id: int, status: str, now: datetime) -> str:
    """Who asked, which change, how it stands and since when: mrkdwn; `now` is in the asker's zone."""
    zone = escape(str(now.tzinfo))
    time = f"<!date^{int(now.timestamp())}^{{time}}|{now:%H:%M} {zone}>"
    return f"by <@{request.user}> · change {change_id} · {escape(status)} {time}"


def asked_in(request: Request) -> str:
    """For what is said elsewhere: mrkdwn."""
    return f"asked in <#{request.channel}>" if request.channel else "asked in a direct message"
