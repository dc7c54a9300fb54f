"""The whole call park set-up, of the server and all groups: its model, as YAML and CSV, and what differs between two.

Names stand for ids here, so that a set-up can be read, kept in version control and applied to another PBX. What a
difference does to the PBX is a plan of `bot.changes`; who may make it is decided above, as for any line.
"""
