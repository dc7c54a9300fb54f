"""Changes to call park settings: snapshots and diffs, plans, applying a change to the PBX, changes in the journal.

Who may make a change, and how an operation becomes a plan, is decided above in `bot.planning` and `bot.operations`.
"""
