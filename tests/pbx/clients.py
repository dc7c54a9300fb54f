"""Clients that are closed after use, and the methods of the client that tests call one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient

TOKEN = Credentials(token="a-ready-token")
PERSON = Credentials(username="park", password="s3cret", domain="example.com")

READS: dict[str, Callable[[PbxClient], object]] = {
    "server": lambda pbx: pbx.server(),
    "groups": lambda pbx: list(pbx.groups()),
    "group": lambda pbx: pbx.group("g1"),
    "members": lambda pbx: pbx.members("g1"),
    "ring_groups": lambda pbx: list(pbx.ring_groups()),
    "ring_group": lambda pbx: pbx.ring_group("r1"),
    "number": lambda pbx: pbx.number("1001"),
    "users": lambda pbx: list(pbx.users()),
    "feature_codes": lambda pbx: pbx.feature_codes(),
    "audit_logs": lambda pbx: pbx.audit_logs(),
}
WRITES: dict[str, Callable[[PbxClient], object]] = {
    "update_server": lambda pbx: pbx.update_server({"enabled": True}),
    "create_group": lambda pbx: pbx.create_group({"name": "New"}),
    "update_group": lambda pbx: pbx.update_group("g1", {"name": "Newer"}),
    "delete_group": lambda pbx: pbx.delete_group("g1"),
    "add_member": lambda pbx: pbx.add_member("g1", "1001"),
    "remove_member": lambda pbx: pbx.remove_member("g1", "1001"),
}
METHODS = READS | WRITES


@contextmanager
def client(
    url: str,
    credentials: Credentials = TOKEN,
    *,
    deadline: float = 10.0,
    in_flight: int = 8,
    ca_file: Path | None = None,
    verify: bool = True,
) -> Iterator[PbxClient]:
    pbx = PbxClient(url, credentials, deadline=deadline, in_flight=in_flight, ca_file=ca_file, verify=verify)
    try:
        yield pbx
    finally:
        pbx.close()
