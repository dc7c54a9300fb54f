"""Carries out journal entries: accepts requests, claims entries, applies their changes and posts the confirmations.

`bot.planning` decides what to change and whether it is allowed; `bot.slack` decides how a confirmation looks in Slack.
"""
