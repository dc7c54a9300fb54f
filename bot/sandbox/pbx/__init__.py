"""A PBX on loopback that speaks PortSIP's REST API as it is documented; it knows nothing of the bot."""

from bot.sandbox.pbx.faults import Fault, Faults, Kind
from bot.sandbox.pbx.heard import Heard
from bot.sandbox.pbx.problem import Refusal
from bot.sandbox.pbx.sandbox import SandboxPBX
from bot.sandbox.pbx.state import State
from bot.sandbox.pbx.switches import Switches

__all__ = ["Fault", "Faults", "Heard", "Kind", "Refusal", "SandboxPBX", "State", "Switches"]
