"""The notification of the user who parked a call, which a PBX has from PortSIP 22.6 on."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches
from tests.faults.scene import ConversationHarness


@pytest.fixture(params=[{}, {"updates": "replacing", "blanks": "missing"}])
def newest(request: pytest.FixtureRequest) -> Iterator[ConversationHarness]:
    with Sandbox(pbx=FakePbx(switches=Switches(newer=True, **request.param))) as sandbox:
        yield ConversationHarness(sandbox)


@pytest.mark.parametrize("line", ["server notify parker off", "turn off parker notification", "notify parker off"])
def test_it_is_shown_set_and_taken_back_where_the_pbx_has_it(newest: ConversationHarness, line: str) -> None:
    newest.do("server")
    assert "Notification of the parking user: on" in newest.last_ephemeral().plain.replace("*", "")
    newest.do(line)
    assert newest.sandbox.pbx.state.server["send_notification_to_parker"] is False
    assert "Call park server: notification of the parking user is now off" in newest.card().plain
    newest.click(newest.card(), "Undo")
    assert newest.sandbox.pbx.state.server["send_notification_to_parker"] is True


def test_for_a_while_and_in_a_file(newest: ConversationHarness) -> None:
    newest.do("server notify parker off for 1h")
    assert newest.sandbox.pbx.state.server["send_notification_to_parker"] is False
    newest.do("help more")
    assert "Notify the parking user" in newest.last_ephemeral().plain
    newest.do("export")
    (file,) = (one for one in newest.sandbox.slack.state.files.values() if one.name == "park.yaml")
    assert b"notify_parker: false" in (file.content or b"")


def test_where_the_pbx_has_it_not_it_is_neither_shown_nor_offered_nor_set(sandbox: Sandbox) -> None:
    older = ConversationHarness(sandbox)
    older.do("server notify parker on")
    assert "comes with PortSIP 22.6. Nothing was changed." in older.last_ephemeral().plain
    older.do("server")
    assert "Notification" not in older.last_ephemeral().plain
    older.do("help more")
    assert "Switch call park" in older.last_ephemeral().plain
    assert "Notify the parking user" not in older.last_ephemeral().plain
    assert not older.writes
