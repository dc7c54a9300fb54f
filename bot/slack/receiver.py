"""How Slack's requests come in: over Socket Mode or over HTTP, to the same Bolt app."""

from typing import Protocol

LISTENERS = 10
"""Listeners at work at once: each waits for one commit at most."""


class Receiver(Protocol):
    """What Slack hands over reaches Bolt's listeners between `start` and `stop`."""

    def start(self) -> None:
        """Let Slack in; raise SlackFailure or SettingsError."""

    def stop(self) -> None:
        """Take nothing new, and return when all that Slack handed over is finished and acknowledged."""

    @property
    def connected(self) -> bool:
        """Whether Slack can hand something over now."""

    @property
    def alive(self) -> bool:
        """Whether its thread, once started, still runs: without it nothing comes in again until a restart."""

    @property
    def where(self) -> str:
        """Said at the start: how Slack comes in."""
