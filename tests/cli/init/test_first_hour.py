"""Park starts with the files that init writes, and a second run keeps the earlier answers."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import Park
from bot.cli.invocation import command_line
from bot.policy.engine import decide
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.sandbox.environment import Sandbox
from bot.settings.environment import read_settings
from bot.settings.tenants import read_tenants
from tests.cli.init.conftest import InitHarness

FOR_NOW, FOR_GOOD = ActionAttributes(), ActionAttributes(duration=None)


@contextmanager
def running(sandbox: Sandbox) -> Iterator[Park]:
    with Park(*read_tenants()) as park:
        sandbox.slack.wait_for(lambda: sandbox.slack.connections)
        yield park


def typed(sandbox: Sandbox, line: str, person: str) -> str:
    """The reply to a line, in private or in the channel."""
    user, place = sandbox.people[person], sandbox.channels["phones"]
    before = len(sandbox.slack.seen_by(user, place))
    assert sandbox.slack.slash(user, place, line).ok
    return sandbox.slack.wait_for(lambda: "\n".join(one.plain for one in sandbox.slack.seen_by(user, place)[before:]))


def test_both_files_are_written_and_said_to_be(init: InitHarness) -> None:
    assert init.run() == 0
    assert init.files_written == {".env", "policy.toml"}
    assert stat.S_IMODE((init.folder / ".env").stat().st_mode) == 0o600
    assert "12 park groups" in init.output
    assert "That is Sales, Sales for Partners." in init.output
    assert "#phones is public" in init.output
    for step in (command_line("doctor"), command_line("run"), "In #phones, type: /park", "PARK_READ_ONLY=false"):
        assert step in init.output.partition("Next:")[2]


def test_no_secret_is_shown(init: InitHarness) -> None:
    assert init.run() == 0
    for secret in ("bot_token", "app_token", "password"):
        assert init.default_answers[secret] not in init.output


def test_names_become_ids_and_stay_as_comments(init: InitHarness) -> None:
    sandbox = init.sandbox
    assert init.run(leads="@leads, eve.novak@example.com", contact="ana ruiz") == 0
    for id, name in (
        (sandbox.channels["phones"], "#phones: public"),
        (sandbox.channels["ops"], "#ops"),
        (sandbox.groups["leads"], "@leads"),
        (sandbox.people["eve"], "Eve Novak (@eve)"),
        (sandbox.people["ana"], "Ana Ruiz (@ana)"),
    ):
        assert re.search(rf'"{id}",?  # {re.escape(name)}$', init.policy_text, re.MULTILINE)
    assert init.policy.contact == sandbox.people["ana"]
    assert init.policy.announce == sandbox.channels["ops"]


def test_the_policy_has_no_mistake_and_its_examples_hold(
    init: InitHarness, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init.run(look="no") == 0
    monkeypatch.setenv("SLACK_BOT_TOKEN", init.sandbox.slack.bot_token)
    assert main(["policy", "check", "--strict", "policy.toml"]) == 0
    assert main(["policy", "test", "policy.toml"]) == 0
    assert "8 of 8 examples are as expected" in capsys.readouterr().out


@pytest.mark.parametrize("nobody", ["leads", "on_call", "team"])
def test_the_policy_is_right_without_somebody_too(init: InitHarness, nobody: str) -> None:
    changed: dict[str, str | None] = {nobody: "nobody"} | ({"groups": None} if nobody == "leads" else {})
    assert init.run(**{"team": "Eve Novak"} | changed) == 0
    assert len(init.policy.allow) == 4
    assert main(["policy", "test", "policy.toml"]) == 0


def test_with_nobody_at_all_people_may_only_look_and_that_is_said(init: InitHarness) -> None:
    assert init.run(you="nobody", leads="", groups=None, on_call="", team="") == 0
    assert [rule.operations for rule in init.policy.allow] == [(Permission.READ,)]
    assert init.policy.contact is None
    assert "Nobody may change anything yet" in init.output
    assert main(["policy", "test", "policy.toml"]) == 0


def test_the_right_people_may_and_the_others_may_not(init: InitHarness) -> None:
    sandbox = init.sandbox
    assert init.run() == 0
    policy, phones = init.policy, sandbox.channels["phones"]

    def may(
        person: str,
        what: Permission,
        *groups: str,
        channel: str | None = phones,
        attributes: ActionAttributes = FOR_NOW,
    ) -> bool:
        principal = Principal(
            user=sandbox.people[person],
            team=sandbox.slack.team,
            channel=channel,
            user_groups=frozenset(
                {"ana": [sandbox.groups["leads"]], "ben": [sandbox.groups["oncall"]]}.get(person, [])
            ),
            guest=person == "gil",
        )
        return decide(policy, principal, what, groups=groups, attributes=attributes).allowed

    assert may("eve", Permission.READ, "Support")
    assert not may("gil", Permission.READ, "Support")
    assert not may("eve", Permission.READ, "Support", channel=None)
    assert not may("eve", Permission.MEMBERS, "Sales")
    assert may("ana", Permission.MEMBERS, "Sales for Partners", attributes=FOR_GOOD)
    assert not may("ana", Permission.MEMBERS, "Support")
    assert not may("ana", Permission.MEMBERS, "Sales", channel=sandbox.channels["random"])
    assert not may("ana", Permission.SERVER)
    assert may("ben", Permission.RECALL, "Support", channel=None)
    assert not may("ben", Permission.RECALL, "Support", channel=None, attributes=FOR_GOOD)
    assert may("ada", Permission.SERVER, channel=None)


def test_park_starts_with_it_and_only_reads_until_it_is_told_otherwise(init: InitHarness) -> None:
    sandbox, env = init.sandbox, init.folder / ".env"
    assert init.run() == 0
    with running(sandbox):
        assert "1002 Bjørn Halvorsen" in typed(sandbox, "group Sales", "ana")
        assert "PARK_READ_ONLY" in typed(sandbox, "add 1001 to Sales", "ana")
        assert sandbox.pbx.writes == []
    env.write_text(env.read_text().replace("PARK_READ_ONLY=true", "PARK_READ_ONLY=false"))
    with running(sandbox):
        assert "You can't do that" in typed(sandbox, "add 1001 to Support", "ana")
        typed(sandbox, "add 1001 to Sales", "ana")
        sandbox.slack.wait_for(lambda: [one for one in sandbox.pbx.writes if one.path.endswith("/1001")])


def test_whoever_wants_no_read_only_week_gets_none(init: InitHarness) -> None:
    assert init.run(read_only="no") == 0
    assert init.env["PARK_READ_ONLY"] == "false"
    assert not read_settings().park_read_only


def test_a_second_run_with_enter_alone_changes_nothing(init: InitHarness) -> None:
    assert init.run() == 0
    before = {name: (init.folder / name).read_bytes() for name in init.files_written}
    assert init.run_with_input("\n" * 8) == 0
    assert "there is nothing to write" in init.output
    assert {name: (init.folder / name).read_bytes() for name in init.files_written} == before


def test_a_second_policy_begins_with_the_first_ones_answers_and_the_first_is_kept(init: InitHarness) -> None:
    assert init.run(look="no", leads="@leads, Eve Novak", read_only="no", team="Gil Gast") == 0
    old, rights = init.policy_text, init.policy
    assert init.run_with_input("\n" * 6 + "yes\n" + "\n" * 6 + "nobody\n" + "\n" * 4) == 0
    assert [rule.name for rule in init.policy.allow] == [rule.name for rule in (*rights.allow[:-2], rights.allow[-1])]
    assert init.policy.allow[0] == rights.allow[0]
    assert (init.policy.announce, init.policy.contact) == (rights.announce, rights.contact)
    [kept] = [name for name in init.files_written if name.startswith("policy.until-")]
    assert (init.folder / kept).read_text(encoding="utf-8") == old


def test_a_policy_that_can_not_be_read_is_said_and_left_alone(init: InitHarness) -> None:
    (init.folder / "policy.toml").write_text("[[allow]\n")
    assert (
        init.run(
            **dict.fromkeys(("channel", "look", "leads", "groups", "on_call", "team", "contact", "announce")), you="no"
        )
        == 0
    )
    assert "can't be read" in init.output
    assert init.policy_text == "[[allow]\n"


def test_what_else_stands_in_the_environment_stays_there(init: InitHarness) -> None:
    env = init.folder / ".env"
    env.write_text(
        "# ours\nDATABASE_URL=sqlite:///elsewhere.sqlite3\nPBX_URL='http://old/api' # moved\nPBX_TOKEN=old\n"
    )
    env.chmod(0o644)
    assert init.run() == 0
    text = env.read_text()
    assert text.startswith("# ours\nDATABASE_URL=sqlite:///elsewhere.sqlite3\nPBX_URL=http://127.0.0.1")
    assert "PBX_TOKEN" not in text
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_a_park_that_changes_things_goes_on_doing_so(init: InitHarness) -> None:
    assert init.run() == 0
    env = init.folder / ".env"
    env.write_text(env.read_text().replace("PARK_READ_ONLY=true\n", ""))
    assert init.run_with_input("\n" * 9) == 0
    assert init.env["PARK_READ_ONLY"] == "false"


def test_a_ready_token_is_kept(init: InitHarness) -> None:
    (init.folder / ".env").write_text(f"PBX_TOKEN={init.sandbox.pbx.token}\n")
    assert init.run(username="", domain=None, password=None) == 0
    assert init.env["PBX_TOKEN"] == init.sandbox.pbx.token
    assert "PBX_USERNAME" not in init.env


def test_where_slack_comes_in_over_http_no_app_level_token_is_asked_for(init: InitHarness) -> None:
    (init.folder / ".env").write_text("SLACK_SIGNING_SECRET=0123456789abcdef\n")
    assert init.run(app_token=None) == 0
    assert "SLACK_APP_TOKEN" not in init.env


def test_what_is_exported_and_would_win_is_told(init: InitHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_DOMAIN", "elsewhere.example")
    assert init.run() == 0
    assert "PBX_DOMAIN is also exported in this shell, which wins over .env: unset PBX_DOMAIN." in init.output


def test_a_password_that_systemd_would_read_otherwise_is_told(init: InitHarness) -> None:
    init.sandbox.pbx.sessions.password = "it's $5"
    assert init.run(password="it's $5") == 0
    assert init.env["PBX_PASSWORD"] == "it's $5"
    assert "PBX_PASSWORD holds characters that systemd and Docker Compose read differently from Park" in init.output


def test_a_password_may_begin_and_end_with_spaces(init: InitHarness) -> None:
    init.sandbox.pbx.sessions.password = " open sesame "
    assert init.run(password=" open sesame ") == 0
    assert init.env["PBX_PASSWORD"] == " open sesame "
    assert "read differently" not in init.output


def test_the_policy_goes_where_park_looks_for_it(init: InitHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_POLICY", "rules.toml")
    assert init.run() == 0
    assert init.files_written == {".env", "rules.toml"}


def test_a_no_at_the_end_writes_nothing(init: InitHarness) -> None:
    assert init.run(write="no") == 1
    assert "Nothing was written" in init.output
    assert init.files_written == set()


def test_a_folder_that_can_not_be_written_is_said(init: InitHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_POLICY", "nowhere/policy.toml")
    assert init.run() == 2
    assert "nowhere" in init.output
    assert "can't be written" in init.output
    assert init.files_written == set()


def test_a_pbx_without_groups_takes_patterns_as_they_are(init: InitHarness) -> None:
    init.sandbox.pbx.state.groups.clear()
    assert init.run(groups="Sales*, Support") == 0
    assert init.policy.allow[1].groups == ("Sales*", "Support")
    assert main(["policy", "test", "policy.toml"]) == 0


def test_a_group_whose_name_no_line_can_hold_is_in_no_example(init: InitHarness) -> None:
    assert init.run(groups="<!channel>*") == 0
    assert "channel" not in init.policy_text.partition("[[example]]")[2].replace("channel =", "")


def test_whoever_has_to_be_invited_is_told_how(init: InitHarness) -> None:
    slack = init.sandbox.slack
    slack.kick(init.sandbox.channels["phones"], slack.bot_user)
    assert init.run() == 0
    assert "Park is not in #phones yet. Type there later: /invite @park\n" in init.output
    assert "1. In #phones in Slack, type: /invite @park\n" in init.output.partition("Next:")[2]


def test_nothing_is_changed_in_slack_or_on_the_pbx(init: InitHarness) -> None:
    assert init.run() == 0
    assert init.sandbox.pbx.writes == []
    methods = {one.method for one in init.sandbox.slack.calls}
    assert methods == {
        *("auth.test", "apps.connections.open", "conversations.list", "users.list", "usergroups.list"),
    }


def test_the_folder_keeps_nothing_else(init: InitHarness, tmp_path_factory: pytest.TempPathFactory) -> None:
    spare = tmp_path_factory.mktemp("spare")
    init.patch.setattr("tempfile.tempdir", str(spare))
    assert init.run() == 0
    assert list(Path(spare).iterdir()) == []
