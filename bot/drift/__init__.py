"""What is changed outside Park: noticed, told once, and offered to be put back.

An edit that was taken back before the next look is not seen, nor is the order of members, which is undocumented.
"""

from bot.drift.watcher import Watcher

__all__ = ["Watcher"]
