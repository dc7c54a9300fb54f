"""Times and durations as people write them: data types, parsing, resolution to instants, and formatting.

Nothing here knows operations or stored changes.
"""
