"""The methods of the Web API in groups; importing the package registers all of them."""

from bot.sandbox.slack.methods import app_manifests, assistant, chat, directory, functions, oauth, views

__all__ = ["app_manifests", "assistant", "chat", "directory", "functions", "oauth", "views"]
