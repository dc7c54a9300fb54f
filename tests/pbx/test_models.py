"""Blank fields read the same in all forms, and unknown fields are kept."""

from typing import Any

import pytest

from bot.pbx.models import ParkServer
from tests.pbx.clients import client
from tests.pbx.scripted import json_reply, scripted

FIELDS = [field for field in ParkServer.model_fields if field != "extra"]


@pytest.mark.parametrize("blank", [dict.fromkeys(FIELDS), dict.fromkeys(FIELDS, ""), {}])
def test_null_nothing_and_an_empty_text_read_the_same(blank: dict[str, Any]) -> None:
    with scripted(lambda _: json_reply(blank)) as pbx, client(pbx.url) as ours:
        server = ours.server()
    assert {field: getattr(server, field) for field in FIELDS} == dict.fromkeys(FIELDS) | {"enabled": False}


def test_what_a_newer_pbx_adds_is_kept_and_goes_back() -> None:
    newer = {"enabled": True, "recall_time": 300, "send_notification_to_parker": True, "deep": {"a": [1, None]}}
    with scripted(lambda _: json_reply(newer)) as pbx, client(pbx.url) as ours:
        ours.update_server({**ours.server().sent_fields(), "enabled": False})
    assert pbx.asked[1].json == {**newer, "enabled": False}
