"""Texts about Slack itself: what it refuses, what to do about that, and how messages are delivered meanwhile."""

from datetime import datetime, timedelta

REINSTALL = (
    "Open https://api.slack.com/apps > your app > OAuth & Permissions, install the app to the workspace again, and put"
    " the Bot User OAuth Token into SLACK_BOT_TOKEN. Park reads .env again by itself."
)
GENERATE_APP_LEVEL = (
    "Open https://api.slack.com/apps > your app > Basic Information > App-Level Tokens, generate a token with the scope"
    " connections:write, and put it into SLACK_APP_TOKEN. Park reads .env again by itself."
)
ENABLE_SOCKET_MODE = (
    "Open https://api.slack.com/apps > your app > Socket Mode and enable it. Park connects again by itself."
)
ORG_INSTALL = (
    "Park is installed for a whole Enterprise organisation, and can work in one workspace only. Uninstall it from the"
    " organisation, install it to the workspace that uses it, and put that bot token into SLACK_BOT_TOKEN."
)
NETWORK_REMEDY = "Allow this machine's address in Slack's settings (allowed IP addresses of the app or organisation)."

STATUS = "is checking with the PBX ..."
"""What follows Park's name below a direct message while Park works on it."""
MEANWHILE = "Slack doesn't let Park post cards right now. The card follows as soon as it does."
ASK_WHERE = "Where should the confirmation be posted? A click makes the change and posts it there."
ONLY_HERE, A_CHANNEL = "Only here", "A channel"
AS_PLAIN_TEXT = "Slack didn't accept this message's layout, so it has no buttons. Commands can be typed."

NOT_SIGNED_IN = "Park is not signed in to Slack yet"
TELL_ADMIN = "Tell whoever runs Park: trying again doesn't help."
ARCHIVED = "it is archived"
SHARED_CHANNEL = "it is shared with other companies"
NOT_IN_CHANNEL = "you are not in it, or it is private and Park can't see it"
"""Why a channel can't be chosen for a card, as clauses."""
UNKNOWN_USER_GROUPS = "Slack can't say right now who is in which user group"


def remedy(code: str, scope: str | None = None) -> str:
    """Returns what whoever runs Park has to do about a code with which Slack rejects the app."""
    match code:
        case "missing_scope":
            return (
                "Open https://api.slack.com/apps > your app > OAuth & Permissions, add the scope"
                f" {scope or 'that it lacks'}, and install the app to the workspace again."
            )
        case "accesslimited":
            return NETWORK_REMEDY
        case "link_disabled" | "socket_mode_not_enabled":
            return ENABLE_SOCKET_MODE
        case "org_install":
            return ORG_INSTALL
        case "method_deprecated" | "deprecated_endpoint" | "unknown_method":
            return "Update Park: Slack no longer offers a method that it uses."
        case _:
            return REINSTALL


def connection_refused(code: str) -> str:
    """Returns why Slack lets Park open no connection (Socket Mode), and what to do about it."""
    if code in ("link_disabled", "socket_mode_not_enabled"):
        return f"Socket Mode is switched off for the app. {ENABLE_SOCKET_MODE}"
    return f"Slack rejects SLACK_APP_TOKEN ({code}). {GENERATE_APP_LEVEL}"


def app_refused(code: str, scope: str | None = None) -> str:
    """Returns what users read when Slack rejects the app, and whom to tell."""
    if code == "missing_scope":
        return f"Park lacks the Slack permission {scope or '(Slack does not say which)'}. {TELL_ADMIN}"
    return f"Slack no longer accepts Park's sign-in ({code}). {TELL_ADMIN}"


def refused(code: str) -> str:
    """Returns what users read when Slack says no."""
    return f"Slack refused this ({code})."


def cannot_post(since: datetime, reason: str) -> str:
    """Returns the state of posting for the health page."""
    return f"can't post since {since:%Y-%m-%d %H:%M} UTC: {reason}"


def file_not_sent(why: str) -> str:
    """A file that Slack did not take."""
    return f"The file could not be sent. {why}"


def part(title: str, number: int, of: int) -> str:
    """The title of a further message with the rest of a long one."""
    return f"{title} ({number} of {of})"


def posted_in(channel: str) -> str:
    """Returns where the confirmation of a change will be posted, on its preview."""
    return f"The confirmation is posted in {channel or 'a channel that you are in'}."


def mention_late(age: timedelta) -> str:
    """Returns why a mention that reached Park late was not carried out."""
    minutes = max(1, round(age.total_seconds() / 60))
    return f"You wrote this {minutes} minute{'' if minutes == 1 else 's'} ago, and Slack has only now delivered it."
