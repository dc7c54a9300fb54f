"""A Slack workspace on loopback: it speaks Slack's protocols and knows nothing of the bot."""

from bot.sandbox.slack.faults import Drop
from bot.sandbox.slack.methods import auth, chat, conversations, files, users, views
from bot.sandbox.slack.model import Ack, Call, Message
from bot.sandbox.slack.views.seen import View
from bot.sandbox.slack.workspace import Workspace

__all__ = [
    "Ack",
    "Call",
    "Drop",
    "Message",
    "View",
    "Workspace",
    "auth",
    "chat",
    "conversations",
    "files",
    "users",
    "views",
]
