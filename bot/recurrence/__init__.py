"""Recurrences: when a repeated change is in effect, by the rules of iCalendar, in the clocks of one zone."""
