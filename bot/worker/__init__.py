"""Accepts requests into the journal, and claims, executes and confirms its entries.

`bot.planning` decides what to change and whether it is allowed; `bot.slack` decides how a confirmation looks in Slack.
"""
