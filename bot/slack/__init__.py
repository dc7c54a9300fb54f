"""Slack in and out: payloads to requests, messages to Block Kit, Web API calls, Socket Mode and HTTP mode.

Everything that knows Slack's formats, limits or SDK belongs here, and nothing else imports the SDK. What a request
means, who may make it and what it changes is decided by the packages below.
"""
