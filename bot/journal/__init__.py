"""Durable storage: entries and their queue, the hash-chained events, and what else has to survive a restart.

Knows SQL, transactions, leases and locks; knows nothing of the PBX, of the policy or of Slack, and interprets neither
operations nor plans: those it stores as JSON.
"""
