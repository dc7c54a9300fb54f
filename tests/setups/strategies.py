"""Random set-ups, and a fake PBX that has one."""

from hypothesis import strategies as st

from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.sandbox.pbx.dataset import USER_NAMES, add_group, empty_pbx, user_record
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.state import PbxState
from bot.setups.model import TARGETS, GroupPart, RecallPart, ServerPart, SetupFile

NUMBERS = tuple(str(1001 + at) for at in range(12))
NAMES = ("Sales", 'Café "Süd"', "on", "1001", "# hash: <!channel> & 'x'", "Night Shift")
RING_GROUPS = (("Night Desk", "6001"), ("Day Desk", "6002"))


@st.composite
def recalls(draw: st.DrawFn) -> RecallPart:
    """Any recall target."""
    to = draw(st.sampled_from(["user", "user then ring group", "ring group"]))
    if to == "user":
        return RecallPart(to="user")
    name, number = draw(st.sampled_from(RING_GROUPS))
    return RecallPart.model_validate({"to": to, "ring_group": name, "number": number})


@st.composite
def setups(draw: st.DrawFn) -> SetupFile:
    """Any whole set-up of the users and ring groups of `pbx_with`."""
    homes = draw(st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(NAMES)))
    names = sorted({*homes.values(), *draw(st.sets(st.sampled_from(NAMES)))}, key=str.casefold)
    order = draw(st.permutations(list(homes)))
    groups = {
        name: GroupPart(
            recall=draw(recalls()), members=tuple(member(number) for number in order if homes[number] == name)
        )
        for name in names
    }
    server = ServerPart(
        enabled=draw(st.booleans()),
        extension=draw(st.sampled_from(["666", "777"])),
        recall=draw(recalls()),
        recall_time=draw(st.integers(60, 900)),
        recall_ring_group_time=draw(st.integers(60, 900)),
    )
    return SetupFile(other_groups="delete", server=server, groups=groups)


def member(number: str) -> str:
    """A user as a file has them."""
    return f"{number} {USER_NAMES[int(number) - 1001]}"


def pbx_with(setup: SetupFile) -> PbxState:
    """A PBX that is set up like that."""
    state = empty_pbx()
    for number in NUMBERS:
        state.users[number] = user_record(int(number), USER_NAMES[int(number) - 1001])
    ids: dict[str | None, str | None] = {None: None, **{name: state.ring_group_id(name) for name, _ in RING_GROUPS}}
    for order, (name, part) in enumerate(setup.groups.items()):
        assert part.recall is not None
        add_group(state, order, name, TARGETS[part.recall.to].value, ids[part.recall.ring_group])
        state.members[list(state.groups)[-1]] = [one.number for one in part.people or ()]
    server = setup.server
    assert server is not None
    assert server.recall is not None
    state.server |= {
        "enabled": server.enabled,
        "extension_number": server.extension,
        "recall_to": TARGETS[server.recall.to].value,
        "ring_group_id": ids[server.recall.ring_group],
        "recall_time": server.recall_time,
        "recall_ring_group_time": server.recall_ring_group_time,
    }
    return state


def set_up(pbx: FakePbx, setup: SetupFile) -> None:
    """Replaces the data of a running PBX."""
    new = pbx_with(setup)
    for name in ("server", "groups", "members", "users", "ring_groups"):
        present = getattr(pbx.state, name)
        present.clear()
        present.update(getattr(new, name))


def client_of(pbx: FakePbx) -> PbxClient:
    """A client of a running fake PBX."""
    return PbxClient(pbx.url, Credentials(token=pbx.token))
