"""Initial data of the fake PBX: a small company, or any number of generated groups and users."""

import io
import math
import re
import unicodedata
import wave
from functools import cache, lru_cache

from bot.sandbox.pbx.state import PbxState, Record, opaque_id

USER_NAMES = (
    *("Amara Okafor", "Bjørn Halvorsen", "Chloé Dubois", "Ana Ruiz", "Ben Ito", "Eve Novak"),
    *("Grace O'Brien", "Hiroshi Tanaka", "Ines Carvalho", "Jamal Washington", "Katarzyna Nowak", "Liam Murphy"),
    *("Mei-Ling Chen", "Nikhil Sharma", "Olga Petrova", "Pablo Fernández", "Quynh Nguyen", "Rosa Jiménez"),
    *("Søren Lindqvist", "Tamika Johnson", "Ursula Weber", "Víctor Morales", "Wanjiru Kamau", "Xiaowei Li"),
    *("Yusuf Demir", "Zofia Wiśniewska", "Aisha Rahman", "Benedikt Grün", "Carla Rossi", "Daniel Cohen"),
    *("Esi Mensah", "Finn van der Berg", "Gabriela Souza", "Hana Kim", "Ivan Horvat", "Jasmine Patel"),
    *("Kofi Asante", "Leila Karimi", "Mateusz Zieliński", "Noor Al-Farsi", "Oscar Johansson", "Priya Iyer"),
    *("Rafael Costa", "Sinéad Kelly", "Tomás Novotný", "Uma Krishnan", "Valentina Greco", "William Carter"),
    *("Yara Haddad", "Zanele Dlamini", "Arjun Mehta", "Birgit Schäfer", "Cheng Wei", "Dina Mansour"),
    *("Emeka Eze", "Freya Nilsen", "Goran Kovač", "Alex Morgan", "Alex Morgan", "Julia D'Angelo"),
)
DEPARTMENTS = ("Sales", "Support", "Front Office", "Warehouse", "Finance", "IT")


def user_record(number: int, name: str) -> Record:
    """Returns a user with every documented field; optional ones are None."""
    return dict(_user_record(number, name))


@lru_cache(len(USER_NAMES))
def _user_record(number: int, name: str) -> Record:
    account = f"{_account_name(name)}{number}" if USER_NAMES.count(name) != 1 else _account_name(name)
    return {
        "id": opaque_id("user", number),
        "name": account,
        "enabled": True,
        "email": f"{account}@example.com",
        "display_name": name,
        "role": "User",
        "mobile_phone": None,
        "work_phone": f"+442079460{number % 1000:03}",
        "department": DEPARTMENTS[number // 10 % len(DEPARTMENTS)],
        "extension_number": str(number),
        "created_at": "2025-03-04T09:30:00Z",
    }


@cache
def _account_name(name: str) -> str:
    """Returns an account name: lower-case letters, dashes and one dot."""
    folded = name.replace("ø", "o").replace("'", "")
    letters = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode().lower()
    first, _, last = re.sub(r"[^a-z -]", "", letters).partition(" ")
    return f"{first}.{last.replace(' ', '-')}"


@cache
def tone(seconds: float = 1.0, *, rate: int = 16_000, channels: int = 1, width: int = 2, pitch: int = 440) -> bytes:
    """Returns a sine tone as a WAV file; `width` is the bytes per sample, 2 for 16 bit."""
    loud = 2 ** (8 * width - 3)
    middle = 128 if width == 1 else 0  # 8 bit has no sign
    one = (
        int(middle + loud * math.sin(math.tau * pitch * at / rate)).to_bytes(width, "little", signed=width > 1)
        for at in range(int(seconds * rate))
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(b"".join(sample * channels for sample in one))
    return file.getvalue()


RING_GROUPS = {"6001": "Night Desk", "6002": "Day Desk", "6003": "Reception", "6004": "On Call"}
OTHER_NUMBERS = {
    "7001": ("CALL_QUEUE", "Orders Queue"),
    "8001": ("CONFERENCE_ROOM", "Board Room"),
    "9001": ("VIRTUAL_RECEPTIONIST", "Welcome Menu"),
}
FEATURE_CODES = {
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


def example_company() -> PbxState:
    """Returns twelve groups, sixty users, four ring groups, a queue, a conference room and a virtual receptionist."""
    state = empty_pbx()
    for number, name in enumerate(USER_NAMES, 1001):
        state.users[str(number)] = user_record(number, name)
    for order, (name, (ring_group, recall_to, members)) in enumerate(GROUPS.items()):
        ring_group_id = state.ring_group_id(ring_group) if ring_group else None
        add_group(state, order, name, recall_to, ring_group_id)
        state.members[list(state.groups)[-1]] = [str(number) for number in members]
    return state


def empty_pbx() -> PbxState:
    """Returns a call park server, ring groups and other numbers, without groups and users."""
    state = PbxState(server=default_server())
    state.feature_codes = [{"code": code, "feature": name, "enabled": True} for code, name in FEATURE_CODES.items()]
    for extension, name in RING_GROUPS.items():
        state.ring_groups[opaque_id("ring group", int(extension))] = ring_group_record(extension, name)
    for extension, (kind, name) in OTHER_NUMBERS.items():
        id_ = opaque_id(kind, int(extension))
        state.others[extension] = {"id": id_, "extension_number": extension, "name": name, "type": kind}
    prompt = opaque_id("file", 1)
    content = tone(3.0)
    state.files[prompt] = {"id": prompt, "name": PROMPT, "size": len(content), "content": content}
    return state


def default_server() -> Record:
    """Returns the factory settings: enabled, number 666, recall to the user after five minutes."""
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
    """Returns a ring group with every documented field."""
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


def add_group(state: PbxState, order: int, name: str, recall_to: str, ring_group_id: str | None) -> None:
    """Adds a group without members."""
    id_ = opaque_id("call park group", order)
    state.groups[id_] = {
        "id": id_,
        "name": name,
        "recall_to": recall_to,
        "ring_group_id": ring_group_id,
        "description": None,
    }
    state.members[id_] = []


FIRST_NUMBER = 1001
FIRST_LONG_NUMBER = 100_001
MAX_SHORT_NUMBERS = 4_999
"""Users with numbers 1001 to 5999; the ring groups begin at 6001."""


def generated_pbx(groups: int, users: int) -> PbxState:
    """Returns groups "Group 00001" and so on; user n is the member of group n, as far as there are groups."""
    state = empty_pbx()
    for order in range(groups):
        add_group(state, order, f"Group {order + 1:05}", "USER_ONLY", None)
    first = FIRST_NUMBER if users <= MAX_SHORT_NUMBERS else FIRST_LONG_NUMBER
    for order in range(users):
        name = (
            USER_NAMES[order % len(USER_NAMES)]
            if users <= len(USER_NAMES)
            else f"{USER_NAMES[order % len(USER_NAMES)]} {order}"
        )
        state.users[str(first + order)] = user_record(first + order, name)
    for id_, extension in zip(state.groups, state.users, strict=False):
        state.members[id_].append(extension)
    return state
