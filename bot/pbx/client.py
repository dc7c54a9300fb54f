"""The REST client: one method per endpoint."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.errors import Missing
from bot.pbx.auth import Credentials, SignIn
from bot.pbx.http import HttpSender, retrying
from bot.pbx.limits import check_extension, check_group, check_server
from bot.pbx.models import (
    Account,
    AuditLog,
    ExtensionNumber,
    FeatureCode,
    Member,
    ParkGroup,
    ParkServer,
    RingGroup,
    User,
)
from bot.pbx.requests import ApiRequest, ApiResponse, begin_upload, complete_upload, download_request, encode_settings
from bot.pbx.responses import PAGE_SIZE, Page, check_response, iterate_pages, parse_body
from bot.pbx.transport import Deadline
from bot.settings.environment import PBXSettings, secret_text
from bot.times.model import Clock

M = TypeVar("M", bound=BaseModel)


class _Created(BaseModel, defer_build=True):
    id: str


class PbxClient:
    """Client of one PBX for all threads.

    Methods raise NotPossible before anything is sent, PBXError after that, and nothing else. Reads and requests that
    did not reach the PBX are repeated; a write that may have arrived is not.
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
        read_credentials: Callable[[], Credentials] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Sends nothing yet.

        Args:
            deadline: seconds that one call may take: waiting for a free slot, signing in and retries included.
            in_flight: largest number of concurrent requests.
            read_credentials: as for `SignIn`.
            clock: as for `SignIn`.
        """
        self._sender = HttpSender(url, ca_file=ca_file, verify=verify, in_flight=in_flight)
        self._sign_in = SignIn(self._sender, credentials, read_credentials=read_credentials, clock=clock)
        self._deadline = deadline

    @property
    def sign_in(self) -> SignIn:
        """The access token in use."""
        return self._sign_in

    @property
    def state(self) -> str:
        """How the last call ended, as text for people; sends nothing."""
        return "refuses the sign-in" if self._sign_in.rejected else self._sender.stats.state

    @property
    def trouble(self) -> str:
        """What is wrong with the PBX right now, as text for users; empty if it answers as it should."""
        return self._sender.stats.trouble

    def server(self) -> ParkServer:
        """Returns the call park server's settings."""
        return self._read(ParkServer, "call_park")

    def update_server(self, settings: Mapping[str, Any], **cleared: str | None) -> None:
        """Writes the call park server's settings; read-only and blank ones are left out, except `cleared` ones."""
        check_server(settings)
        self._write("call_park", content=encode_settings(settings, **cleared))

    def set_prompt(self, settings: Mapping[str, Any], file_id: str | None, **cleared: str | None) -> None:
        """Writes the call park server's settings with the prompt of an uploaded file, or with none."""
        check_server(settings)
        self._write("call_park", content=encode_settings(settings, prompt_file_id=file_id or "", **cleared))

    def upload(self, name: str, content: bytes) -> str:
        """Uploads a file and returns its id; retried as a whole, since an unused file does no harm."""
        deadline = Deadline(self._deadline)
        return retrying(deadline, lambda: self._upload(name, content, deadline))

    def download(self, url: str) -> bytes:
        """Returns a file from a URL that the PBX gave; raises NotPossible for a URL of another host."""
        return self._send(download_request(url, self._sender.base_url)).body

    def groups(self, *, filter: str | None = None, search: str | None = None) -> Iterator[ParkGroup]:
        """Yields the park groups, reading pages as needed."""
        return iterate_pages(lambda skip: self.group_page(skip, filter=filter, search=search))

    def group_page(self, skip: int = 0, **narrowed: str | None) -> Page[ParkGroup]:
        """Returns the page of park groups that begins at item `skip`, narrowed by `filter` or `search`."""
        return self._page(Page[ParkGroup], "call_park_groups", skip, narrowed)

    def group(self, group_id: str) -> ParkGroup:
        """Returns a park group; raises Missing."""
        return self._read(ParkGroup, "call_park_groups", group_id)

    def create_group(self, settings: Mapping[str, Any]) -> str:
        """Creates a park group and returns its id."""
        check_group(settings, new=True)
        request, response = self._write("call_park_groups", content=encode_settings(settings))
        return parse_body(request, response, _Created).id

    def update_group(self, group_id: str, settings: Mapping[str, Any]) -> None:
        """Writes a park group's settings; read-only ones among them are left out."""
        check_group(settings)
        self._write("call_park_groups", group_id, content=encode_settings(settings))

    def delete_group(self, group_id: str) -> None:
        """Deletes a park group."""
        self._write("call_park_groups", group_id, "destroy")

    def members(self, group_id: str) -> tuple[Member, ...]:
        """Returns the members of a park group in the PBX's order."""
        return self._read(Page[Member], "call_park_groups", group_id, "members").items

    def add_member(self, group_id: str, extension_number: str) -> None:
        """Adds the user with this extension number to a park group."""
        check_extension(extension_number)
        self._write("call_park_groups", group_id, "members", extension_number)

    def remove_member(self, group_id: str, extension_number: str) -> None:
        """Removes the user with this extension number from a park group."""
        check_extension(extension_number)
        self._write("call_park_groups", group_id, "members", extension_number, "destroy")

    def ring_groups(self, *, filter: str | None = None, search: str | None = None) -> Iterator[RingGroup]:
        """Yields the ring groups, reading pages as needed."""
        return iterate_pages(lambda skip: self.ring_group_page(skip, filter=filter, search=search))

    def ring_group_page(self, skip: int = 0, **narrowed: str | None) -> Page[RingGroup]:
        """Returns the page of ring groups that begins at item `skip`, narrowed by `filter` or `search`."""
        return self._page(Page[RingGroup], "ring_groups", skip, narrowed)

    def ring_group(self, ring_group_id: str) -> RingGroup:
        """Returns a ring group; raises Missing."""
        return self._read(RingGroup, "ring_groups", ring_group_id)

    def number(self, extension_number: str) -> ExtensionNumber | None:
        """Returns what an extension number belongs to; None if it is free."""
        check_extension(extension_number)
        try:
            return self._read(ExtensionNumber, "extension_numbers", extension_number)
        except Missing:
            return None

    def users(self, *, filter: str | None = None, search: str | None = None) -> Iterator[User]:
        """Yields the users, reading pages as needed."""
        return iterate_pages(lambda skip: self.user_page(skip, filter=filter, search=search))

    def user_page(self, skip: int = 0, **narrowed: str | None) -> Page[User]:
        """Returns the page of users that begins at item `skip`, narrowed by `filter` or `search`."""
        return self._page(Page[User], "users", skip, narrowed)

    def feature_codes(self) -> tuple[FeatureCode, ...]:
        """Returns the tenant's star codes."""
        return self._read(Page[FeatureCode], "feature_access_codes").items

    def audit_logs(self) -> tuple[AuditLog, ...]:
        """Returns the audit log's entries of one response: paging parameters are not documented for it."""
        return self._read(Page[AuditLog], "audit_logs").items

    def account(self) -> Account:
        """Returns the signed-in user; an empty account on a PBX before 22.2, which has no such endpoint."""
        try:
            return self._read(Account, "auth", "user")
        except Missing:
            return Account()

    def send_once(self, request: ApiRequest, *, signed: bool = True) -> ApiResponse:
        """Sends any request once and returns the response of any status; without a token unless `signed`."""
        deadline = Deadline(self._deadline)
        return self._send_signed(request, deadline) if signed else self._sender.send(request, deadline)

    def close(self) -> None:
        """Closes every connection; later calls raise Unreachable."""
        self._sender.close()

    def _page(self, model: type[Page[M]], path: str, skip: int, narrowed: Mapping[str, str | None]) -> Page[M]:
        query = {key: value for key, value in narrowed.items() if value}
        return self._read(model, path, skip=skip, top=PAGE_SIZE, **query)

    def _read(self, model: type[M], *path: str, **query: str | int) -> M:
        request = ApiRequest(method="GET", path=path, query=query)
        return parse_body(request, self._send(request), model)

    def _write(self, *path: str, content: bytes | None = None) -> tuple[ApiRequest, ApiResponse]:
        request = ApiRequest(method="POST", path=path, content=content, write=True)
        return request, self._send(request)

    def _send(self, request: ApiRequest) -> ApiResponse:
        deadline = Deadline(self._deadline)
        return retrying(deadline, lambda: self._send_checked(request, deadline))

    def _upload(self, name: str, content: bytes, deadline: Deadline) -> str:
        begin = begin_upload(name)
        complete = complete_upload(content, begin, self._send_checked(begin, deadline))
        return parse_body(complete, self._send_checked(complete, deadline), _Created).id

    def _send_checked(self, request: ApiRequest, deadline: Deadline) -> ApiResponse:
        return check_response(request, self._send_signed(request, deadline))

    def _send_signed(self, request: ApiRequest, deadline: Deadline) -> ApiResponse:
        token = self._sign_in.token(deadline)
        response = self._sender.send(request, deadline, token=token)
        if response.status == 401:  # nothing was done, so even a write may be repeated
            response = self._sender.send(request, deadline, token=self._sign_in.renew(token, deadline))
        if response.status == 401:
            raise self._sign_in.reject_token()
        return response


def build_client(
    settings: PBXSettings,
    *,
    read_settings: Callable[[], PBXSettings] | None = None,
    now: Clock | None = None,
) -> PbxClient:
    """Returns the client that the environment's PBX_* variables describe.

    Args:
        read_settings: Reads them again after the PBX has rejected the credentials, which may have been corrected.
        now: Replaces the clock of the pauses between sign-ins.
    """
    return PbxClient(
        str(settings.pbx_url),
        build_credentials(settings),
        ca_file=settings.pbx_ca_file,
        verify=settings.pbx_verify_tls,
        deadline=settings.pbx_deadline,
        read_credentials=None if read_settings is None else lambda: build_credentials(read_settings()),
        clock=time.monotonic if now is None else lambda: now().timestamp(),
    )


def build_credentials(settings: PBXSettings) -> Credentials:
    """Returns the credentials of the PBX_* variables; raises SettingsError where there are none."""
    return Credentials(
        token=secret_text(settings.pbx_token),
        username=settings.pbx_username,
        password=secret_text(settings.pbx_password),
        domain=settings.pbx_domain,
    )
