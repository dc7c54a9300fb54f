"""Client of the PortSIP REST API: requests, sign-in, models and documented limits, and a cached directory of names.

What a change to call park settings is belongs in `bot.changes`; nothing here knows of Slack, the journal or the policy.
"""
