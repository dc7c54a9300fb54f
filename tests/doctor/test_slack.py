"""The tokens, their scopes, the clock, and what the policy names in Slack."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.doctor.conftest import Patient
from tests.pbx.scripted import says, scripted


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("invalid_auth", "Bot User OAuth Token"), ("token_revoked", "Install the app to the workspace again")],
)
def test_a_bot_token_that_slack_refuses_is_told_from_one_that_was_revoked(
    patient: Patient, code: str, remedy: str
) -> None:
    patient.slack.faults.fail("auth.test", code)
    report = patient.look()
    assert report["slack.bot_token.refused"]["text"].endswith(code)
    assert remedy in report["slack.bot_token.refused"]["remedy"]
    assert {"slack.scopes", "slack.clock", "slack.channels", "slack.ids"} == report.skipped
    assert report.status == 2


def test_a_bot_token_that_is_the_app_token_is_refused(patient: Patient) -> None:
    patient.set(SLACK_BOT_TOKEN=patient.slack.app_token)
    assert "not_allowed_token_type" in patient.look()["slack.bot_token.refused"]["text"]


def test_an_app_token_that_slack_refuses_hides_nothing_else(patient: Patient) -> None:
    patient.set(SLACK_APP_TOKEN="xapp-of-nobody")
    report = patient.look()
    assert report.wrong == {"slack.way_in.refused": "error"}
    assert "connections:write" in report["slack.way_in.refused"]["remedy"]
    assert report.skipped == set()


def test_a_slack_that_cannot_be_reached_is_told_from_one_that_refuses(patient: Patient) -> None:
    patient.set(SLACK_API_URL="http://127.0.0.1:9/api/")
    report = patient.look()
    assert report.wrong == {"slack.bot_token.unreachable": "error", "slack.way_in.unreachable": "error"}
    assert "firewall" in report["slack.bot_token.unreachable"]["remedy"]


def test_each_scope_too_few_is_an_error_and_each_too_many_a_warning(patient: Patient) -> None:
    patient.slack.state.scopes = patient.slack.state.scopes - {"files:write", "im:write"} | {"admin"}
    report = patient.look()
    assert {one["about"] for one in report.every("slack.scopes.missing")} == {"files:write", "im:write"}
    assert report["slack.scopes.superfluous"]["about"] == "admin"
    assert "install the app" in report["slack.scopes.superfluous"]["remedy"]
    assert report.wrong == {"slack.scopes.missing": "error", "slack.scopes.superfluous": "warning"}


def test_scopes_that_slack_does_not_tell_are_a_warning(patient: Patient) -> None:
    with scripted(lambda _: says({"ok": True, "team": "Park Sandbox", "user": "park"})) as slack:
        patient.set(SLACK_API_URL=slack.url)
        report = patient.look()
    assert report["slack.scopes.untold"]["severity"] == "warning"
    assert "OAuth & Permissions" in report["slack.scopes.untold"]["remedy"]


@pytest.mark.parametrize(("seconds", "said"), [(45, {}), (120, {"slack.clock.differs", "pbx.clock.differs"})])
def test_a_clock_that_differs_by_more_than_a_minute_is_a_warning(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, seconds: int, said: set[str]
) -> None:
    monkeypatch.setattr("bot.cli.doctor.command.utc_now", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    report = patient.look()
    assert report.wrong == dict.fromkeys(said, "warning")
    for one in said:
        assert "seconds ahead of that of" in report[one]["text"]
        assert "NTP" in report[one]["remedy"]


def test_a_channel_that_the_policy_names_has_to_be_there_and_park_in_it_where_it_must(patient: Patient) -> None:
    patient.policy(
        'announce = "{random}"\n[[allow]]\nname = "A"\nchannels = ["{phones}", "{secret}", "C0GONE", "{ops}"]\n'
        'users = ["{ana}"]\noperations = ["all"]\n'
    )
    for name in ("phones", "random"):
        patient.slack.kick(patient.stage.channels[name], patient.slack.bot_user)
    patient.slack.archive(patient.stage.channels["ops"])
    report = patient.look()
    assert {one["about"] for one in report.every("slack.channels.unseen")} == {
        "C0GONE",
        patient.stage.channels["secret"],
    }
    assert "/invite @park" in report.every("slack.channels.unseen")[0]["remedy"]
    assert report["slack.channels.archived"]["about"] == patient.stage.channels["ops"]
    assert report["slack.channels.not_in"]["about"] == patient.stage.channels["random"]
    assert "/invite @park" in report["slack.channels.not_in"]["remedy"]
    assert set(report.wrong) == {"slack.channels.unseen", "slack.channels.archived", "slack.channels.not_in"}


@pytest.mark.parametrize(
    ("more", "use"),
    [
        ('channels = ["{phones}"]\napprovers = ["{ben}"]', "the approvals of “A”"),
        ('channels = ["{ops}"]\napprovers = ["{ben}"]\nask_in = "{phones}"', "the approvals of “A”"),
        ('channels = ["{ops}"]\nemergency = "{phones}"', "the emergencies of “A”"),
    ],
)
def test_park_has_to_be_where_approvals_and_emergencies_are_told(patient: Patient, more: str, use: str) -> None:
    patient.policy(f'[[allow]]\nname = "A"\nusers = ["{{ana}}"]\noperations = ["recall"]\n{more}\n')
    patient.slack.kick(patient.stage.channels["phones"], patient.slack.bot_user)
    assert use in patient.look()["slack.channels.not_in"]["text"]


def test_ids_of_people_that_slack_does_not_know_are_told(patient: Patient) -> None:
    patient.policy('[[allow]]\nusers = ["U0GONE", "{ana}"]\nuser_groups = ["S0GONE"]\noperations = ["read"]\n')
    report = patient.look()
    assert {one["about"] for one in report.every("slack.ids.unknown")} == {"U0GONE", "S0GONE"}
    assert "policy check" in report.every("slack.ids.unknown")[0]["remedy"]
    assert report.wrong == {"slack.ids.unknown": "warning"}


def test_what_cannot_be_asked_is_not_taken_for_unknown(patient: Patient) -> None:
    patient.slack.faults.fail("conversations.info", "missing_scope")
    patient.slack.faults.fail("usergroups.list", "missing_scope")
    report = patient.look()
    assert report.wrong == {"slack.channels.unknown": "warning", "slack.ids.unasked": "warning"}


def test_a_broken_policy_is_told_by_its_places_and_leaves_the_rest_to_be_looked_at(patient: Patient) -> None:
    patient.file.write_text('[[allow]]\nusers = ["@ana"]\noperatons = ["all"]\n', encoding="utf-8")
    report = patient.look()
    places = {one["about"].removeprefix(f"{patient.file}:") for one in report.every("policy.mistake")}
    assert places == {"1:1", "2:10", "3:1"}
    assert "policy check" in report.every("policy.mistake")[0]["remedy"]
    assert report.skipped == {"policy.lint", "slack.channels", "slack.ids"}


def test_a_policy_that_is_hardly_meant_is_a_warning(patient: Patient) -> None:
    patient.policy('[[allow]]\nname = "A"\nchannels = ["{phones}"]\noperations = ["all"]\n')
    report = patient.look()
    assert report.wrong == {"policy.lint.remark": "warning"}
    assert report["policy.lint.remark"]["about"] == "A"
    patient.policy("")
    assert patient.look().wrong == {"policy.lint.nothing": "warning"}
