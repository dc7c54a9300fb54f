"""What Park is started with: environment variables and `.env`, and park.toml where it serves several PBXs.

Here belong the settings as frozen objects, their validation, and how mistakes in them are told. What acts on a setting
does not: each part of Park gets its settings from `bot.app`. The policy, which changes while Park runs, is in
`bot.policy`.
"""
