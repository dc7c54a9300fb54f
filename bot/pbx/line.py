"""A signed-in connection to the PBX: what is sent over it goes once, and its answer is not judged."""

from pathlib import Path

from bot.errors import SignInFailed
from bot.pbx.call import Answer, Call
from bot.pbx.credentials import Credentials
from bot.pbx.deadline import Deadline
from bot.pbx.signin import SignIn
from bot.pbx.wire import Wire


class Line:
    """Raises PBXError where no answer came, and SignInFailed where nobody is let in."""

    def __init__(
        self, url: str, credentials: Credentials, *, ca_file: Path | None, verify: bool, in_flight: int
    ) -> None:
        self.wire = Wire(url, ca_file=ca_file, verify=verify, in_flight=in_flight)
        self.sign_in = SignIn(self.wire, credentials)

    def exchange(self, call: Call, deadline: Deadline) -> Answer:
        """Whatever status it has, but 401: that token is renewed."""
        token = self.sign_in.token(deadline)
        answer = self.wire.exchange(call, deadline, token=token)
        if answer.status == 401:  # nothing was done, so a write too may go once more
            answer = self.wire.exchange(call, deadline, token=self.sign_in.renew(token, deadline))
        if answer.status == 401:
            raise SignInFailed(f"{call}: the PBX refuses a token that it has just given")
        return answer

    def close(self) -> None:
        """Close every connection."""
        self.wire.close()
