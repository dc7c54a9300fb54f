"""The app manifest is valid, and asks for exactly the scopes that the code needs."""

import ast
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from bot.__main__ import main
from bot.messages import slash_command
from bot.operations.workflow_steps import STEPS, Step
from bot.slack import app_config, app_manifest
from bot.slack.workflow_manifest import with_workflow_steps
from tests.slack.conftest import MANIFEST, ROOT, SCOPES

SHARED = Path(os.environ.get("PARK_SHARED", ROOT.parent / "shared")) / "slack"

METHOD = r"(apps|assistant|auth|blocks|bots|chat|conversations|files|functions|users|usergroups|views|reactions)_"
METHOD_NEEDS = {  # docs.slack.dev, each method's page
    "apps_connections_open": set[str](),  # connections:write, of the app-level token
    "assistant_threads_setStatus": {"chat:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "apps_manifest_create": set(),  # with an app configuration token
    "apps_manifest_export": set(),  # the same
    "bots_info": {"users:read"},
    "auth_revoke": set(),
    "auth_teams_list": set(),
    "auth_test": set(),
    "blocks_validate": set(),
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "conversations_history": {"im:history"},  # of direct messages only
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},  # for the types that are asked for
    "conversations_open": {"im:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "functions_completeError": set(),
    "functions_completeSuccess": set(),
    "users_conversations": {"channels:read", "groups:read"},  # for the types that are asked for
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "usergroups_list": {"usergroups:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
ELSEWHERE = {
    "commands": "the slash command",
    "app_mentions:read": "the event app_mention",
    "chat:write.public": "chat.postMessage where the bot is no member",
    "users:read.email": "the address in users.info",
}


def methods_used() -> set[str]:
    """The Web API methods that bot/slack calls."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "bot" / "slack").rglob("*.py")]
    calls = [node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return {name for name in named if re.match(METHOD, name)}


def test_every_method_called_is_covered_by_a_scope_and_every_scope_is_needed() -> None:
    assert methods_used() == set(METHOD_NEEDS)
    assert set().union(*METHOD_NEEDS.values()) | set(ELSEWHERE) == SCOPES


def test_the_doctor_looks_for_the_scopes_of_the_manifest() -> None:
    assert app_config.REQUIRED_SCOPES == SCOPES


def test_what_can_be_left_out_is_optional_at_the_installation_too() -> None:
    optional = MANIFEST["oauth_config"]["scopes"]["bot_optional"]
    assert set(optional) == set(app_config.OPTIONAL_SCOPES)
    assert set(optional) < SCOPES, "optional scopes are marked among all that are asked for (slackapi/slack-cli#517)"


def test_every_scope_gives_its_reason() -> None:
    asked_for, _, _ = (ROOT / "manifest.yaml").read_text().partition("bot_optional:")
    listed = re.findall(r"^ {6}- (\S+)( +# \S.*)?$", asked_for, re.MULTILINE)
    reasons = {name: reason for name, reason in listed if name in SCOPES}
    assert set(reasons) == SCOPES
    assert all(reasons.values())


def test_the_slash_command_arrives_escaped() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == (slash_command.DEFAULT, True)


def test_the_app_hears_mentions_and_clicks_over_socket_mode() -> None:
    settings = MANIFEST["settings"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_mention", "app_home_opened", "message.im"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]


def over_http(url: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(app_manifest.http_manifest(url))
    return read


def test_in_http_mode_it_is_the_same_app_with_urls_for_all_that_slack_sends() -> None:
    url, app = "https://park.example.com/slack/events", over_http("https://park.example.com")
    [command], settings = app["features"]["slash_commands"], app["settings"]
    assert command.pop("url") == settings["event_subscriptions"].pop("request_url") == url
    assert [settings["interactivity"].pop(f"{kind}_url") for kind in ("request", "message_menu_options")] == [url, url]
    assert app == MANIFEST | {"settings": MANIFEST["settings"] | {"socket_mode_enabled": False}}
    assert "SLACK_APP_TOKEN" not in app_manifest.http_manifest(url)


def test_a_workspace_without_agents_gets_the_same_app_without_their_parts() -> None:
    for text, whole in (
        (app_manifest.socket_mode_manifest(plain=True), MANIFEST),
        (app_manifest.http_manifest("https://park.example.com", plain=True), over_http("https://park.example.com")),
    ):
        plain = yaml.safe_load(text)
        scopes = plain["oauth_config"]["scopes"]["bot"]
        assert {*scopes, "assistant:write"} == SCOPES
        assert plain["features"].keys() | {"agent_view"} == whole["features"].keys()
        assert plain["settings"] == whole["settings"]


def test_the_slack_cli_reads_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == MANIFEST
    hooks = json.loads((ROOT / ".slack" / "hooks.json").read_text())
    assert hooks["hooks"]["get-manifest"].endswith("-m bot manifest --json")
    assert hooks["hooks"]["start"].endswith("-m bot run")


def test_a_path_that_a_proxy_has_instead_is_left_as_it_is() -> None:
    [command] = over_http("https://example.com/park#1: {}")["features"]["slash_commands"]
    assert command["url"] == "https://example.com/park#1: {}"


@pytest.mark.parametrize("url", ["http://park.example.com/slack/events", "park.example.com", "https:///slack", ""])
def test_an_address_that_slack_can_not_post_to_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "--http", url]) == 2
    assert "https://park.example.com" in capsys.readouterr().err


def test_it_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    assert capsys.readouterr().out == (ROOT / "manifest.yaml").read_text(encoding="utf-8")
    assert main(["manifest", "--http", "https://park.example.com"]) == 0
    assert capsys.readouterr().out == app_manifest.http_manifest("https://park.example.com")


def with_steps(text: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(with_workflow_steps(text))
    return read


@pytest.mark.parametrize("address", [None, "https://park.example.com"], ids=["socket mode", "http"])
def test_steps_are_added_only_where_they_are_asked_for(address: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    way = ["--http", address] if address else []
    assert main(["manifest", *way, "--json"]) == 0
    without = json.loads(capsys.readouterr().out)
    assert main(["manifest", *way, "--json", "--workflows"]) == 0
    steps = json.loads(capsys.readouterr().out)
    functions, settings = steps.pop("functions"), steps["settings"]
    assert functions.keys() == STEPS.keys()
    assert settings.pop("function_runtime") == "remote"
    assert settings["org_deploy_enabled"] is True
    settings["org_deploy_enabled"] = False
    assert steps == without, "nothing else differs, least of all a scope"


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_each_input_of_a_step_is_read_or_said(step: Step) -> None:
    read = {*step.arguments, "channel_id", "note", "action"}
    assert step.inputs.keys() <= read
    assert step.arguments.keys() <= step.inputs.keys()
    assert {name for name, one in step.outputs.items() if one.required} == {"outcome", "text"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="Slack's schema is not here")
@pytest.mark.parametrize(
    "app",
    [MANIFEST, over_http("https://park.example.com"), with_steps(app_manifest.socket_mode_manifest())],
    ids=["socket mode", "http", "with steps"],
)
def test_the_manifest_is_valid_by_slacks_schema(app: dict[str, Any]) -> None:
    schemas = [json.loads(path.read_text()) for path in sorted(SHARED.glob("manifest.schema*.json"))]
    root = next(schema for schema in schemas if "All Versions" in schema.get("title", ""))
    references = {
        "https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/" + path.name: path
        for path in SHARED.glob("manifest.schema.*.*.json")
    }
    registry: Registry[bool | Mapping[str, Any]] = Registry().with_resources(
        (uri, DRAFT7.create_resource(json.loads(path.read_text()))) for uri, path in references.items()
    )
    slacks = Draft7Validator(root, registry=registry)
    assert list(slacks.iter_errors(app)) == []
    assert list(slacks.iter_errors(app | {"display_information": {}}))


@pytest.mark.parametrize("over", [[], ["--http", "https://park.example.com"], ["--workflows"]])
def test_an_app_for_several_workspaces_has_a_redirect_url_and_hears_of_its_end(
    over: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["manifest", *over, "--install", "https://park.example.com"]) == 0
    app = yaml.safe_load(capsys.readouterr().out)
    assert app["oauth_config"]["redirect_urls"] == ["https://park.example.com/slack/oauth_redirect"]
    assert {"app_uninstalled", "tokens_revoked"} < set(app["settings"]["event_subscriptions"]["bot_events"])
    assert app["settings"]["org_deploy_enabled"]
    assert main(["manifest", "--install", "park.example.com"]) == 2
