"""The command `init`: asks for tokens, PBX and access rights, checks each answer, and writes .env and a policy.

Nothing is changed in Slack or on the PBX, and no file is written before the last question. What a first policy contains
belongs here; what a policy may contain belongs in `bot.policy`.
"""
