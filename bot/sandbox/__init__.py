"""The demo and test environment: a fake Slack workspace, a fake PBX, and the real bot between them.

What imitates a foreign system is in `slack` and `pbx`, which import nothing of the bot. What combines them with the bot
(environment, bot process, browser page, terminal client) is here. The bot itself never imports this package.
"""
