"""The workspace in a browser: a page that its people look at, and gestures that they make there."""

from bot.sandbox.page.server import DemoPage

__all__ = ["DemoPage"]
