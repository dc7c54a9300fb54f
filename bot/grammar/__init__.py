"""What people type becomes the operation they mean."""

from bot.grammar.parsing import meant, parse

__all__ = ["meant", "parse"]
