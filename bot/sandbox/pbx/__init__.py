"""A fake PBX on loopback that speaks PortSIP's REST API as documented.

Endpoints, validation, faults and the administrator's console belong here. It imports nothing of the bot, so that it
cannot
share the bot's misunderstandings of the API.
"""

from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault, FaultQueue, Kind
from bot.sandbox.pbx.http import RecordedRequest
from bot.sandbox.pbx.state import PbxState
from bot.sandbox.pbx.switches import Refusal, Switches

__all__ = ["Fault", "FaultQueue", "Kind", "PbxState", "RecordedRequest", "Refusal", "SandboxPBX", "Switches"]
