"""`init --create-app` creates the app from the manifest, and writes what Slack gives back."""

import io

import yaml

from bot.__main__ import main
from bot.slack.app_manifest import socket_mode_manifest
from tests.cli.init.conftest import InitHarness


def run(init: InitHarness, token: str) -> int:
    """Runs `init --create-app` with this token, and else the default answers."""
    init.patch.setattr("sys.stdin", io.StringIO(f"{token}\n{init.input_lines()}"))
    status = main(["init", "--create-app"])
    captured = init.capture.readouterr()
    init.output = captured.out + captured.err
    return status


def test_the_app_is_created_and_what_is_left_to_do_is_said(init: InitHarness) -> None:
    slack = init.sandbox.slack
    assert run(init, slack.state.config_token) == 0, init.output
    assert slack.state.created_apps == [yaml.safe_load(socket_mode_manifest())]
    assert f"The app {slack.state.app} is created" in init.output
    assert "https://slack.com/oauth/v2/authorize" in init.output
    assert f"https://api.slack.com/apps/{slack.state.app}/oauth" in init.output
    assert init.env["SLACK_SIGNING_SECRET"] == slack.signing_secret
    assert init.env["SLACK_APP_TOKEN"] == slack.app_token
    assert slack.signing_secret not in init.output
    assert slack.state.config_token not in (init.folder / ".env").read_text()


def test_another_kind_of_token_creates_nothing(init: InitHarness) -> None:
    assert run(init, init.sandbox.slack.bot_token) == 2
    assert "begins with xoxe.xoxp-" in init.output
    assert init.sandbox.slack.state.created_apps == []


def test_a_manifest_that_slack_refuses_is_said_with_its_place(init: InitHarness) -> None:
    init.patch.setattr("bot.slack.app_manifest.socket_mode_manifest", lambda: "features: {}")
    assert run(init, init.sandbox.slack.state.config_token) == 2
    assert "Slack refuses the manifest: / must be a valid manifest" in init.output


def test_without_the_option_nothing_is_created(init: InitHarness) -> None:
    assert init.run() == 0, init.output
    assert init.sandbox.slack.state.created_apps == []
    assert "Create New App, From a manifest" in init.output


def test_an_app_with_another_command_is_created_and_remembered(init: InitHarness) -> None:
    slack = init.sandbox.slack
    init.patch.setattr("sys.stdin", io.StringIO(f"{slack.state.config_token}\n{init.input_lines()}"))
    assert main(["init", "--create-app", "--command", "/park-test"]) == 0
    [created] = slack.state.created_apps
    assert created["features"]["slash_commands"][0]["command"] == "/park-test"
    assert created["display_information"]["name"] == "Park Test"
    assert init.env["PARK_COMMAND"] == "/park-test"
    assert "type: /park-test" in init.capture.readouterr().out
