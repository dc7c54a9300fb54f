"""park.toml names the PBXs, or each mistake in it is named with its place and what to write instead."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings.environment import JournalSettings, PBXSettings, Settings
from bot.settings.tenants import TenantSettings, journal_of, names, read_for, read_tenants

SLACK = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_APP_TOKEN": "xapp-secret"}
BERLIN = """\
[pbx.berlin]
url = "https://berlin.example.com:8887/api"
username = "park"
domain = "berlin.example.com"
policy = "policies/berlin.toml"
channels = ["C0BERLIN01"]
"""
MUNICH = """\
[pbx.munich-2]
title = "Munich, second floor"
url = "https://munich.example.com:8887/api"
policy = "munich.toml"
channels = ["C0MUNICH01", "C0MUNICH02"]
workspace = "T0123ABCD"
read_only = true
"""
SECRETS = {"PBX_BERLIN_PASSWORD": "berlins-own", "PBX_MUNICH_2_TOKEN": "munichs-own"}


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the developer's own files and variables."""
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, *SECRETS, "park_config"):
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in SLACK.items():
        monkeypatch.setenv(name, value)


def read(
    monkeypatch: pytest.MonkeyPatch, text: str, environment: dict[str, str] | None = None
) -> tuple[TenantSettings, ...]:
    Path("park.toml").write_text(text, encoding="utf-8")
    for name, value in (SECRETS if environment is None else environment).items():
        monkeypatch.setenv(name, value)
    return read_tenants()


def test_each_pbx_has_its_account_its_policy_its_channels_and_its_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    berlin, munich = read(monkeypatch, BERLIN + MUNICH)
    assert (berlin.name, berlin.title, berlin.channels) == ("berlin", "berlin", frozenset({"C0BERLIN01"}))
    assert berlin.settings.pbx_username == "park"
    assert berlin.settings.pbx_password is not None
    assert berlin.settings.pbx_password.get_secret_value() == "berlins-own"
    assert berlin.settings.pbx_token is None
    assert berlin.settings.park_policy == Path("policies/berlin.toml")
    assert berlin.settings.database_url == "sqlite:///park-berlin.sqlite3"
    assert munich.settings.database_url == "sqlite:///park-munich-2.sqlite3"
    assert munich.settings.pbx_token is not None
    assert munich.settings.pbx_token.get_secret_value() == "munichs-own"
    assert (munich.title, munich.workspace) == ("Munich, second floor", "T0123ABCD")
    assert munich.settings.park_read_only
    assert not berlin.settings.park_read_only
    assert [berlin.inherits, munich.inherits] == [False, False]


def test_an_account_of_the_environment_is_not_that_of_a_pbx_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="PBX_BERLIN_PASSWORD in the environment, or PBX_BERLIN_TOKEN"):
        read(monkeypatch, BERLIN, {"PBX_TOKEN": "another-pbx", "PBX_PASSWORD": "another-pbx"})


def test_without_the_file_the_environment_names_the_only_pbx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_URL", "https://pbx.example.com:8887/api")
    monkeypatch.setenv("PBX_TOKEN", "a-secret")
    (only,) = read_tenants()
    assert (only.name, only.channels, only.workspace, only.inherits) == ("", None, None, True)
    assert only.settings.database_url == "sqlite:///park.sqlite3"


def test_the_pbx_that_is_marked_keeps_the_journal_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    berlin, munich = read(monkeypatch, BERLIN + 'journal = "default"\n' + MUNICH)
    assert berlin.settings.database_url == "sqlite:///park.sqlite3"
    assert (berlin.inherits, munich.inherits) == (True, False)


def test_a_file_with_one_pbx_without_channels_is_as_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    (only,) = read(monkeypatch, BERLIN.replace('channels = ["C0BERLIN01"]\n', ""))
    assert (only.name, only.channels, only.inherits) == ("", None, True)
    assert only.settings.database_url == "sqlite:///park.sqlite3"
    assert only.read_again is not None
    assert only.read_again().pbx_username == "park"


def test_the_file_may_be_elsewhere_and_its_paths_count_from_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "secret").write_text("of-the-file\n", encoding="utf-8")
    text = BERLIN.replace("username", f'token_file = "{folder / "secret"}"\nusername')
    (folder / "pbxs.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PARK_CONFIG", str(folder / "pbxs.toml"))
    (berlin,) = read_tenants()
    assert berlin.settings.park_policy == folder / "policies/berlin.toml"
    assert berlin.settings.pbx_token is not None
    assert berlin.settings.pbx_token.get_secret_value() == "of-the-file"


def test_a_password_that_was_replaced_is_read_again_for_its_pbx(monkeypatch: pytest.MonkeyPatch) -> None:
    berlin, _ = read(monkeypatch, BERLIN + MUNICH)
    monkeypatch.setenv("PBX_BERLIN_PASSWORD", "a-new-one")
    assert berlin.read_again is not None
    again = berlin.read_again()
    assert again.pbx_password is not None
    assert again.pbx_password.get_secret_value() == "a-new-one"


