"""Checks of the tokens, their scopes, the clock, and the policy's channels and people."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.doctor.model import DoctorContext, Finding
from bot.cli.doctor.slack_payloads import check_payloads
from bot.slack.client import connect_client
from bot.times.model import utc_now
from tests.cli.doctor.conftest import POLICY, Installation
from tests.pbx.scripted import json_reply, scripted


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("invalid_auth", "Bot User OAuth Token"), ("token_revoked", "Install the app to the workspace again")],
)
def test_a_bot_token_that_slack_refuses_is_told_from_one_that_was_revoked(
    installation: Installation, code: str, remedy: str
) -> None:
    installation.slack.faults.fail("auth.test", code)
    report = installation.diagnose()
    assert report["slack.bot_token.refused"]["text"].endswith(code)
    assert remedy in report["slack.bot_token.refused"]["remedy"]
    assert {
        "slack.install",
        "slack.scopes",
        "slack.command",
        "slack.clock",
        "slack.channels",
        "slack.ids",
        "workflows",
    } == report.skipped
    assert report.status == 2


def test_a_bot_token_that_is_the_app_token_is_refused(installation: Installation) -> None:
    installation.set(SLACK_BOT_TOKEN=installation.slack.app_token)
    text = installation.diagnose()["slack.bot_token.refused"]["text"]
    assert text == "SLACK_BOT_TOKEN holds an app-level token (xapp-), not the bot token: not_allowed_token_type"


def test_an_app_token_that_is_the_bot_token_is_refused(installation: Installation) -> None:
    installation.set(SLACK_APP_TOKEN=installation.slack.bot_token)
    text = installation.diagnose()["slack.way_in.refused"]["text"]
    assert text.startswith("SLACK_APP_TOKEN holds a bot token (xoxb-), not the app-level token: ")


@pytest.mark.parametrize("more", [{"is_enterprise_install": True}, {"team_id": "E012345"}])
def test_an_app_that_is_installed_for_a_whole_organization_is_an_error(
    installation: Installation, more: dict[str, object]
) -> None:
    answer = {"ok": True, "team": "Park Sandbox", "team_id": "T1", "user": "park", **more}
    with scripted(lambda _: json_reply(answer)) as slack:
        installation.set(SLACK_API_URL=slack.url)
        report = installation.diagnose()
    assert report["slack.install.org_wide"]["severity"] == "error"
    assert "Install it in that workspace alone" in report["slack.install.org_wide"]["remedy"]


def test_a_channel_of_the_policy_that_other_companies_share_is_a_warning(installation: Installation) -> None:
    phones = installation.sandbox.channels["phones"]
    stranger = installation.slack.add_person("zoe", real_name="Zoe Other", team="T0OTHER")
    installation.slack.state.channels[phones].members.append(stranger)
    installation.policy(
        'announce = "{ops}"\n[[allow]]\nname = "A"\nchannels = ["{phones}"]\nusers = ["{ana}"]\noperations = ["all"]\n'
    )
    report = installation.diagnose()
    assert report.problems == {"slack.channels.shared": "warning"}
    assert "#phones (the rule “A”) is shared with other companies" in report["slack.channels.shared"]["text"]


def test_an_app_token_that_slack_refuses_hides_nothing_else(installation: Installation) -> None:
    installation.set(SLACK_APP_TOKEN="xapp-of-nobody")
    report = installation.diagnose()
    assert report.problems == {"slack.way_in.refused": "error"}
    assert "connections:write" in report["slack.way_in.refused"]["remedy"]
    assert report.skipped == set()


def test_a_slack_that_cannot_be_reached_is_told_from_one_that_refuses(installation: Installation) -> None:
    installation.set(SLACK_API_URL="http://127.0.0.1:9/api/")
    report = installation.diagnose()
    assert report.problems == {"slack.bot_token.unreachable": "error", "slack.way_in.unreachable": "error"}
    assert "firewall" in report["slack.bot_token.unreachable"]["remedy"]


def test_each_scope_too_few_is_an_error_unless_it_is_optional_and_each_too_many_a_warning(
    installation: Installation,
) -> None:
    lacking = {"users:read", "chat:write", "files:write"}
    installation.slack.state.scopes = installation.slack.state.scopes - lacking | {"admin"}
    report = installation.diagnose()
    assert {finding["about"] for finding in report.findings_with_id("slack.scopes.missing")} == {
        "users:read",
        "chat:write",
    }
    assert report["slack.scopes.optional"]["about"] == "files:write"
    assert "nobody can export the history" in report["slack.scopes.optional"]["text"]
    assert report["slack.scopes.superfluous"]["about"] == "admin"
    assert "reinstall the app" in report["slack.scopes.superfluous"]["remedy"]
    assert report.problems == {
        "slack.scopes.missing": "error",
        "slack.scopes.optional": "warning",
        "slack.scopes.superfluous": "warning",
        **{id: report.problems[id] for id in report.problems if id.startswith(("slack.channels", "slack.ids"))},
    }


def test_a_private_channel_that_can_not_be_looked_up_is_a_warning(installation: Installation) -> None:
    installation.slack.state.scopes -= {"groups:read"}
    for channel in installation.slack.state.channels.values():
        channel.private = True
    report = installation.diagnose()
    assert report.problems["slack.channels.hidden"] == "warning"
    assert "groups:read" in report["slack.channels.hidden"]["text"]


def test_scopes_that_slack_does_not_tell_are_a_warning(installation: Installation) -> None:
    with scripted(lambda _: json_reply({"ok": True, "team": "Park Sandbox", "user": "park"})) as slack:
        installation.set(SLACK_API_URL=slack.url)
        report = installation.diagnose()
    assert report["slack.scopes.untold"]["severity"] == "warning"
    assert "OAuth & Permissions" in report["slack.scopes.untold"]["remedy"]


@pytest.mark.parametrize(("seconds", "ids"), [(45, {}), (120, {"slack.clock.differs", "pbx.clock.differs"})])
def test_a_clock_that_differs_by_more_than_a_minute_is_a_warning(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, seconds: int, ids: set[str]
) -> None:
    monkeypatch.setattr("bot.cli.doctor.command.utc_now", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    report = installation.diagnose()
    assert report.problems == dict.fromkeys(ids, "warning")
    for id in ids:
        assert "seconds ahead of that of" in report[id]["text"]
        assert "NTP" in report[id]["remedy"]


def test_a_channel_that_the_policy_names_has_to_be_there_and_park_in_it_where_it_must(
    installation: Installation,
) -> None:
    installation.policy(
        'announce = "{random}"\n[[allow]]\nname = "A"\nchannels = ["{phones}", "{secret}", "C0GONE", "{ops}"]\n'
        'users = ["{ana}"]\noperations = ["all"]\n'
    )
    for name in ("phones", "random"):
        installation.slack.kick(installation.sandbox.channels[name], installation.slack.bot_user)
    installation.slack.archive(installation.sandbox.channels["ops"])
    report = installation.diagnose()
    assert {finding["about"] for finding in report.findings_with_id("slack.channels.unseen")} == {
        "C0GONE",
        installation.sandbox.channels["secret"],
    }
    assert "/invite @park" in report.findings_with_id("slack.channels.unseen")[0]["remedy"]
    assert report["slack.channels.archived"]["about"] == installation.sandbox.channels["ops"]
    assert report["slack.channels.not_in"]["about"] == installation.sandbox.channels["random"]
    assert "/invite @park" in report["slack.channels.not_in"]["remedy"]
    assert set(report.problems) == {"slack.channels.unseen", "slack.channels.archived", "slack.channels.not_in"}


@pytest.mark.parametrize(
    ("more", "use"),
    [
        ('channels = ["{phones}"]\napprovers = ["{ben}"]', "the approvals of “A”"),
        ('channels = ["{ops}"]\napprovers = ["{ben}"]\nask_in = "{phones}"', "the approvals of “A”"),
        ('channels = ["{ops}"]\nemergency = "{phones}"', "the emergencies of “A”"),
    ],
)
def test_park_has_to_be_where_approvals_and_emergencies_are_told(
    installation: Installation, more: str, use: str
) -> None:
    installation.policy(f'[[allow]]\nname = "A"\nusers = ["{{ana}}"]\noperations = ["recall"]\n{more}\n')
    installation.slack.kick(installation.sandbox.channels["phones"], installation.slack.bot_user)
    assert use in installation.diagnose()["slack.channels.not_in"]["text"]


def test_ids_of_people_that_slack_does_not_know_are_told(installation: Installation) -> None:
    installation.policy('[[allow]]\nusers = ["U0GONE", "{ana}"]\nuser_groups = ["S0GONE"]\noperations = ["read"]\n')
    report = installation.diagnose()
    assert {finding["about"] for finding in report.findings_with_id("slack.ids.unknown")} == {"U0GONE", "S0GONE"}
    assert "Correct the id in the policy file" in report.findings_with_id("slack.ids.unknown")[0]["remedy"]
    assert report.problems == {"slack.ids.unknown": "warning"}


def test_what_cannot_be_asked_is_not_taken_for_unknown(installation: Installation) -> None:
    installation.slack.faults.fail("conversations.info", "missing_scope")
    installation.slack.faults.fail("usergroups.list", "missing_scope")
    report = installation.diagnose()
    assert report.problems == {"slack.channels.unknown": "warning", "slack.ids.unasked": "warning"}


def test_a_broken_policy_is_told_by_its_places_and_leaves_the_rest_to_be_looked_at(installation: Installation) -> None:
    installation.file.write_text('[[allow]]\nusers = ["@ana"]\noperatons = ["all"]\n', encoding="utf-8")
    report = installation.diagnose()
    places = {
        finding["about"].removeprefix(f"{installation.file}:") for finding in report.findings_with_id("policy.mistake")
    }
    assert places == {"1:1", "2:10", "3:1"}
    assert "policy check" in report.findings_with_id("policy.mistake")[0]["remedy"]
    assert report.skipped == {
        *("calendars", "policy.channels", "policy.lint", "slack.channels", "slack.ids", "workflows")
    }


def test_a_policy_that_is_hardly_meant_is_a_warning(installation: Installation) -> None:
    installation.policy('[[allow]]\nname = "A"\nchannels = ["{phones}"]\noperations = ["all"]\n')
    report = installation.diagnose()
    assert report.problems == {"policy.lint.remark": "warning"}
    assert report["policy.lint.remark"]["about"] == "A"
    installation.policy("")
    assert installation.diagnose().problems == {"policy.mistake": "error"}


def test_a_calendar_that_can_not_be_read_is_a_warning_and_a_country_is_none(installation: Installation) -> None:
    rule = '[[allow]]\nname = "A"\nusers = ["{ana}"]\nchannels = ["{phones}"]\noperations = ["all"]\n'
    installation.policy(rule + '[calendars.holidays]\ncountry = "DE"\n[calendars.founded]\nfile = "none.ics"\n')
    report = installation.diagnose()
    assert report.problems == {"calendars.unread": "warning"}
    assert report["calendars.unread"]["about"] == "founded"
    assert [finding["severity"] for finding in report.findings_with_id("calendars")] == ["ok"]


def check_samples(installation: Installation) -> dict[str, Finding]:
    """The findings about payloads, by id."""
    context = DoctorContext(utc_now)
    context.slack = connect_client(installation.slack.bot_token, installation.slack.api_url)
    return {finding.id: finding for finding in check_payloads(context)}


def test_slack_validates_each_kind_of_payload(installation: Installation) -> None:
    findings = check_samples(installation)
    assert [finding.severity for finding in findings.values()] == ["ok"]
    assert "accepts all" in findings["slack.payloads"].text


def test_a_slack_without_validation_is_a_warning(installation: Installation) -> None:
    installation.slack.faults.fail("blocks.validate", "unknown_method")
    assert check_samples(installation)["slack.payloads.unknown"].severity == "warning"


def test_a_payload_that_slack_would_refuse_is_an_error(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"blocks": [{"type": "section"}]}  # has neither text nor fields
    monkeypatch.setattr("bot.slack.payload_validation.messages", lambda: iter([("a broken card", broken)]))
    monkeypatch.setattr("bot.slack.payload_validation.views", lambda: iter(()))
    (refused,) = check_samples(installation).values()
    assert (refused.id, refused.severity, refused.about) == ("slack.payloads.refused", "error", "a broken card")


def test_the_declared_command_is_compared_with_the_setting_where_slack_shows_the_manifest(
    installation: Installation,
) -> None:
    assert "SLACK_CONFIG_TOKEN" in installation.diagnose()["slack.command"]["text"]
    installation.set(SLACK_CONFIG_TOKEN=installation.slack.state.config_token)
    assert installation.diagnose()["slack.command"]["text"] == "the app declares /park"
    installation.set(PARK_COMMAND="/park-test")
    report = installation.diagnose()
    assert report["slack.command.differs"]["text"] == "the app declares /park, and Park answers /park-test"
    installation.set(SLACK_CONFIG_TOKEN=installation.slack.bot_token, PARK_COMMAND=None)
    assert installation.diagnose()["slack.command.unread"]["severity"] == "warning"


def test_a_command_that_slack_would_refuse_is_an_invalid_setting(installation: Installation) -> None:
    installation.set(PARK_COMMAND="/Two words")
    assert "like /park or /park-test" in installation.diagnose()["settings.variable"]["text"]


def test_steps_are_declared_where_the_policy_allows_them_and_only_there(
    installation: Installation,
) -> None:
    assert "SLACK_CONFIG_TOKEN" in installation.diagnose()["workflows"]["text"]
    installation.set(SLACK_CONFIG_TOKEN=installation.slack.state.config_token)
    assert installation.diagnose()["workflows.unnamed"]["severity"] == "warning"
    steps = installation.slack.state.workflows
    steps.declared, declared = {}, steps.declared
    assert installation.diagnose()["workflows"]["text"] == "the app declares 0 steps for workflows"
    installation.policy(POLICY + '[workflows]\nchannels = ["{ops}"]\n')
    missing = installation.diagnose()["workflows.undeclared"]
    assert "does not declare the steps members, recall, show_group" in missing["text"]
    steps.declared = declared
    assert installation.diagnose()["workflows"]["text"] == "the app declares 3 steps for workflows"
    installation.set(SLACK_CONFIG_TOKEN=installation.slack.bot_token)
    assert installation.diagnose()["workflows.unread"]["severity"] == "warning"
