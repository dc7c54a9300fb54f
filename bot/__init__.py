"""Park: a Slack bot for the call park settings of a PortSIP PBX.

Each package holds one layer or one side of the bot; what they hold and which may import which is described in
`docs/architecture.md`. This package itself holds the composition root, the settings, the exception tree and the entry
point.
"""

__version__ = "0.1.0"
