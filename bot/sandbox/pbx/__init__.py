"""A fake PBX on loopback that speaks PortSIP's REST API as documented.

Endpoints, validation, faults and the administrator's console belong here. It imports nothing of the bot, so that it
cannot
share the bot's misunderstandings of the API.
"""

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind, FaultQueue
from bot.sandbox.pbx.http import RecordedRequest
from bot.sandbox.pbx.state import PbxState
from bot.sandbox.pbx.switches import ErrorResponse, Switches

__all__ = ["ErrorResponse", "FakePbx", "Fault", "FaultKind", "FaultQueue", "PbxState", "RecordedRequest", "Switches"]
