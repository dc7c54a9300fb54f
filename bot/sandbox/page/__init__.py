"""The demo's browser page: shows the fake workspace and performs its users' actions.

HTTP server, HTML rendering and the panel that controls the fakes belong here; the behaviour of Slack and of the PBX
does
not.
"""

from bot.sandbox.page.server import DemoPage

__all__ = ["DemoPage"]
