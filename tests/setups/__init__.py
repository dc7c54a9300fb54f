"""Set-ups as files, and their differences."""
