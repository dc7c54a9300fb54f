"""What waits for Slack goes on by itself: after an outage, a replaced token, a repaired scope, a late delivery."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.journal.models import State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.faults import FaultKind
from bot.worker.lease import RetryPolicy
from tests.faults.scene import ConversationHarness
from tests.waiting import wait_until

ALWAYS = 10_000
POLICY = RetryPolicy(
    retry_delay=timedelta(seconds=0.1), verify_delays=(0.01, 0.02), late_notice=timedelta(0), pause_recheck=timedelta(1)
)


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(
        retry_policy=POLICY, now=ORDINARY_INSTANT, pbx_deadline=1.0, park_health_listen="127.0.0.1:0"
    ) as sandbox:
        yield ConversationHarness(sandbox)


def ready(scene: ConversationHarness) -> dict[str, object]:
    """Returns what /health/ready answers."""
    url = f"http://127.0.0.1:{scene.sandbox.park.health.port}/health/ready"
    try:
        with urllib.request.urlopen(url) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return dict(json.load(error))


def without_slack(scene: ConversationHarness, *methods: str, code: str | int = 503) -> None:
    for method in methods or ("*",):
        scene.sandbox.slack.faults.fail(method, code, times=ALWAYS)


def restart(scene: ConversationHarness) -> None:
    """Replaces Park by another one, which may not reach Slack."""
    scene.sandbox.park.stop()
    scene.sandbox.park = scene.sandbox.new_park()
    scene.sandbox.park.start()


def test_ends_are_made_while_slack_is_away_at_the_start(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.sandbox.park.stop()
    without_slack(scene)
    scene.sandbox.ahead += timedelta(hours=2)
    scene.sandbox.park = scene.sandbox.new_park()
    scene.sandbox.park.start()
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(2).state is State.DONE)
    assert scene.changes() == 2
    assert not ready(scene)["ready"]
    assert "waits for Slack" in str(scene.sandbox.park)
    scene.sandbox.slack.faults.clear()
    scene.sandbox.forward(timedelta(seconds=20))
    wait_until(lambda: scene.sandbox.park.connection.connected)
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(2).notified)
    assert ready(scene)["ready"]
    scene.do("group Sales")
    assert "Sales" in scene.last_ephemeral().plain


def test_ends_are_made_though_slack_rejects_the_token_at_the_start(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    without_slack(scene, code="token_revoked")
    restart(scene)
    scene.sandbox.forward(timedelta(hours=2))
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(2).state is State.DONE)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
def test_a_park_with_nothing_to_do_says_at_the_start_what_is_wrong(scene: ConversationHarness, method: str) -> None:
    without_slack(scene, method, code="invalid_auth")
    with pytest.raises(SettingsError, match=r"OAuth & Permissions|App-Level Tokens"):
        restart(scene)
    scene.sandbox.slack.faults.clear()
    scene.sandbox.park = scene.sandbox.new_park().start()


def test_an_org_wide_install_is_recognised_at_the_start(scene: ConversationHarness) -> None:
    team, scene.sandbox.slack.state.team = scene.sandbox.slack.state.team, "E0123456789"
    with pytest.raises(SettingsError, match="whole Enterprise organisation"):
        restart(scene)
    scene.sandbox.slack.state.team = team
    scene.sandbox.park = scene.sandbox.new_park().start()


def test_a_token_that_is_replaced_while_park_runs_is_read_again(scene: ConversationHarness) -> None:
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.slack.state.bot_token = "xoxb-of-the-reinstalled-app"
    scene.go_on(fault)
    wait_until(lambda: scene.sandbox.park.posting.problem)
    wait_until(scene.cards)
    assert "invalid_auth" in str(ready(scene)["posting"])
    assert "done" in scene.cards()[0].plain, "the response_url serves meanwhile"
    scene.sandbox.tokens = scene.sandbox.tokens.model_copy(
        update={"slack_bot_token": SecretStr("xoxb-of-the-reinstalled-app")}
    )
    scene.sandbox.forward(timedelta(seconds=20))
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(1).notified)
    assert len(scene.cards()) >= 2
    assert ready(scene)["ready"]
    scene.do("remove 1001 from Sales")
    assert "done" in scene.cards()[-1].plain


@pytest.mark.parametrize("code", ["not_authed", "account_inactive", "team_access_not_granted"])
@pytest.mark.parametrize("methods", [("chat.update", "chat.postMessage"), ("chat.postMessage",)], ids=["card", "reply"])
def test_a_token_that_is_replaced_between_two_destinations_leads_to_no_other_one(
    methods: tuple[str, ...], code: str
) -> None:
    with Sandbox(now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("recall Sales to Night Desk for 1h")
        before = len(scene.replies())
        for method in methods:
            sandbox.slack.faults.fail(method, code)
        sandbox.forward(timedelta(hours=1))  # its response_url has expired
        sandbox.settle()
        assert not scene.direct()
        (card,) = scene.cards()
        assert "· ended ·" in card.plain
        assert len(scene.replies()) == before + 1


def test_user_groups_that_fail_once_refuse_nobody_on_call(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("usergroups.list", "fatal_error", times=2)
    scene.do("add 1001 to Sales", who="ben")
    assert scene.changes() == 1


def test_an_unknown_code_about_a_person_is_not_a_no(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("users.info", "something_new", times=2)
    scene.do("add 1001 to Sales", who="ben")
    assert scene.changes() == 1


def test_user_groups_are_those_known_last_while_slack_is_away(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales", who="ben")
    scene.sandbox.forward(timedelta(minutes=10))
    without_slack(scene, "usergroups.list", "users.info")
    scene.do("remove 1001 from Sales", who="ben")
    assert scene.changes() == 2


def test_a_missing_scope_is_named_at_once_with_whom_to_tell(scene: ConversationHarness) -> None:
    scene.sandbox.slack.state.scopes = scene.sandbox.slack.state.scopes - {"usergroups:read"}
    scene.do("add 1001 to Sales", who="ben")
    assert scene.changes() == 0
    assert "usergroups:read" in scene.cards()[-1].plain
    assert "Tell whoever runs Park" in scene.cards()[-1].plain
    assert "in a minute" not in scene.cards()[-1].plain


def test_a_mention_delivered_late_is_handed_back_with_a_button(scene: ConversationHarness) -> None:
    sandbox = scene.sandbox
    sandbox.slack.state.timestamps.ahead -= 420
    sandbox.slack.say(
        sandbox.people["ana"], sandbox.channels["phones"], f"<@{sandbox.slack.bot_user}> add 1001 to Sales"
    )
    sandbox.slack.state.timestamps.ahead += 420
    sandbox.settle()
    assert scene.changes() == 0
    assert sandbox.park.tenant.journal.get(1).state is State.EXPIRED
    late = next(
        message
        for root in sandbox.slack.messages(sandbox.channels["phones"])
        for message in sandbox.slack.messages(sandbox.channels["phones"], thread=root.ts)
        if "7 minutes ago" in message.plain
    )
    scene.click(late, "Do it now")
    assert scene.changes() == 1


def test_a_deleted_card_is_posted_again_once(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 4h")
    card = scene.card()
    scene.sandbox.slack.state.remove(next(post for post in scene.sandbox.slack.state.posts if post.ts == card.ts))
    scene.do("extend 1 by 1h")
    scene.do("extend 1 by 1h")
    scene.do("extend 1 by 1h")
    assert ["change 1" in one.plain or "#1" in one.plain for one in scene.cards()] == [True]


def test_the_alarm_of_a_failed_end_survives_a_failure_before_it(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.fail(FaultKind.STATUS, "* /api/call_park_groups*", status=503, times=None)
    without_slack(scene, "conversations.open", code="something_new")
    scene.sandbox.forward(timedelta(hours=1, minutes=1))
    wait_until(lambda: scene.replies())
    wait_until(lambda: scene.cards("ops"))
    assert not scene.sandbox.park.tenant.journal.get(2).failure_told
    scene.sandbox.slack.faults.clear()
    scene.sandbox.forward(timedelta(seconds=50))
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(2).failure_told)
    assert len(scene.cards("ops")) == 1, "nothing is repeated"
    assert scene.direct()


def test_home_tabs_are_drawn_again_after_a_rate_limit(scene: ConversationHarness) -> None:
    slack, ana = scene.sandbox.slack, scene.sandbox.people["ana"]
    slack.open_home(ana)
    slack.wait_for(lambda: slack.home(ana))
    slack.faults.fail("views.publish", "ratelimited", times=2, retry_after=4)
    before = len([call for call in slack.calls if call.method == "views.publish"])
    for line in ("recall Sales to Night Desk", "recall Sales to user", "recall Sales to Night Desk"):
        scene.slash(line)
    slack.wait_for(lambda: len([call for call in slack.calls if call.method == "views.publish"]) >= before + 3)
    assert len([call for call in slack.calls if call.method == "views.publish"]) == before + 3
