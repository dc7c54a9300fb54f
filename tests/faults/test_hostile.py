"""Arbitrary input from every source: Park keeps running, writes nothing to the PBX and mentions nobody."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Post
from tests.slack.forms.conftest import top_view

pytestmark = pytest.mark.over_both_ways_in
UNACKNOWLEDGED = 0.2
"""Seconds: a payload that is not acknowledged by then never is, and nothing depends on whether it was."""
PINGS = ("<!channel", "<!here", "<!everyone")
VALUES = (
    *("", "<!channel>", "<!here|@here>", "\0", "x" * 50_000, "{}", "[]", '{"line": "delete Sales"}', "../../destroy"),
    *("%2e%2e", "' OR 1=1 --", "${jndi:ldap://x}", "U" * 300),
)
WORDS = (
    *("add", "1001", "to", "Sales", "recall", "delete", "<!channel>", '"', "'", "for", "2h", "until", "<@U0>", "ask"),
    *("emergency", "because", "preview", "1-99999999999999", "\u202e", "\u200b", "{", "?", "&lt;!here&gt;", "-" * 500),
)
hostile = st.one_of(
    st.sampled_from(VALUES),
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    st.text(max_size=200),
)
lines = st.text(max_size=400) | st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


@pytest.fixture(scope="module")
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http) as running:
        yield running
        assert_unharmed(running)


@pytest.fixture(scope="module")
def gestures(sandbox: Sandbox) -> list[tuple[str, dict[str, Any]]]:
    """One payload of each kind, as Slack sends them for a user who may only read."""
    slack, eve, phones = sandbox.slack, sandbox.people["eve"], sandbox.channels["phones"]
    slack.slash(eve, phones, "group Sales")
    slack.say(eve, phones, "@Park groups")
    slack.slash(eve, phones, "preview add 1001 to Sales")
    sandbox.settle()
    slack.slash(eve, phones, "find")
    top_view(sandbox, "Find", person="eve")
    slack.submit(eve)
    sandbox.settle()
    made = [delivery.envelope for delivery in slack.deliveries.made]
    return [(envelope["type"], envelope["payload"]) for envelope in made]


def assert_unharmed(sandbox: Sandbox) -> None:
    """Asserts that Park answers, wrote nothing and mentioned no channel."""
    sandbox.settle()
    assert sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "groups").ok
    sandbox.settle()
    assert sandbox.pbx.writes == []
    said = [
        text for post in sandbox.slack.state.posts if post.user == sandbox.slack.bot_user for text in markup_of(post)
    ]
    assert not [text for text in said if any(ping in text for ping in PINGS)]


def markup_of(post: Post) -> Iterator[str]:
    """Yields the parts of a message that Slack reads as markup; labels are plain text."""
    yield post.text
    for path in paths_in(post.blocks):
        part: Any = post.blocks
        for key in path:
            part = part[key]
        if isinstance(part, dict) and part.get("type") == "mrkdwn":
            yield part["text"]


def paths_in(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the path of every value in a payload."""
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from paths_in(value, (*path, key))


@settings(max_examples=30)
@given(data=st.data())
def test_a_payload_with_anything_anywhere_harms_nobody(
    sandbox: Sandbox, gestures: list[tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    kind, payload = data.draw(st.sampled_from(gestures))
    mutant = copy.deepcopy(payload)
    *path, last = data.draw(st.sampled_from(list(paths_in(payload))))
    target: Any = mutant
    for key in path:
        target = target[key]
    if data.draw(st.booleans()):
        target[last] = data.draw(hostile)
    else:
        del target[last]
    sandbox.slack.deliveries._timeout = UNACKNOWLEDGED
    try:
        sandbox.slack.deliveries._send(kind, mutant, {"accepts_response_payload": True})
    finally:
        sandbox.slack.deliveries._timeout = 3.0


@settings(max_examples=50)
@given(line=lines, mentioned=st.booleans())
def test_a_line_of_anything_harms_nobody(sandbox: Sandbox, line: str, mentioned: bool) -> None:
    slack, eve, phones = sandbox.slack, sandbox.people["eve"], sandbox.channels["phones"]
    if mentioned:
        slack.say(eve, phones, f"@Park {line}"[:3900])
    else:
        slack.slash(eve, phones, line[:3900])


@settings(max_examples=25)
@given(
    value=hostile.map(lambda one: one if isinstance(one, str) else json.dumps(one)),
    kind=st.sampled_from(["offer", "form"]),
)
def test_a_button_that_carries_anything_harms_nobody(sandbox: Sandbox, value: str, kind: str) -> None:
    slack, eve = sandbox.slack, sandbox.people["eve"]
    click = {
        "type": "block_actions",
        "user": {"id": eve, "team_id": slack.team},
        "team": {"id": slack.team},
        "channel": {"id": sandbox.channels["phones"]},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": sandbox.channels["phones"]},
        "message": {"ts": "1.0"},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": f"park:{kind}:0", "block_id": "b", "value": value}],
    }
    slack.deliveries._timeout = UNACKNOWLEDGED
    try:
        slack.deliveries._send("interactive", click, {"accepts_response_payload": False})
    finally:
        slack.deliveries._timeout = 3.0
