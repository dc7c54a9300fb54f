"""One PBX on loopback, to be started, looked into and made to fail."""

import socket
import ssl
import threading
import weakref
from types import TracebackType
from typing import Self

from bot.sandbox.pbx.api import api
from bot.sandbox.pbx.console import Console
from bot.sandbox.pbx.data import company
from bot.sandbox.pbx.faults import Faults
from bot.sandbox.pbx.gate import Gate
from bot.sandbox.pbx.generated import generated
from bot.sandbox.pbx.heard import Heard
from bot.sandbox.pbx.listener import Listener
from bot.sandbox.pbx.sessions import Sessions
from bot.sandbox.pbx.switches import Switches
from bot.sandbox.pbx.world import World


class SandboxPBX(Console):
    """Sixty users in twelve groups, or as many generated ones as `groups` and `users` say."""

    def __init__(
        self,
        *,
        switches: Switches | None = None,
        groups: int | None = None,
        users: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        realistic = groups is None and users is None
        self.state = company() if realistic else generated(groups or 0, users or 0)
        self.sessions = Sessions()
        self.faults = Faults()
        self._world = World(state=self.state, switches=switches or Switches(), sessions=self.sessions)
        self._authorizer = Gate(api(self._world), self.state.lock, self.faults)
        self._tls = tls
        self._port = 0
        self._listener: Listener | None = None

    @property
    def switches(self) -> Switches:
        return self._world.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self._world.switches = switches

    @property
    def requests(self) -> list[Heard]:
        """Everything heard, in order of arrival; may be cleared."""
        return self._authorizer.requests

    @property
    def writes(self) -> list[Heard]:
        """Everything heard that asked for a change."""
        return [heard for heard in self.requests if heard.write]

    @property
    def url(self) -> str:
        """The same again after a stop and a start."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}/api"

    @property
    def token(self) -> str:
        """A bearer token that works until `expire_tokens`."""
        return self.sessions.token

    @property
    def username(self) -> str:
        return self.sessions.username

    @property
    def password(self) -> str:
        return self.sessions.password

    @property
    def domain(self) -> str:
        return self.sessions.domain

    def expire_tokens(self, *, refresh: bool = False) -> None:
        """End every access token, the ready one too; with `refresh` the refresh tokens as well."""
        self.sessions.expire(refresh=refresh)

    @property
    def running(self) -> bool:
        return self._listener is not None

    def start(self) -> None:
        """Listen; the first time on a port that is free, which stays this PBX's own."""
        self._port = self._port or self._reserved()
        self._listener = Listener(self._authorizer, self._port, self._tls)
        serve = self._listener.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, name="sandbox-pbx", daemon=True)
        self._thread.start()

    def _reserved(self) -> int:
        """Bound, so that nobody is given it while the PBX is stopped; not listening, so that nobody can connect."""
        kept = socket.socket()
        weakref.finalize(self, kept.close)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        return int(kept.getsockname()[1])

    def stop(self) -> None:
        """Answer nobody any more; what was changed stays."""
        if self._listener:
            self._listener.shutdown()
            self._listener.hang_up()
            self._thread.join()  # which closes the port as the last thing
            self._listener = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
