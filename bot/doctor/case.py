"""What the checks have found out so far, for those that come after them."""

from slack_sdk import WebClient

from bot.clock import Now
from bot.pbx.call import Answer, Call
from bot.pbx.client import PBX
from bot.policy import Policy
from bot.settings import Settings
from bot.slack.granted import Granted


class Case:
    """Each of these is there once the check that gives it has found no error."""

    settings: Settings
    policy: Policy
    client: WebClient
    granted: Granted
    pbx: PBX
    greeting: Answer
    """The PBX's, to whoever shows no token."""
    user: Answer
    """What the PBX tells of who is signed in."""
    paused: str | None = None
    """Why, where the journal says that Park is."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.faulty = frozenset(name.upper() for name in Settings.model_fields)
        """Variables that are not right: in `settings` something else stands for them."""

    def ask(self, *path: str, **query: str | int) -> tuple[Call, Answer]:
        """Read from the PBX, signed in; raise PBXError."""
        call = Call(method="GET", path=path, query=query)
        return call, self.pbx.ask(call)

    def close(self) -> None:
        """Hang up."""
        if hasattr(self, "pbx"):
            self.pbx.close()
