"""Each answer is checked at once in Slack or on the PBX; an invalid one is explained, and nothing is written."""

import pytest

from bot.sandbox.pbx.switches import Switches
from bot.sandbox.slack.faults import Drop
from tests.cli.init.conftest import InitHarness


def rejected_output(init: InitHarness, question: str, *answers: str) -> str:
    """The output of a run that ends at an invalid answer; the first answer is the one to `question`."""
    assert init.run_until(question, *answers) == 2
    assert "Nothing was written." in init.output
    assert init.files_written == set()
    assert "Traceback" not in init.output
    return init.output


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("bot_token", "", "begins with xoxb-"),
        ("bot_token", "xapp-1-A1-2-3", "the app-level token, of Basic Information"),
        ("bot_token", "xoxp-1-2", "a user token"),
        ("bot_token", "xoxe.xoxb-1-2", "switch off token rotation"),
        ("bot_token", "hunter2", "begins with xoxb-"),
        ("bot_token", "xoxb-of-nobody", "Copy it again, completely. (Slack says invalid_auth)"),
        ("app_token", "xoxb-1-2", "the bot token, of OAuth & Permissions"),
        ("app_token", "xapp-of-nobody", "Copy it again, completely. (Slack says invalid_auth)"),
    ],
)
def test_a_token_is_seen_to_be_wrong(init: InitHarness, question: str, answer: str, text: str) -> None:
    assert text in rejected_output(init, question, answer)
    assert not answer or answer not in init.output


def test_a_token_of_another_kind_is_sent_nowhere(init: InitHarness) -> None:
    rejected_output(init, "bot_token", "xoxp-1-2")
    assert init.sandbox.slack.calls == []


@pytest.mark.parametrize(
    ("method", "code", "question", "text"),
    [
        ("auth.test", "account_inactive", "bot_token", "Install it again and copy the new token"),
        ("apps.connections.open", "missing_scope", "app_token", "lacks the scope connections:write"),
        ("conversations.list", "missing_scope", "channel", "Paste manifest.yaml under App Manifest again"),
        ("users.list", "missing_scope", "leads", "Paste manifest.yaml under App Manifest again"),
        ("users.list", "enterprise_is_restricted", "leads", "Slack says enterprise_is_restricted"),
        ("auth.test", Drop.BEFORE, "bot_token", "Slack can't be reached. The connection was closed without an answer."),
    ],
)
def test_what_slack_refuses_is_told_with_the_remedy(
    init: InitHarness, method: str, code: str | Drop, question: str, text: str
) -> None:
    init.sandbox.slack.faults.fail(method, code, times=5)
    assert text in rejected_output(init, question, init.default_answers[question])


def test_a_rate_limit_is_waited_out(init: InitHarness) -> None:
    init.sandbox.slack.faults.fail("users.list", times=2)
    assert init.run() == 0


def test_a_workspace_without_user_groups_has_people(init: InitHarness) -> None:
    init.sandbox.slack.faults.fail("usergroups.list", "plan_upgrade_required")
    assert init.run(leads="ana", on_call="ben") == 0
    assert init.policy.allow[1].users == (init.sandbox.people["ana"],)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("", "Type the PBX's name or address"),
        ("127.0.0.1:1", "nothing listens on port 1. PortSIP's REST API listens on port 8887 unless"),
        ("ftp://pbx.example.com", "That is not an address of a PBX: write it like"),
        ("http://pbx:88887", "That is not an address of a PBX"),
        ("my pbx", "That is not an address of a PBX"),
        ("https://pbx.example.com:8887/api?x=1", "without a user name, ? or #"),
        ("pbx.invalid", "There is no host named pbx.invalid"),
    ],
)
def test_an_address_where_no_pbx_is(init: InitHarness, answer: str, text: str) -> None:
    assert text in rejected_output(init, "url", answer)


@pytest.mark.parametrize("path", ["", "/", "/wrong", "/api/v1", "/api/"])
def test_a_wrong_path_is_replaced_by_the_right_one_before_anybody_signs_in(init: InitHarness, path: str) -> None:
    url = init.sandbox.pbx.url
    assert init.run(url=url.replace("/api", path)) == 0
    assert init.env["PBX_URL"] == url


def test_a_rejected_sign_in_is_not_tried_again(init: InitHarness) -> None:
    text = rejected_output(init, "password", "hunter2")
    assert "The PBX does not accept the sign-in" in text
    assert "Park tries each answer once" in text
    assert "restart" not in text
    assert "hunter2" not in text
    assert [one.path for one in init.sandbox.pbx.requests if one.method == "POST"] == ["/api/auth/sign_in"]


@pytest.mark.parametrize(
    ("switches", "text"),
    [
        (Switches(two_factor=True), "asks for a second factor for park.bot"),
        (Switches(role="User"), "Its role is User; give it the role Admin"),
        (Switches(role="SystemAdmin"), "That is the system administrator's account, which belongs to no tenant"),
        (Switches(password_force_reset=True), "wants this account to change its password first"),
        (Switches(login_attempts=0), "the address is blocked"),
    ],
)
def test_an_account_that_will_not_do(init: InitHarness, switches: Switches, text: str) -> None:
    init.sandbox.pbx.switches = switches
    assert text in rejected_output(init, "password", init.default_answers["password"])


