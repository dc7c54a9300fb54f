"""Where a change's card stands, and what it says of itself."""

from datetime import datetime

from bot.request import Door, Request
from bot.slack.text import escape

BY_RESPONSE_URL = "Park can't post here by itself, so this message will not change: news follows as further messages."
BY_DM = "Park can't write where this was asked, so only you see it."
ASKED_IN_DM = "This was asked in a direct message, so only you see it."
ASKED_NOWHERE = "This was asked outside of any channel, so only you see it."
NOT_POSTED = (
    "Park can't post this in the channel you chose: it is archived, or you or Park are no longer in it. "
    "So only you see it."
)


def about(request: Request, change_id: int, status: str, now: datetime) -> str:
    """Who asked, which change, how it stands and since when: mrkdwn; `now` is in the asker's zone."""
    zone = escape(str(now.tzinfo))
    time = f"<!date^{int(now.timestamp())}^{{time}}|{now:%H:%M} {zone}>"
    return f"by <@{request.user}> · change {change_id} · {escape(status)} {time}"


def asked_in(request: Request) -> str:
    """For what is said elsewhere: mrkdwn."""
    if request.channel:
        return f"asked in <#{request.channel}>"
    where = "asked in a form" if request.door is Door.FORM else "asked in a direct message"
    return f"{where}, to be posted in <#{request.post_to}>" if request.post_to else where


def why_direct(request: Request) -> str:
    """What a card in a direct message says of its standing there."""
    if request.channel:
        return BY_DM
    if request.post_to:
        return NOT_POSTED
    return ASKED_NOWHERE if request.door is Door.FORM else ASKED_IN_DM
