"""A PBX on loopback that speaks PortSIP's REST API as it is documented; it knows nothing of the bot."""

from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault, FaultQueue, Kind
from bot.sandbox.pbx.http import RecordedRequest
from bot.sandbox.pbx.state import PbxState
from bot.sandbox.pbx.switches import Refusal, Switches

__all__ = ["Fault", "FaultQueue", "Kind", "PbxState", "RecordedRequest", "Refusal", "SandboxPBX", "Switches"]
