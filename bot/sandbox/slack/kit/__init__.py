"""Block Kit by the limits of https://docs.slack.dev/reference/block-kit: what is not written here is refused."""

from bot.sandbox.slack.kit.check import check_blocks
from bot.sandbox.slack.kit.check_view import check_view, invalid

__all__ = ["check_blocks", "check_view", "invalid"]
