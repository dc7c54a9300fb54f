"""What every endpoint shares."""

from dataclasses import dataclass

from bot.sandbox.pbx.sessions import Sessions
from bot.sandbox.pbx.state import State
from bot.sandbox.pbx.switches import Switches


@dataclass(kw_only=True)
class World:
    """One PBX: what it knows, how it behaves, and who is signed in."""

    state: State
    switches: Switches
    sessions: Sessions
