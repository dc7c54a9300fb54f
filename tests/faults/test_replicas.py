"""Two replicas, or a database that goes away: what is asked for is done once, or said not to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.app import Park
from bot.errors import SignInFailed
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.faults.scene import DEADLINE, FAST_RETRIES, ConversationHarness
from tests.faults.watching import ReplicaHarness, replica_harness
from tests.postgres import Server


@pytest.fixture
def two(postgres: Server) -> Iterator[ReplicaHarness]:
    """Starts two replicas; Slack delivers to each in turn."""
    with replica_harness(postgres) as scene:
        for _ in range(2):
            scene.start()
        scene.sandbox.slack.wait_for(lambda: scene.sandbox.slack.connections == 2)
        yield scene


@pytest.fixture
def scene(postgres: Server) -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=FAST_RETRIES, pbx_deadline=DEADLINE, database_url=postgres.database()) as sandbox:
        yield ConversationHarness(sandbox)


@contextmanager
def away(postgres: Server) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


def test_a_mention_that_each_of_two_replicas_gets_is_done_once(two: ReplicaHarness) -> None:
    slack, sandbox = two.sandbox.slack, two.sandbox
    for who in ("1001", "1004", "1005"):
        slack.say(sandbox.people["ana"], sandbox.channels["phones"], f"<@{slack.bot_user}> add {who} to Sales")
        slack.deliver_again("events_api")
    two.wait_until_idle()
    assert two.members("Sales")[-3:] == ["1001", "1004", "1005"]
    assert two.changes() == len(two.writes) == len(two.journal.recent(10)) == 3


def test_changes_of_one_group_through_two_replicas_are_made_in_the_order_asked_for(two: ReplicaHarness) -> None:
    asked = ["1001", "1004", "1005", "1006", "1008", "1009"]
    for number in asked:
        two.slash(f"add {number} to Sales")
    two.wait_until_idle()
    assert two.members("Sales")[-len(asked) :] == asked
    assert all("· done" in card.plain for card in two.cards())


def test_what_a_replica_leaves_when_it_stops_is_taken_up_by_the_other(two: ReplicaHarness) -> None:
    writing = two.hold()
    for number in ("1001", "1004", "1005"):
        two.slash(f"add {number} to Sales")
    two.reached(writing)
    for one in two.replicas:
        one.kill()
    two.go_on(writing)
    two.start()
    two.wait_until_idle()
    assert two.members("Sales")[-3:] == ["1001", "1004", "1005"]
    assert two.changes() == 3


def test_without_its_database_it_says_that_nothing_was_done_and_recovers_by_itself(
    scene: ConversationHarness, postgres: Server
) -> None:
    with away(postgres):
        scene.slash("add 1001 to Sales")
        assert "Nothing was done" in scene.last_ephemeral().plain
    assert scene.sandbox.pbx.writes == []
    _when_it_is_back(scene, "add 1001 to Sales")
    assert scene.changes() == 1


def test_a_database_that_goes_away_in_the_middle_loses_nothing(scene: ConversationHarness, postgres: Server) -> None:
    writing = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.slash("remove 1001 from Sales")
    scene.reached(writing)
    with away(postgres):
        scene.go_on(writing)
    scene.sandbox.slack.wait_for(lambda: len(scene.replies()) == 2)
    assert scene.changes() == len(scene.writes) == 2
    assert "1001" not in scene.members("Sales")


def _when_it_is_back(scene: ConversationHarness, line: str) -> None:
    """Repeats the command until it is accepted."""
    before = len(scene.cards())
    while "Nothing was done" in scene.last_ephemeral().plain and len(scene.cards()) == before:
        shown = len(scene.ephemerals())
        scene.slash(line)
        scene.sandbox.slack.wait_for(lambda: len(scene.ephemerals()) > shown or len(scene.cards()) > before)  # noqa: B023
    scene.sandbox.slack.wait_for(lambda: "· done" in scene.card().plain)


def test_resume_lets_every_replica_sign_in_again(postgres: Server) -> None:
    pbx = FakePbx()
    account: dict[str, Any] = {"pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
    with Sandbox(
        pbx=pbx, retry_policy=FAST_RETRIES, pbx_deadline=DEADLINE, database_url=postgres.database(), pbx_token=None,
        **account,
    ) as sandbox:  # fmt: skip
        scene, first = ConversationHarness(sandbox), sandbox.park
        right, pbx.sessions.password = pbx.sessions.password, "another"
        pbx.expire_tokens(refresh=True)
        with sandbox.new_park() as second:
            for park in (first, second):
                with pytest.raises(SignInFailed):
                    park.tenant.pbx.server()
            pbx.sessions.password = right
            scene.do("resume")
            _until_both_have_worked(scene, first, second)


def test_resume_is_not_refused_by_a_replica_that_can_sign_in_itself(postgres: Server) -> None:
    with Sandbox(retry_policy=FAST_RETRIES, database_url=postgres.database()) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("resume")
        assert "Park wasn't paused. If the PBX has rejected Park's sign-in, Park signs in again" in scene.card().plain


def _until_both_have_worked(scene: ConversationHarness, first: Park, second: Park) -> None:
    """Asks for changes until each replica has signed in: whichever has a thread free takes a change."""
    for number in range(60):
        scene.do("add 1001 to Sales" if number % 2 == 0 else "remove 1001 from Sales")
        if not (first.tenant.pbx.sign_in.rejected or second.tenant.pbx.sign_in.rejected):
            return
    raise AssertionError("one replica still does not sign in")
