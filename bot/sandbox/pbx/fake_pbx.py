"""The fake PBX: server, state, faults, recorded requests, and the administrator's console."""

import socket
import ssl
import threading
import weakref
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from bot.sandbox.pbx.api import create_app
from bot.sandbox.pbx.auth import PbxContext, Sessions
from bot.sandbox.pbx.dataset import example_company, generated_pbx
from bot.sandbox.pbx.faults import FaultQueue
from bot.sandbox.pbx.http import PbxHttpServer, RecordedRequest, RecordingMiddleware
from bot.sandbox.pbx.schema import GROUP_FIELDS, default_values
from bot.sandbox.pbx.state import CONSOLE_ACTOR, PbxState
from bot.sandbox.pbx.switches import Switches


class AdminConsole:
    """Changes made in the PBX's web console, without the bot and without validation.

    Groups are given by id.
    """

    state: PbxState

    def console_update_server(self, **changes: Any) -> None:
        self.state.change_server(changes, CONSOLE_ACTOR)

    def console_set_prompt(self, name: str | None = "one-moment-please.wav") -> None:
        """Selects the prompt with this file name, or none; StopIteration if there is no such file."""
        prompt = next(id_ for id_, file in self.state.files.items() if file["name"] == name) if name else None
        self.state.change_server({"prompt_file_id": prompt}, CONSOLE_ACTOR)

    def console_create_group(self, name: str, members: Iterable[str] = (), **settings: Any) -> str:
        """Creates a group and returns its id."""
        group = default_values(GROUP_FIELDS) | {"name": name} | settings
        return self.state.add_group(group, members, CONSOLE_ACTOR)

    def console_update_group(self, group_id: str, **changes: Any) -> None:
        self.state.change_group(group_id, changes, CONSOLE_ACTOR)

    def console_delete_group(self, group_id: str) -> None:
        self.state.drop_group(group_id, CONSOLE_ACTOR)

    def console_set_members(self, group_id: str, *extensions: str) -> None:
        """Replaces the members, in this order."""
        self.state.change_members(group_id, extensions, CONSOLE_ACTOR)

    def console_add_member(self, group_id: str, extension: str) -> None:
        self.state.change_members(group_id, [*self.state.members[group_id], extension], CONSOLE_ACTOR)

    def console_remove_member(self, group_id: str, extension: str) -> None:
        rest = [other for other in self.state.members[group_id] if other != extension]
        self.state.change_members(group_id, rest, CONSOLE_ACTOR)


class FakePbx(AdminConsole):
    """One PBX with the example company, or with as many generated `groups` and `users`.

    As a context manager it listens on loopback.
    """

    def __init__(
        self,
        *,
        switches: Switches | None = None,
        groups: int | None = None,
        users: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        realistic = groups is None and users is None
        self.state = example_company() if realistic else generated_pbx(groups or 0, users or 0)
        self.sessions = Sessions()
        self.faults = FaultQueue()
        self._world = PbxContext(state=self.state, switches=switches or Switches(), sessions=self.sessions)
        self._middleware = RecordingMiddleware(create_app(self._world), self.state.lock, self.faults)
        self._tls = tls
        self._port = 0
        self._server: PbxHttpServer | None = None

    @property
    def switches(self) -> Switches:
        return self._world.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self._world.switches = switches

    @property
    def requests(self) -> list[RecordedRequest]:
        """All requests in order of arrival; the list may be cleared."""
        return self._middleware.requests

    @property
    def writes(self) -> list[RecordedRequest]:
        """The requests that ask for a change."""
        return [heard for heard in self.requests if heard.write]

    @property
    def url(self) -> str:
        """Base URL of the API; the same after a restart."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}/api"

    @property
    def token(self) -> str:
        """An access token that is valid until `expire_tokens`."""
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
        """Expires all access tokens, and with `refresh` the refresh tokens too."""
        self.sessions.expire(refresh=refresh)

    @property
    def running(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        """Listens, the first time on a free port, which stays reserved."""
        self._port = self._port or self._reserve_port()
        self._server = PbxHttpServer(self._middleware, self._port, self._tls)
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-pbx", daemon=True)
        self._thread.start()

    def _reserve_port(self) -> int:
        """Binds a socket without listening: nobody else gets the port, and nobody can connect to a stopped PBX."""
        kept = socket.socket()
        weakref.finalize(self, kept.close)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        return int(kept.getsockname()[1])

    def drop_connections(self) -> None:
        """Closes all connections, as a firewall does that forgets them; new ones are accepted."""
        if self._server:
            self._server.close_connections()

    def stop(self) -> None:
        """Closes all connections; the state is kept."""
        if self._server:
            self._server.shutdown()
            self._server.close_connections()
            self._thread.join()  # which closes the port as the last thing
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
