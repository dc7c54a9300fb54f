"""What a long-running process needs whatever it does: threads, logs, metrics and health checks.

Nothing here knows the journal, the policy, the PBX or Slack.
"""
