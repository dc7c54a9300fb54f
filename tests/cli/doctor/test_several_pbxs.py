"""The doctor of a Park with several PBXs: each is checked, and what they have in common once."""

from tests.cli.doctor.conftest import Installation

SEVERAL = """\
[pbx.berlin]
url = "{url}"
policy = "policy.toml"
channels = ["{phones}", "{ops}"]
journal = "default"

[pbx.munich]
url = "{url}"
policy = "policy.toml"
channels = ["{random}"]
"""


def several(installation: Installation, text: str = SEVERAL) -> None:
    ids = installation.sandbox.channels
    (installation.folder / "park.toml").write_text(text.format(url=installation.pbx.url, **ids), encoding="utf-8")
    token = installation.pbx.token
    installation.set(PBX_URL=None, PBX_TOKEN=None, PBX_BERLIN_TOKEN=token, PBX_MUNICH_TOKEN=token)


def test_each_pbx_is_checked_and_what_they_have_in_common_once(installation: Installation) -> None:
    several(installation)
    report = installation.diagnose()
    signed_in = report.findings_with_id("pbx.sign_in")
    assert [(one["pbx"], one["severity"]) for one in signed_in] == [("berlin", "ok"), ("munich", "ok")]
    assert [one["pbx"] for one in report.findings_with_id("slack.bot_token")] == [None]
    places = [one["text"].rpartition("/")[2].partition(" ")[0] for one in report.findings_with_id("journal.place")]
    assert places == ["park.sqlite3", "park-munich.sqlite3"]


def test_a_policy_that_names_a_channel_of_another_pbx_is_said(installation: Installation) -> None:
    several(installation)
    report = installation.diagnose()
    foreign = report["policy.channels.foreign"]
    assert (foreign["pbx"], foreign["about"]) == ("munich", installation.sandbox.channels["ops"])
    assert "[pbx.munich] in park.toml" in foreign["remedy"]
    assert report["policy.channels"]["pbx"] == "berlin"


def test_a_mistake_in_the_file_is_the_only_finding(installation: Installation) -> None:
    several(installation, SEVERAL.replace("{random}", "{phones}"))
    report = installation.diagnose()
    assert [one["id"] for one in report.findings] == ["settings.file"]
    assert "belongs to [pbx.berlin] already" in report["settings.file"]["text"]
    assert report.status == 2


def test_one_pbx_at_fault_does_not_hide_another(installation: Installation) -> None:
    several(installation)
    installation.set(PBX_MUNICH_TOKEN=None)
    report = installation.diagnose()
    assert report["settings.variable"]["pbx"] == "munich"
    assert "PBX_MUNICH_TOKEN" in report["settings.variable"]["text"]
    found = {one["pbx"]: one["severity"] for one in report.findings_with_id("pbx.call_park")}
    assert found == {"berlin": "ok", "munich": "skipped"}


def test_one_pbx_alone_can_be_checked_and_people_read_its_name(installation: Installation) -> None:
    several(installation)
    text = installation.diagnose_as_text("--pbx", "berlin")
    assert "berlin pbx.sign_in: " in text
    assert "munich" not in text
