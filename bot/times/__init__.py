"""Times and durations as people write them: data types, parsing, resolution and formatting.

Nothing here knows operations or stored changes.
"""
