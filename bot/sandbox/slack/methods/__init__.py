"""The methods of the Web API in groups; importing the package registers all of them."""

from bot.sandbox.slack.methods import chat, directory, views

__all__ = ["chat", "directory", "views"]
