"""Data exchanged between Slack and the rest of Park: requests, messages and command lines.

Nothing here knows Slack's formats, operations or the PBX.
"""
