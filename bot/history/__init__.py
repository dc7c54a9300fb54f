"""What was asked for, by whom, and what came of it, as people look back on it."""

from bot.history.record import History, Record, Viewer
from bot.history.sheet import csv_of, json_of

__all__ = ["History", "Record", "Viewer", "csv_of", "json_of"]
