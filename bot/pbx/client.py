"""The REST client: one method per endpoint; built from settings."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.errors import Missing, SignInFailed
from bot.pbx.auth import Credentials, SignIn
from bot.pbx.http import HttpSender, retrying
from bot.pbx.limits import check_extension, check_group, check_server
from bot.pbx.models import Account, AuditLog, FeatureCode, Member, Number, ParkGroup, ParkServer, RingGroup, User
from bot.pbx.requests import ApiRequest, ApiResponse, Blob, sendable, shown_at
from bot.pbx.responses import PAGE, Page, every, judged, parsed
from bot.pbx.transport import Deadline
from bot.settings import PBXSettings, plain

M = TypeVar("M", bound=BaseModel)


class _Created(BaseModel):
    id: str


class PbxClient:
    """Raises NotPossible before anything is sent, PBXError after that, and nothing else.

    `deadline` is the seconds that one call may take: waiting for one of `in_flight`, signing in, retries and the
    answer's last byte included.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        ca_file: Path | None = None,
        verify: bool = True,
        deadline: float = 10.0,
        in_flight: int = 8,
    ) -> None:
        self._sender = HttpSender(url, ca_file=ca_file, verify=verify, in_flight=in_flight)
        self._sign_in = SignIn(self._sender, credentials)
        self._deadline = deadline

    @property
    def sign_in(self) -> SignIn:
        return self._sign_in

    def server(self) -> ParkServer:
        return self._read(ParkServer, "call_park")

    def update_server(self, settings: Mapping[str, Any]) -> None:
        check_server(settings)
        self._write("call_park", content=sendable(settings))

    def set_prompt(self, settings: Mapping[str, Any], file_id: str | None) -> None:
        """With the server's other settings, as they are to be; None takes the prompt away."""
        check_server(settings)
        self._write("call_park", content=sendable(settings, prompt_file_id=file_id or ""))

    def upload(self, name: str, content: bytes) -> str:
        """The new file's id. Nothing is lost by doing it twice, so as a whole it is tried like a read."""
        blob, deadline = Blob(name, content), Deadline(self._deadline)
        return retrying(deadline, lambda: self._uploaded(blob, deadline))

    def file(self, url: str) -> bytes:
        """What the PBX shows at an address of its own; raise NotPossible for any other."""
        return self._send(shown_at(url, self._sender.base)).body

    def groups(self, *, filter: str | None = None, search: str | None = None) -> Iterator[ParkGroup]:
        return every(lambda skip: self.group_page(skip, filter=filter, search=search))

    def group_page(self, skip: int = 0, **narrowed: str | None) -> Page[ParkGroup]:
        return self._page(Page[ParkGroup], "call_park_groups", skip, narrowed)

    def group(self, group_id: str) -> ParkGroup:
        return self._read(ParkGroup, "call_park_groups", group_id)

    def create_group(self, settings: Mapping[str, Any]) -> str:
        """The new group's id."""
        check_group(settings, new=True)
        call, answer = self._write("call_park_groups", content=sendable(settings))
        return parsed(call, answer, _Created).id

    def update_group(self, group_id: str, settings: Mapping[str, Any]) -> None:
        check_group(settings)
        self._write("call_park_groups", group_id, content=sendable(settings))

    def delete_group(self, group_id: str) -> None:
        self._write("call_park_groups", group_id, "destroy")

    def members(self, group_id: str) -> tuple[Member, ...]:
        return self._read(Page[Member], "call_park_groups", group_id, "members").items

    def add_member(self, group_id: str, extension_number: str) -> None:
        check_extension(extension_number)
        self._write("call_park_groups", group_id, "members", extension_number)

    def remove_member(self, group_id: str, extension_number: str) -> None:
        check_extension(extension_number)
        self._write("call_park_groups", group_id, "members", extension_number, "destroy")

    def ring_groups(self, *, filter: str | None = None, search: str | None = None) -> Iterator[RingGroup]:
        return every(lambda skip: self.ring_group_page(skip, filter=filter, search=search))

    def ring_group_page(self, skip: int = 0, **narrowed: str | None) -> Page[RingGroup]:
        return self._page(Page[RingGroup], "ring_groups", skip, narrowed)

    def ring_group(self, ring_group_id: str) -> RingGroup:
        return self._read(RingGroup, "ring_groups", ring_group_id)

    def number(self, extension_number: str) -> Number | None:
        """Whatever answers this number; None where nothing does."""
        check_extension(extension_number)
        try:
            return self._read(Number, "extension_numbers", extension_number)
        except Missing:
            return None

    def users(self, *, filter: str | None = None, search: str | None = None) -> Iterator[User]:
        return every(lambda skip: self.user_page(skip, filter=filter, search=search))

    def user_page(self, skip: int = 0, **narrowed: str | None) -> Page[User]:
        return self._page(Page[User], "users", skip, narrowed)

    def feature_codes(self) -> tuple[FeatureCode, ...]:
        return self._read(Page[FeatureCode], "feature_access_codes").items

    def audit_logs(self) -> tuple[AuditLog, ...]:
        """As far as one answer goes: no parameters are promised."""
        return self._read(Page[AuditLog], "audit_logs").items

    def role(self) -> str | None:
        """Of whoever is signed in; None where an older PBX doesn't tell."""
        try:
            return self._read(Account, "auth", "user").role
        except Missing:
            return None

    @property
    def state(self) -> str:
        """How the last call went, in words; nothing is asked for it."""
        return "refuses the sign-in" if self._sign_in.rejected else self._sender.pulse.state

    def close(self) -> None:
        """Close every connection; calls after this fail as Unreachable."""
        self._sender.close()

    def ask(self, call: ApiRequest, *, signed: bool = True) -> ApiResponse:
        """Once, whatever the answer says; not `signed`, without a token."""
        deadline = Deadline(self._deadline)
        return self._signed_in(call, deadline) if signed else self._sender.exchange(call, deadline)

    def _page(self, shape: type[Page[M]], path: str, skip: int, narrowed: Mapping[str, str | None]) -> Page[M]:
        query = {key: value for key, value in narrowed.items() if value}
        return self._read(shape, path, skip=skip, top=PAGE, **query)

    def _read(self, shape: type[M], *path: str, **query: str | int) -> M:
        call = ApiRequest(method="GET", path=path, query=query)
        return parsed(call, self._send(call), shape)

    def _write(self, *path: str, content: bytes | None = None) -> tuple[ApiRequest, ApiResponse]:
        call = ApiRequest(method="POST", path=path, content=content, write=True)
        return call, self._send(call)

    def _send(self, call: ApiRequest) -> ApiResponse:
        """A 2xx answer, or raise PBXError; writes are only repeated when nothing was done."""
        deadline = Deadline(self._deadline)
        return retrying(deadline, lambda: judged(call, self._signed_in(call, deadline)))

    def _uploaded(self, blob: Blob, deadline: Deadline) -> str:
        begin = blob.begin()
        complete = blob.complete(begin, judged(begin, self._signed_in(begin, deadline)))
        return parsed(complete, judged(complete, self._signed_in(complete, deadline)), _Created).id

    def _signed_in(self, call: ApiRequest, deadline: Deadline) -> ApiResponse:
        token = self._sign_in.token(deadline)
        answer = self._sender.exchange(call, deadline, token=token)
        if answer.status == 401:  # nothing was done, so a write too may go once more
            answer = self._sender.exchange(call, deadline, token=self._sign_in.renew(token, deadline))
        if answer.status == 401:
            raise SignInFailed(f"{call}: the PBX refuses a token that it has just given")
        return answer


def build_client(settings: PBXSettings) -> PbxClient:
    """The client that the environment asks for."""
    return PbxClient(
        str(settings.pbx_url),
        credentials_of(settings),
        ca_file=settings.pbx_ca_file,
        verify=settings.pbx_verify_tls,
        deadline=settings.pbx_deadline,
    )


def credentials_of(settings: PBXSettings) -> Credentials:
    """Whom the PBX is to let in."""
    return Credentials(
        token=plain(settings.pbx_token),
        username=settings.pbx_username,
        password=plain(settings.pbx_password),
        domain=settings.pbx_domain,
    )
