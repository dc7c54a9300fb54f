"""Data that passes between Slack and the rest of Park: requests, messages, and the text of command lines.

Nothing here knows Slack's formats, operations or the PBX.
"""
