"""The call park server."""

from bot.changes.diff import settings
from bot.desk import Desk
from bot.message import Fact, Message
from bot.operation import ReadOperation
from bot.operations.covers import codes
from bot.policy import Permission


class Server(ReadOperation):
    """One a tenant; its timers hold for every group."""

    title = "The call park server"
    phrase = "server"
    also = (
        "show|list server",
        "show|list the server",
        "the server",
        "call park server",
        "show the call park server",
        "server settings",
        "settings",
    )
    permission = Permission.READ
    help = "Shows the call park server's settings, with the star codes that phones dial."
    examples = ("server",)

    def read(self, desk: Desk) -> Message:
        snapshot = desk.server()
        star = codes(desk)
        prompt = snapshot.settings.get("prompt_file_name")
        return Message(
            title="Call park server",
            facts=(
                *settings(snapshot, desk.ring_group_name),
                *((Fact(label="Prompt", value=str(prompt)),) if prompt else ()),
            ),
            notes=(
                f"{star['CALL_PARK']} parks a call on one's own extension, or with a number after it on another one.",
                f"{star['GROUP_CALL_PARK']} parks it in one's park group; {star['CALL_RETRIEVE']} picks it up again.",
                f"The recall target above serves {star['CALL_PARK']} parks; group parks follow their group.",
                "The times serve both.",
            ),
        )
