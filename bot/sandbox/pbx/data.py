"""A small company's PBX, as it might stand on a Tuesday."""

from bot.sandbox.pbx.ids import opaque_id
from bot.sandbox.pbx.people import PEOPLE, user
from bot.sandbox.pbx.state import Record, State
from bot.sandbox.sound import tone

RING_GROUPS = {"6001": "Night Desk", "6002": "Day Desk", "6003": "Reception", "6004": "On Call"}
OTHERS = {
    "7001": ("CALL_QUEUE", "Orders Queue"),
    "8001": ("CONFERENCE_ROOM", "Board Room"),
    "9001": ("VIRTUAL_RECEPTIONIST", "Welcome Menu"),
}
FEATURES = {
    "*68": "CALL_PARK",
    "*58": "GROUP_CALL_PARK",
    "*88": "CALL_RETRIEVE",
    "*97": "ACCESSING_VOICEMAIL",
    "*78": "DO_NOT_DISTURB",
}
PROMPT = "one-moment-please.wav"
GROUPS: dict[str, tuple[str | None, str, tuple[int, ...]]] = {
    # name: ring group, recall target, members in the order in which *58 hunts them
    "Sales": (None, "USER_ONLY", (1002, 1007, 1003, 1011)),
    "Support": ("Night Desk", "USER_FIRST_THEN_RING_GROUP", (1021, 1020, 1022, 1023, 1024)),
    "Support EMEA": ("Day Desk", "RING_GROUP_ONLY", (1025, 1026)),
    "Front Desk": ("Reception", "USER_FIRST_THEN_RING_GROUP", (1030, 1031)),
    "Back to Front": (None, "USER_ONLY", (1032,)),
    "Sales for Partners": (None, "USER_ONLY", (1012, 1013)),
    'Café "Süd"': ("Reception", "RING_GROUP_ONLY", (1040,)),
    "<!channel> & friends": (None, "USER_ONLY", ()),
    "Warehouse": ("On Call", "RING_GROUP_ONLY", (1041, 1042, 1043, 1044, 1045)),
    "Night Shift": ("Night Desk", "RING_GROUP_ONLY", (1050, 1051)),
    "Billing": (None, "USER_ONLY", (1055, 1054)),
    "The Lounge": (None, "USER_ONLY", ()),
}


def company() -> State:
    """Twelve groups, sixty users, four ring groups, a queue, a conference room and a virtual receptionist."""
    state = bare()
    for number, name in enumerate(PEOPLE, 1001):
        state.users[str(number)] = user(number, name)
    for order, (name, (ring_group, recall_to, members)) in enumerate(GROUPS.items()):
        ring_group_id = state.ring_group_id(ring_group) if ring_group else None
        put_group(state, order, name, recall_to, ring_group_id)
        state.members[list(state.groups)[-1]] = [str(number) for number in members]
    return state


def bare() -> State:
    """A call park server, ring groups and the other numbers; nobody there."""
    state = State(server=server())
    state.feature_codes = [{"code": code, "feature": name, "enabled": True} for code, name in FEATURES.items()]
    for extension, name in RING_GROUPS.items():
        state.ring_groups[opaque_id("ring group", int(extension))] = ring_group_record(extension, name)
    for extension, (kind, name) in OTHERS.items():
        id_ = opaque_id(kind, int(extension))
        state.others[extension] = {"id": id_, "extension_number": extension, "name": name, "type": kind}
    prompt = opaque_id("file", 1)
    content = tone(3.0)
    state.files[prompt] = {"id": prompt, "name": PROMPT, "size": len(content), "content": content}
    return state


def server() -> Record:
    """As the PBX comes: on, on 666, back to the user after five minutes."""
    return {
        "enabled": True,
        "extension_number": "666",
        "recall_to": "USER_ONLY",
        "recall_time": 300,
        "recall_ring_group_time": 300,
        "ring_group_id": None,
        "prompt_file_id": None,
        "send_notification_to_parker": True,
    }


def ring_group_record(extension: str, name: str) -> Record:
    """A ring group with every documented field."""
    return {
        "id": opaque_id("ring group", int(extension)),
        "name": name,
        "extension_number": extension,
        "ring_time": 20,
        "ring_strategy": "RING_SIMULTANEOUSLY",
        "skip_busy_member": True,
        "enable_paid": False,
        "enable_prid": False,
        "extension_number_as_to_header": False,
        "no_answer_forward_rule": {"action": "HANGUP"},
        "night_mode_forward_rule": {"action": "FORWARD_TO_NUMBER", "number": "6001"},
    }


def put_group(state: State, order: int, name: str, recall_to: str, ring_group_id: str | None) -> None:
    """A group without members."""
    id_ = opaque_id("call park group", order)
    state.groups[id_] = {
        "id": id_,
        "name": name,
        "recall_to": recall_to,
        "ring_group_id": ring_group_id,
        "description": None,
    }
    state.members[id_] = []