SECOND = MUNICH.replace("munich-2", "munich")
MISTAKES = {
    "park.toml: it names no PBX": "",
    "“pbxs” is unknown here": '[pbxs.berlin]\nurl = "https://x/api"\n',
    "park.toml, [pbx.berlin]: “chanels” is unknown. There are: url, channels": BERLIN + "chanels = []\n",
    "park.toml, [pbx.berlin]: policy is not set. Write policy =": BERLIN.replace(
        'policy = "policies/berlin.toml"\n', ""
    ),
    "park.toml, [pbx.berlin]: url: is not an address": BERLIN.replace("https://", ""),
    "park.toml, [pbx.berlin]: deadline: must be 30.0 or less": BERLIN + "deadline = 31\n",
    "park.toml, [pbx.Berlin]: this is no name for a PBX": BERLIN.replace("pbx.berlin", "pbx.Berlin"),
    "park.toml, [pbx.munich-2]: channels: C0BERLIN01 belongs to [pbx.berlin] already": BERLIN
    + MUNICH.replace("C0MUNICH02", "C0BERLIN01"),
    "“#phones” is no id of a channel. Write one like C0123ABCD": BERLIN.replace("C0BERLIN01", "#phones"),
    "park.toml, [pbx.munich-2]: channels is not set": BERLIN
    + MUNICH.replace('channels = ["C0MUNICH01", "C0MUNICH02"]\n', ""),
    "workspace: “acme” is no id of a workspace": BERLIN + 'workspace = "acme"\n',
    '[pbx.berlin] has journal = "default" already': BERLIN + 'journal = "default"\n' + MUNICH + 'journal = "default"\n',
    "its journal is that of [pbx.berlin]": BERLIN
    + 'database_url = "sqlite:///one"\n'
    + MUNICH
    + 'database_url = "sqlite:///one"\n',
    "it has journal and database_url": BERLIN + 'journal = "default"\ndatabase_url = "sqlite:///one"\n',
    "its account is not set: set username here and PBX_PARIS_PASSWORD": SECOND.replace("munich", "paris"),
    "token_file: nowhere can't be read": BERLIN + 'token_file = "nowhere"\n',
    "Write tables like [pbx.berlin]": "[pbx.berlin\n",
}


@pytest.mark.parametrize(("said", "text"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_a_mistake_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch, said: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, text)
    assert said in str(caught.value)
    assert "own" not in str(caught.value).replace("unknown", "")  # no secret


def test_a_command_is_told_which_pbx_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, BERLIN + MUNICH)
    monkeypatch.delenv("SLACK_BOT_TOKEN")  # which a command that only reads the PBX does not need
    assert names() == ("berlin", "munich-2")
    assert read_for(PBXSettings, "berlin").pbx_username == "park"
    assert read_for(JournalSettings, "munich-2").database_url == "sqlite:///park-munich-2.sqlite3"
    with pytest.raises(SettingsError, match=r"Say which with --pbx NAME: berlin, munich-2"):
        read_for(PBXSettings, None)
    with pytest.raises(SettingsError, match=r"--pbx paris: there is no PBX of that name\. There are: berlin, munich-2"):
        read_for(PBXSettings, "paris")
    Path("park.toml").write_text(BERLIN, encoding="utf-8")
    assert read_for(PBXSettings, None).pbx_username == "park"
    assert read_for(JournalSettings, None).database_url == "sqlite:///park.sqlite3"
    Path("park.toml").unlink()
    with pytest.raises(SettingsError, match=r"--pbx berlin: there is no park\.toml"):
        read_for(PBXSettings, "berlin")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("sqlite:////var/lib/park/park.sqlite3", "sqlite:////var/lib/park/park-berlin.sqlite3"),
        ("sqlite:///folder.d/journal", "sqlite:///folder.d/journal-berlin"),
        ("postgresql+psycopg://park@db/park", "postgresql+psycopg://park@db/park?park_schema=park_berlin"),
        ("postgresql+psycopg://db/park?sslmode=require", "postgresql+psycopg://db/park?sslmode=require&park_schema=park_berlin"),
    ],
)  # fmt: skip
def test_each_journal_is_beside_the_one_of_the_environment(address: str, own: str) -> None:
    assert journal_of(address, "berlin") == own


@pytest.mark.parametrize(
    ("munich", "default"),
    [
        ('database_url = "postgresql://db/park"', "postgresql://db/park"),
        ('database_url = "sqlite:///park-berlin.sqlite3"', "sqlite:///park.sqlite3"),
    ],
)
def test_two_pbxs_never_share_a_journal(monkeypatch: pytest.MonkeyPatch, munich: str, default: str) -> None:
    berlin = f'{BERLIN}journal = "default"\n' if default.startswith("postgresql") else BERLIN
    with pytest.raises(SettingsError, match=r"\[pbx.munich-2\]: its journal is that of \[pbx.berlin\]"):
        read(monkeypatch, f"{berlin}{MUNICH}{munich}\n", {**SECRETS, "DATABASE_URL": default})


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ('channels = "C0BERLIN01"', 'channels = ["C0123ABCD"]'),
        ("channels = [5]", 'channels = ["C0123ABCD"]'),
        ("token = 5", "in quotation marks"),
        ('journal = "park"', 'journal = "default"'),
    ],
)
def test_a_value_of_the_wrong_kind_is_answered_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, written: str, remedy: str
) -> None:
    rest = "\n".join(line for line in BERLIN.splitlines() if not line.startswith("channels"))
    with pytest.raises(SettingsError) as refused:
        read(monkeypatch, f"{rest}\n{written}\n")
    assert remedy in str(refused.value)
    assert "5" not in str(refused.value)


def test_a_name_without_a_table_is_answered_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"pbx.berlin\]: this is no table"):
        read(monkeypatch, "[pbx]\nberlin = 1\n")
