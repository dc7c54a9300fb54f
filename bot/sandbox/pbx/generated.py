"""A PBX of any size: as many groups and users as a test asks for."""

from bot.sandbox.pbx.data import bare, put_group
from bot.sandbox.pbx.people import PEOPLE, user
from bot.sandbox.pbx.state import State

FIRST_NUMBER = 1001
FIRST_LONG_NUMBER = 100_001
ROOM_FOR_SHORT_NUMBERS = 4_999
"""Up to 5999: the ring groups begin at 6001."""


def generated(groups: int, users: int) -> State:
    """Groups "Group 00001" and on; user n is in group n, as far as there are groups."""
    state = bare()
    for order in range(groups):
        put_group(state, order, f"Group {order + 1:05}", "USER_ONLY", None)
    first = FIRST_NUMBER if users <= ROOM_FOR_SHORT_NUMBERS else FIRST_LONG_NUMBER
    for order in range(users):
        name = PEOPLE[order % len(PEOPLE)] if users <= len(PEOPLE) else f"{PEOPLE[order % len(PEOPLE)]} {order}"
        state.users[str(first + order)] = user(first + order, name)
    for id_, extension in zip(state.groups, state.users, strict=False):
        state.members[id_].append(extension)
    return state
