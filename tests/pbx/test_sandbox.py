"""The client works with the sandbox PBX: every variant of undocumented behaviour, every fault, every size."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import stamina

from bot.errors import Missing, PBXError, Rejected, SignInFailed, UnknownOutcome, Unreachable
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.pbx.switches import ErrorResponse, Switches
from tests.pbx.clients import client

READS: dict[str, Callable[[PbxClient, str], object]] = {
    "server": lambda pbx, _: pbx.server(),
    "groups": lambda pbx, _: list(pbx.groups()),
    "group": lambda pbx, group_id: pbx.group(group_id),
    "members": lambda pbx, group_id: pbx.members(group_id),
    "ring_groups": lambda pbx, _: list(pbx.ring_groups()),
    "ring_group": lambda pbx, _: pbx.ring_group(next(pbx.ring_groups()).id),
    "number": lambda pbx, _: pbx.number("1001"),
    "users": lambda pbx, _: list(pbx.users()),
    "feature_codes": lambda pbx, _: pbx.feature_codes(),
}
WRITES: dict[str, Callable[[PbxClient, str], object]] = {
    "update_server": lambda pbx, _: pbx.update_server({"recall_time": 90}),
    "create_group": lambda pbx, _: pbx.create_group({"name": "New"}),
    "update_group": lambda pbx, group_id: pbx.update_group(group_id, {"name": "Newer"}),
    "delete_group": lambda pbx, group_id: pbx.delete_group(group_id),
    "add_member": lambda pbx, group_id: pbx.add_member(group_id, "1001"),
    "remove_member": lambda pbx, group_id: pbx.remove_member(group_id, "1002"),
}
METHODS = READS | WRITES
SWITCHES: dict[str, list[Any]] = {
    "updates": ["partial", "replacing"],
    "blanks": ["null", "empty", "missing"],
    "nulls": ["accepted", "refused"],
    "read_only": ["refused", "ignored"],
    "newer": [False, True],
}
ALL_SWITCHES = [dict(zip(SWITCHES, values, strict=True)) for values in product(*SWITCHES.values())]


@pytest.fixture
def pbx() -> Iterator[FakePbx]:
    with FakePbx() as pbx:
        yield pbx


@pytest.fixture
def ours(pbx: FakePbx) -> Iterator[PbxClient]:
    with client(pbx.url, Credentials(token=pbx.token)) as ours:
        yield ours


@pytest.fixture
def _hurried() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def _person(pbx: FakePbx) -> Credentials:
    return Credentials(username=pbx.username, password=pbx.password, domain=pbx.domain)


def _names(directory: Directory, text: str) -> list[str]:
    return [group.name for group in directory.group(text)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("blanks", SWITCHES["blanks"])
def test_every_method_works(pbx: FakePbx, ours: PbxClient, method: str, blanks: Any) -> None:
    pbx.switches = Switches(blanks=blanks)
    METHODS[method](ours, pbx.state.group_id("Sales"))
    assert len(pbx.writes) == (method in WRITES)


def test_a_group_lives_from_creation_to_deletion(pbx: FakePbx, ours: PbxClient) -> None:
    ring_group = next(ours.ring_groups(search="Night"))
    settings = {"name": "Café/1 & Söhne?", "recall_to": "RING_GROUP_ONLY", "ring_group_id": ring_group.id}
    group_id = ours.create_group(settings)
    assert ours.group(group_id).sent_fields() == {"id": group_id, **settings}
    ours.add_member(group_id, "1001")
    ours.add_member(group_id, "1005")
    assert [member.extension_number for member in ours.members(group_id)] == ["1001", "1005"]
    ours.remove_member(group_id, "1001")
    assert [member.extension_number for member in ours.members(group_id)] == ["1005"]
    ours.delete_group(group_id)
    with pytest.raises(Missing):
        ours.group(group_id)


@pytest.mark.parametrize("switches", ALL_SWITCHES, ids=lambda switches: "-".join(map(str, switches.values())))
def test_sending_everything_back_changes_only_what_was_meant(
    pbx: FakePbx, ours: PbxClient, switches: dict[str, Any]
) -> None:
    pbx.switches = Switches(**switches)
    group_id = pbx.state.group_id("Support")
    server, group = dict(pbx.state.server), dict(pbx.state.groups[group_id])
    ours.update_server({**ours.server().sent_fields(), "recall_time": 90})
    ours.update_group(group_id, {**ours.group(group_id).sent_fields(), "name": "Help"})
    assert pbx.state.server | ({} if switches["newer"] else {"send_notification_to_parker": True}) == {
        **server,
        "recall_time": 90,
    }
    assert pbx.state.groups[group_id] == {**group, "name": "Help"}


def test_a_field_that_is_only_shown_is_refused_in_the_words_of_the_pbx(pbx: FakePbx, ours: PbxClient) -> None:
    pbx.switches = Switches(shown_only=True)
    with pytest.raises(Rejected, match="revision") as raised:
        ours.update_server(ours.server().sent_fields())
    assert raised.value.code == "VALIDATE_FAILED"
    assert len(pbx.writes) == 1


@pytest.mark.parametrize("bodies", [True, False])
def test_every_refusal_is_rejected_once_with_or_without_a_body(pbx: FakePbx, ours: PbxClient, bodies: bool) -> None:
    teapot = ErrorResponse(418, "TEAPOT", "Short and stout.")
    pbx.switches = Switches(
        error_bodies=bodies,
        duplicate_name=teapot,
        already_here=teapot,
        in_other_group=teapot,
        unknown_extension=teapot,
        not_a_member=teapot,
        delete_with_members=teapot,
    )
    sales = pbx.state.group_id("Sales")
    for refused in (
        lambda: ours.create_group({"name": "Sales"}),
        lambda: ours.update_group(sales, {"name": "Billing"}),
        lambda: ours.add_member(sales, "1002"),
        lambda: ours.add_member(sales, "1020"),
        lambda: ours.add_member(sales, "5999"),
        lambda: ours.remove_member(sales, "1020"),
        lambda: ours.delete_group(sales),
    ):
        pbx.requests.clear()
        with pytest.raises(Rejected) as raised:
            refused()
        assert (raised.value.status, raised.value.code) == (418, "UNKNOWN")
        assert ("Short and stout." in str(raised.value)) is bodies
        assert len(pbx.requests) == 1


def test_members_come_in_the_order_of_the_pbx(pbx: FakePbx, ours: PbxClient) -> None:
    for order in ("assigned", "sorted"):
        pbx.switches.members = order
        found = [member.extension_number for member in ours.members(pbx.state.group_id("Sales"))]
        assert found == (["1002", "1007", "1003", "1011"] if order == "assigned" else ["1002", "1003", "1007", "1011"])


UNCERTAIN = {
    "500": lambda: Fault(kind=FaultKind.STATUS, status=500, times=None),
    "503 that landed": lambda: Fault(kind=FaultKind.STATUS, status=503, times=None, lands=True),
    "502": lambda: Fault(kind=FaultKind.GATEWAY, times=None),
    "dropped before": lambda: Fault(kind=FaultKind.DROP_BEFORE, times=None),
    "dropped after": lambda: Fault(kind=FaultKind.DROP_AFTER, times=None),
    "late": lambda: Fault(kind=FaultKind.LATE, times=None, seconds=0.01),
    "redirected": lambda: Fault(kind=FaultKind.REDIRECT, times=None),
    "slow": lambda: Fault(kind=FaultKind.SLOW, times=None, seconds=2.0),
}


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("fault", UNCERTAIN)
@pytest.mark.parametrize("method", METHODS)
def test_no_fault_looks_like_anything_but_what_it_is(pbx: FakePbx, method: str, fault: str) -> None:
    with client(pbx.url, Credentials(token=pbx.token), deadline=1.0) as ours:
        pbx.faults.add(UNCERTAIN[fault]())
        with pytest.raises(UnknownOutcome if method in WRITES else Unreachable):
            METHODS[method](ours, pbx.state.group_id("Sales"))
    assert len(pbx.writes) == (method in WRITES)


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("kind", [FaultKind.MALFORMED, FaultKind.OVERSIZED])
@pytest.mark.parametrize("method", METHODS)
def test_a_garbled_answer_to_a_read_is_unreachable_and_a_write_is_sent_once(
    pbx: FakePbx, ours: PbxClient, method: str, kind: FaultKind
) -> None:
    pbx.faults.add(Fault(kind=kind, times=None, size=17 * 1024 * 1024))
    if method in READS:
        with pytest.raises(Unreachable):
            METHODS[method](ours, pbx.state.group_id("Sales"))
    else:
        try:
            METHODS[method](ours, pbx.state.group_id("Sales"))
        except PBXError as error:
            assert type(error) is UnknownOutcome  # noqa: PT017
        assert len(pbx.writes) == 1


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(
    "kind", [FaultKind.STATUS, FaultKind.GATEWAY, FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.THROTTLED]
)
@pytest.mark.parametrize("method", READS)
def test_a_read_gets_over_a_fault_that_passes(pbx: FakePbx, ours: PbxClient, method: str, kind: FaultKind) -> None:
    pbx.faults.add(Fault(kind=kind, times=2, retry_after="0"))
    READS[method](ours, pbx.state.group_id("Sales"))


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_was_throttled_is_sent_again_and_done_once(pbx: FakePbx, ours: PbxClient, method: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.THROTTLED, times=2, retry_after="0"))
    WRITES[method](ours, pbx.state.group_id("Sales"))
    assert [request.status for request in pbx.writes][:2] == [429, 429]
    assert len(pbx.writes) == 3


@pytest.mark.parametrize("method", METHODS)
def test_a_trickling_answer_ends_in_time(pbx: FakePbx, method: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.TRICKLE, times=None, seconds=0.2))
    with client(pbx.url, Credentials(token=pbx.token), deadline=0.5) as ours:
        if method in READS:
            with pytest.raises(Unreachable):
                METHODS[method](ours, pbx.state.group_id("Sales"))
        elif method == "create_group":
            with pytest.raises(UnknownOutcome):
                METHODS[method](ours, pbx.state.group_id("Sales"))


def test_a_pbx_that_restarts_is_reached_again(pbx: FakePbx, ours: PbxClient) -> None:
    ours.server()
    pbx.stop()
    with pytest.raises(Unreachable):
        ours.delete_group(pbx.state.group_id("Sales"))
    pbx.start()
    ours.server()


@pytest.mark.parametrize("rotates", [True, False])
@pytest.mark.parametrize("refresh", [True, False])
@pytest.mark.parametrize("older", [True, False])
def test_a_session_survives_its_tokens(pbx: FakePbx, older: bool, refresh: bool, rotates: bool) -> None:
    pbx.switches = Switches(sign_in=not older, refresh_rotates=rotates)
    with client(pbx.url, _person(pbx)) as ours:
        for name in ("A", "B", "C"):
            ours.create_group({"name": name})
            pbx.expire_tokens(refresh=refresh)
        ours.server()
    assert [request.status for request in pbx.writes] == [201, 401, 201, 401, 201]


def test_a_token_is_refreshed_before_it_runs_out(pbx: FakePbx) -> None:
    pbx.switches = Switches(token_lifetime=1)
    with client(pbx.url, _person(pbx)) as ours:
        for _ in range(30):
            ours.server()
            pbx.faults.latency = 0.05
    assert [request.path for request in pbx.requests].count("/api/auth/sign_in") == 1
    assert "/api/auth/refresh_token" in [request.path for request in pbx.requests]


@pytest.mark.parametrize(
    ("switches", "password"),
    [(Switches(two_factor=True), None), (Switches(), "wrong"), (Switches(sign_in=False), "wrong")],
)
def test_a_rejected_login_is_one_login(pbx: FakePbx, switches: Switches, password: str | None) -> None:
    pbx.switches = switches
    credentials = Credentials(username=pbx.username, password=password or pbx.password, domain=pbx.domain)
    with client(pbx.url, credentials) as ours:
        for _ in range(8):
            with pytest.raises(SignInFailed):
                ours.server()
    paths = [request.path for request in pbx.requests]
    assert len(paths) == (1 if switches.sign_in else 2)


def test_a_ready_token_that_has_run_out_says_so(pbx: FakePbx, ours: PbxClient) -> None:
    ours.server()
    pbx.expire_tokens()
    for _ in range(3):
        with pytest.raises(SignInFailed, match="has expired or was revoked"):
            ours.server()
    assert len(pbx.requests) == 3, "a spurious 401 is looked at twice"


def test_a_role_that_may_not_is_rejected_and_not_signed_in_again(pbx: FakePbx) -> None:
    pbx.switches = Switches(role="User")
    with client(pbx.url, _person(pbx)) as ours, pytest.raises(Rejected) as raised:
        ours.server()
    assert (raised.value.status, raised.value.code) == (403, "DENIED")
    assert len(pbx.requests) == 2


NARROWINGS = [
    Switches(filter=how, search=also, eq_ignores_case=case)  # type: ignore[arg-type]
    for how, also, case in product(("supported", "ignored", "refused"), ("supported", "ignored"), (True, False))
]


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
@pytest.mark.parametrize("switches", NARROWINGS, ids=lambda at: f"{at.filter}-{at.search}-{at.eq_ignores_case}")
def test_a_name_is_found_however_the_pbx_narrows(count: int, switches: Switches) -> None:
    with (
        FakePbx(groups=count, users=count, switches=switches) as pbx,
        client(pbx.url, Credentials(token=pbx.token)) as ours,
    ):
        directory = Directory(ours)
        last = f"Group {count:05}"
        assert _names(directory, last.upper()) == ([last] if count else [])
        assert _names(directory, "No such group") == []
        assert len(pbx.requests) <= 1 + 2 * 2 + -(-count // 100)
        if count:
            extension = str(1000 + count)
            assert [user.extension_number for user in directory.user(extension)] == [extension]
            found = directory.find("1001", visible=lambda _: True)
            assert found.group is not None
            assert found.group.name == "Group 00001"


def test_names_as_people_really_give_them_are_found(pbx: FakePbx, ours: PbxClient) -> None:
    directory = Directory(ours)
    for name in [group["name"] for group in pbx.state.groups.values()]:
        assert _names(directory, name) == [name]
        assert _names(directory, f"  {name.upper()} ") == [name]
    assert len(directory.user("alex morgan")) == 2
    assert len(directory.ring_group("6001")) == 1
    assert len(pbx.requests) == 3


def test_10_000_groups_are_listed_named_and_looked_through_within_bounds() -> None:
    with (
        FakePbx(groups=10_000, users=10_000) as pbx,
        client(pbx.url, Credentials(token=pbx.token), deadline=60) as ours,
    ):
        directory = Directory(ours)
        assert _names(directory, "Group 09999") == ["Group 09999"]
        assert len(pbx.requests) == 2
        assert len(directory.all_groups()) == 10_000
        assert len(pbx.requests) == 2 + 100
        found = directory.find("109999", visible=lambda _: True, limit=20)
        assert (found.group, found.searched, found.total, found.partial) == (None, 20, 10_000, True)
        assert len(pbx.requests) == 2 + 100 + 20


def test_the_role_is_told_where_the_pbx_tells_it() -> None:
    with FakePbx() as pbx, client(pbx.url, Credentials(token=pbx.token)) as ours:
        assert ours.account().role == "Admin"
        pbx.switches.sign_in = False
        assert ours.account().role is None
