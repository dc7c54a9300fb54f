"""Park: call park settings of a PortSIP PBX, changed from Slack."""

__version__ = "0.1.0"