def test_an_older_pbx_will_do(init: InitHarness) -> None:
    init.sandbox.pbx.switches = Switches(sign_in=False)
    assert init.run() == 0


@pytest.mark.parametrize(("question", "answer"), [("username", ""), ("password", "")])
def test_an_account_needs_a_name_and_a_password(init: InitHarness, question: str, answer: str) -> None:
    assert "Type the " in rejected_output(init, question, answer)
    assert [one.path for one in init.sandbox.pbx.requests if "auth" in one.path] == []


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("you", "", "Type your name in Slack, or nobody"),
        ("you", "@leads", "@leads is a user group. Type your own name."),
        ("you", "Anna Ruis", "Did you mean Ana Ruiz (@ana)?"),
        ("channel", "", "Type the channel's name"),
        ("channel", "#fones", "Slack has no channel called “#fones”, or it is private: invite Park there first. Did"),
        ("channel", "fones", "Did you mean #phones?"),
        ("channel", "#secret", "or it is private: invite Park there first."),
        ("channel", "#old", "“#old” can't be named in a rule: it is archived."),
        ("channel", "C0000000", "Slack has no channel called"),
        ("look", "perhaps", "Type yes or no."),
        ("look", "", "Type yes or no."),
        ("leads", "Anna Ruis", "Slack has no person or user group called “Anna Ruis”. Did you mean Ana Ruiz (@ana)?"),
        ("leads", "ben, @leeds", "“@leeds”. Did you mean @leads"),
        ("leads", "xyzzy", "Slack has no person or user group called “xyzzy”."),
        ("leads", "Sam Doe", "Type the id of the one that you mean."),
        ("leads", "@dora", "“@dora” can't be named in a rule: the account is deactivated."),
        ("leads", "park", "“park” can't be named in a rule: this is a bot."),
        ("groups", "", "Type the names of park groups, or * for all of them."),
        ("groups", "Marketing*", "“Marketing*” matches none of the park groups."),
        ("groups", "Sales, Suport", "“Suport” matches none of the park groups. Did you mean Support?"),
        ("contact", "@leeds", "Did you mean @leads"),
        ("announce", "#opps", "Did you mean #ops?"),
        ("read_only", "a week", "Type yes or no."),
    ],
)
def test_a_name_that_nobody_has_is_never_taken_for_another(
    init: InitHarness, question: str, answer: str, text: str
) -> None:
    slack = init.sandbox.slack
    slack.add_channel("old", [], archived=True)
    slack.deactivate(slack.add_person("dora", real_name="Dora Old"))
    for name in ("sam", "sam2"):
        slack.add_person(name, real_name="Sam Doe")
    assert text in rejected_output(init, question, answer)


def test_of_two_with_one_name_the_id_tells_which(init: InitHarness) -> None:
    slack = init.sandbox.slack
    sams = [slack.add_person(name, real_name="Sam Doe, PhD") for name in ("sam", "sam2")]
    text = rejected_output(init, "leads", "Sam Doe, PhD")
    assert all(f"Sam Doe, PhD (@{name}) {id}" in text for name, id in zip(("sam", "sam2"), sams, strict=True))
    assert init.run(leads=f"{sams[1]}, Eve Novak") == 0
    assert init.policy.allow[1].users == (sams[1], init.sandbox.people["eve"])


def test_a_name_that_fits_two_but_for_case_fits_both(init: InitHarness) -> None:
    other = init.sandbox.slack.add_person("ana.b", real_name="ANA")
    assert f"ANA (@ana.b) {other}" in rejected_output(init, "leads", "@ana")


def test_a_guest_is_told_to_be_one(init: InitHarness) -> None:
    assert init.run(team="Gil Gast") == 0
    assert f"Gil Gast (@gil) is {init.sandbox.people['gil']}, a guest." in init.output


def test_a_contact_may_be_words(init: InitHarness) -> None:
    assert init.run(contact='the "phone" desk') == 0
    assert init.policy.contact == 'the "phone" desk'


def test_names_that_would_break_the_file_or_the_terminal_do_not(init: InitHarness) -> None:
    init.sandbox.slack.add_person("mal", real_name='Mal"\n[[allow]]\n\x1b[2J')
    assert init.run(team="@mal") == 0
    assert len(init.policy.allow) == 5
    assert "\x1b" not in init.output
    assert "\x1b" not in init.policy_text


@pytest.mark.parametrize("count", range(1, 17))
def test_answers_that_end_early_write_nothing(init: InitHarness, count: int) -> None:
    assert init.run_with_input("".join(init.input_lines().splitlines(keepends=True)[:count])) == 2
    assert "The answers ended at the question" in init.output
    assert init.files_written == set()


def test_without_anybody_to_answer_that_is_said(init: InitHarness) -> None:
    assert init.run_with_input("") == 2
    assert "There is nobody to answer" in init.output
    assert "one a line" in init.output


def test_an_environment_file_that_is_no_text_is_said(init: InitHarness) -> None:
    (init.folder / ".env").write_bytes(b"\xff\xfe")
    assert init.run() == 2
    assert ".env can't be read" in init.output
