"""A fake Slack workspace on loopback: Slack's HTTP and WebSocket protocols, and methods that act as its users.

It imports nothing of the bot, so that a bot's misunderstanding of Slack can't be shared by the fake. Anything that
knows Park or its manifest belongs to `bot.sandbox.environment`."""

from bot.sandbox.slack.fake_slack import FakeSlack
from bot.sandbox.slack.faults import Drop
from bot.sandbox.slack.methods import assistant, chat, directory, views
from bot.sandbox.slack.model import Ack, ApiCall, Message
from bot.sandbox.slack.rendering import View

__all__ = ["Ack", "ApiCall", "Drop", "FakeSlack", "Message", "View", "assistant", "chat", "directory", "views"]
