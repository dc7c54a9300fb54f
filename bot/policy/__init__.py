"""Access control: the policy file, its rules, and decisions about what a principal may do.

Decisions depend on ids, names and amounts that the caller passes in; nothing here asks Slack or the PBX.
"""
