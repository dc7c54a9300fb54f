"""What people type becomes the operation they mean."""

from bot.grammar.parsing import parse

__all__ = ["parse"]
