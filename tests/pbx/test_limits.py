"""Values that the API's documentation forbids are refused with an explanation before anything is sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.errors import NotPossible
from bot.pbx.client import PbxClient
from tests.pbx.clients import client
from tests.pbx.scripted import ScriptedPbx, json_reply, scripted

BAD_EXTENSIONS = [
    "",
    "12",
    "1" * 65,
    "10a1",
    "1001\n",
    " 1001",
    "\u0661\u0660\u0660\u0661",
    "\uff11\uff10\uff10\uff11",
    "-100",
    "../x",
    "1001;",
    "10 01",
]
BAD_IDS = ["", ".", "..", "half \ud800"]


@pytest.fixture
def pbx() -> Iterator[ScriptedPbx]:
    with scripted(lambda _: json_reply({"id": "new"}, 201)) as pbx:
        yield pbx


def _refused(pbx: ScriptedPbx, call: Callable[[PbxClient], object]) -> str:
    with client(pbx.url) as ours, pytest.raises(NotPossible) as raised:
        call(ours)
    assert pbx.asked == []
    return str(raised.value)


@pytest.mark.parametrize("extension", BAD_EXTENSIONS)
def test_an_extension_is_3_to_64_ascii_digits_and_nothing_else(pbx: ScriptedPbx, extension: str) -> None:
    for call in (PbxClient.add_member, PbxClient.remove_member):
        assert "3 to 64 digits" in _refused(pbx, lambda ours, call=call: call(ours, "g1", extension))  # type: ignore[misc]
    assert "3 to 64 digits" in _refused(pbx, lambda ours: ours.number(extension))


@pytest.mark.parametrize("extension", ["100", "0" * 64])
def test_extensions_of_3_and_64_digits_are_sent(pbx: ScriptedPbx, extension: str) -> None:
    with client(pbx.url) as ours:
        ours.add_member("g1", extension)
    assert pbx.targets == [f"POST /call_park_groups/g1/members/{extension}"]


@pytest.mark.parametrize("name", ["", " ", "n" * 65, None, 7])
def test_a_name_has_1_to_64_characters(pbx: ScriptedPbx, name: Any) -> None:
    assert "1 to 64 characters" in _refused(pbx, lambda ours: ours.create_group({"name": name}))
    assert "1 to 64 characters" in _refused(pbx, lambda ours: ours.update_group("g1", {"name": name}))


def test_a_new_group_needs_a_name_and_an_old_one_has_one(pbx: ScriptedPbx) -> None:
    assert "name" in _refused(pbx, lambda ours: ours.create_group({"recall_to": "USER_ONLY"}))
    with client(pbx.url) as ours:
        ours.update_group("g1", {"recall_to": "USER_ONLY"})
    assert len(pbx.asked) == 1


@pytest.mark.parametrize("name", ["n", "n" * 64, "é" * 64, "🅿" * 64])
def test_names_of_1_and_64_characters_are_sent_whatever_their_bytes(pbx: ScriptedPbx, name: str) -> None:
    with client(pbx.url) as ours:
        ours.create_group({"name": name})
    assert pbx.asked[0].json == {"name": name}


@pytest.mark.parametrize("timer", ["recall_time", "recall_ring_group_time"])
@pytest.mark.parametrize("seconds", [59, 901, 0, -60, True, 60.5, "300"])
def test_a_time_is_60_to_900_whole_seconds(pbx: ScriptedPbx, timer: str, seconds: Any) -> None:
    assert "60 to 900 seconds" in _refused(pbx, lambda ours: ours.update_server({timer: seconds}))


@pytest.mark.parametrize("seconds", [60, 900])
def test_times_of_60_and_900_seconds_are_sent(pbx: ScriptedPbx, seconds: int) -> None:
    with client(pbx.url) as ours:
        ours.update_server({"recall_time": seconds, "recall_ring_group_time": seconds})
    assert pbx.asked[0].json == {"recall_time": seconds, "recall_ring_group_time": seconds}


@pytest.mark.parametrize("recall_to", ["USER_FIRST_THEN_RING_GROUP", "RING_GROUP_ONLY"])
@pytest.mark.parametrize("blank", [{}, {"ring_group_id": None}, {"ring_group_id": ""}])
def test_a_recall_to_a_ring_group_says_which(pbx: ScriptedPbx, recall_to: str, blank: dict[str, Any]) -> None:
    settings = {"name": "New", "recall_to": recall_to, **blank}
    for call in (
        lambda ours: ours.create_group(settings),
        lambda ours: ours.update_group("g1", settings),
        lambda ours: ours.update_server(settings),
    ):
        assert "which one" in _refused(pbx, call)


@pytest.mark.parametrize("extension", [extension for extension in BAD_EXTENSIONS if extension])
def test_the_servers_extension_keeps_the_same_limits(pbx: ScriptedPbx, extension: str) -> None:
    assert "3 to 64 digits" in _refused(pbx, lambda ours: ours.update_server({"extension_number": extension}))


def test_blanks_pass_and_are_left_out(pbx: ScriptedPbx) -> None:
    blank = {"recall_time": None, "extension_number": "", "ring_group_id": None, "recall_to": "USER_ONLY"}
    with client(pbx.url) as ours:
        ours.update_server(blank)
    assert pbx.asked[0].json == {"recall_to": "USER_ONLY"}


def test_an_update_sends_what_it_does_not_know_but_never_what_the_pbx_only_shows(pbx: ScriptedPbx) -> None:
    shown = {"id": "g1", "prompt_file_name": "a", "prompt_file_size": 1, "prompt_file_url": "u", "prompt_file_crc": 2}
    kept = {
        "enabled": False,
        "send_notification_to_parker": True,
        "zero": 0,
        "deep": {"a": [None]},
        "recall_to": "NEWER",
    }
    with client(pbx.url) as ours:
        ours.update_server({**shown, **kept, "prompt_file_id": "p1"})
        ours.update_group("g1", {**shown, **kept})
    assert [request.json for request in pbx.asked] == [{**kept, "prompt_file_id": "p1"}, kept]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), "\udcff", {1, 2}])
def test_what_json_can_not_carry_is_refused(pbx: ScriptedPbx, value: Any) -> None:
    _refused(pbx, lambda ours: ours.update_server({"newer": value}))


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_would_climb_or_vanish_is_refused(pbx: ScriptedPbx, bad: str) -> None:
    for call in (
        lambda ours: ours.group(bad),
        lambda ours: ours.update_group(bad, {}),
        lambda ours: ours.delete_group(bad),
        lambda ours: ours.members(bad),
        lambda ours: ours.add_member(bad, "1001"),
        lambda ours: ours.ring_group(bad),
    ):
        _refused(pbx, call)


@pytest.mark.parametrize("text", ["half \ud800", "x" * 70_000])
def test_a_search_that_can_not_be_sent_is_refused(pbx: ScriptedPbx, text: str) -> None:
    _refused(pbx, lambda ours: list(ours.groups(search=text)))
