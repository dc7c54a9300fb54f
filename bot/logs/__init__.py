"""What Park says on standard error: one line an event, which request it belongs to, and nothing secret."""

from bot.logs.configuring import catch_all, configure
from bot.logs.following import following

__all__ = ["catch_all", "configure", "following"]
