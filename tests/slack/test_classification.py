"""Every code of Slack's has one class, unknown ones included, and the state of posting follows from it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from bot.errors import SlackAppRefused, SlackFailure, SlackPayloadRefused, SlackRefused, SlackUnavailable
from bot.runtime.metrics import REGISTRY
from bot.slack.failures import classify
from bot.slack.posting import PostingState
from tests.slack.codes import APP_CODES, OTHER_CODES, PAYLOAD_CODES, TRANSIENT_CODES

CLASSES: dict[type[SlackFailure], tuple[str, ...]] = {
    SlackAppRefused: APP_CODES,
    SlackPayloadRefused: PAYLOAD_CODES,
    SlackRefused: OTHER_CODES,
    SlackUnavailable: TRANSIENT_CODES,
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in CLASSES.items() for code in codes])
def test_each_documented_code_has_its_class(kind: type[SlackFailure], code: str) -> None:
    assert type(classify(code)) is kind


@given(st.from_regex(r"[a-z][a-z0-9_]{2,60}", fullmatch=True))
def test_whatever_slack_invents_leads_to_the_next_way_or_is_tried_again(code: str) -> None:
    assert isinstance(classify(code), SlackRefused | SlackUnavailable)


@given(st.text(), st.sampled_from([429, 500, 502, 503, 504]))
def test_an_outage_is_one_whatever_its_page_says(code: str, status: int) -> None:
    assert isinstance(classify(code, status=status), SlackUnavailable)


class Clock:
    now = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("code", ["token_revoked", "missing_scope"])
def test_a_rejected_app_is_reported_at_once_until_a_message_is_posted(code: str) -> None:
    recovered: list[str] = []
    state = PostingState(Clock())
    state.on_recovery = lambda: recovered.append("again")
    state.record("chat.postMessage", SlackAppRefused(code, "chat:write"))
    assert state.problem is not None
    assert "2026-06-10 10:00" in state.problem
    assert code in state.problem
    state.record("users.info", None)
    assert state.problem is not None
    state.record("chat.postMessage", None)
    assert state.problem is None
    assert recovered == ["again"]


def test_a_short_outage_is_not_reported_and_a_longer_one_is() -> None:
    clock = Clock()
    state = PostingState(clock)
    state.record("chat.update", SlackUnavailable("internal_error, HTTP 200"))
    assert state.problem is None
    clock.now += timedelta(minutes=1)
    assert state.problem is not None
    state.signed_in()
    assert state.problem is None


def test_one_person_who_can_not_be_told_says_nothing_about_others() -> None:
    state = PostingState(Clock())
    state.untold("user_disabled")
    assert state.problem is None
    state.untold("a_code_that_slack_has_invented_since")
    assert state.problem is not None
    state.signed_in()
    assert state.problem is not None, "a token that is accepted does not repair it"


def test_a_rejected_app_level_token_says_nothing_about_posting() -> None:
    state = PostingState(Clock())
    state.record("apps.connections.open", SlackAppRefused("invalid_auth"), bot_token=False)
    assert state.problem is None


def test_each_workspace_has_its_own_metric_of_posting() -> None:
    first, second = (PostingState(Clock(), installed=True, workspace=id) for id in ("T1", "T2"))
    first.failed("Slack rejects Park")
    second.failed("Slack rejects Park")
    second.succeeded()
    said = generate_latest(REGISTRY).decode()
    assert 'park_slack_can_post{workspace="T1"} 0.0' in said
    assert 'park_slack_can_post{workspace="T2"} 1.0' in said
