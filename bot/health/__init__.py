"""Whether Park is alive and ready, and what it counts: told over HTTP on a port of its own."""

from bot.health.checks import Checks
from bot.health.health import Health

__all__ = ["Checks", "Health"]
