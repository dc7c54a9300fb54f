"""The doctor's findings, output and exit status as a whole."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.doctor.command import CHECKS
from bot.cli.doctor.model import Check, DoctorContext, Finding, ok, run_checks
from bot.sandbox.environment import Sandbox
from bot.times.model import utc_now
from tests.cli.doctor.conftest import Installation, installation_on
from tests.cli.test_main import environment
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]


def test_all_is_well_and_every_check_says_so(installation: Installation) -> None:
    report = installation.diagnose()
    assert report.problems == {}
    assert [finding["id"] for finding in report.findings] == [check.id for check in CHECKS]
    assert {finding["severity"] for finding in report.findings} == {"ok"}
    assert report.status == 0


def test_nothing_is_changed_in_slack_on_the_pbx_or_on_the_disk(installation: Installation) -> None:
    installation.sign_in_as_user()
    before = sorted(installation.folder.iterdir())
    installation.diagnose()
    assert sorted(installation.folder.iterdir()) == before
    assert not [heard for heard in installation.pbx.requests if heard.write]
    methods = {call.method for call in installation.slack.calls}
    assert methods == {"auth.test", "apps.connections.open", "conversations.info", "usergroups.list"}


def test_a_park_that_runs_goes_on_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = Sandbox(now=utc_now())  # the doctor goes by the machine's clock
    with installation_on(sandbox, tmp_path, monkeypatch, capsys, running=True) as installation:
        report = installation.diagnose()
        assert "Park is running, and was not disturbed" in report["journal.place"]["text"]
        assert report.status == 0
        assert sandbox.slack.connections == 1
        phones, ana = sandbox.channels["phones"], sandbox.people["ana"]
        sandbox.slack.slash(ana, phones, "add 1001 to Sales")
        sandbox.settle()
    assert "1001" in sandbox.pbx.state.members_of("Sales")


def test_an_empty_environment_names_every_variable_and_what_hangs_on_it(installation: Installation) -> None:
    installation.set(SLACK_BOT_TOKEN=None, SLACK_APP_TOKEN=None, PBX_URL=None, PBX_TOKEN=None, PARK_POLICY=None)
    report = installation.diagnose()
    assert report.status == 2
    faults = report.findings_with_id("settings.variable")
    assert {"SLACK_BOT_TOKEN", "PBX_URL", "PBX_TOKEN"} <= {finding["about"] for finding in faults}
    assert any("SLACK_APP_TOKEN" in finding["text"] for finding in faults)
    assert len(faults) == 4
    assert {"slack.bot_token", "slack.channels", "pbx.address", "pbx.call_park"} <= report.skipped
    assert report["pbx.call_park"]["text"] == "not checked, because of PBX_URL"
    assert report["policy"]["severity"] == "ok"
    assert report["journal.place"]["severity"] == "ok"
    assert installation.slack.calls == []


@pytest.mark.parametrize(
    ("name", "value", "skipped", "succeeded"),
    [
        ("SLACK_BOT_TOKEN", None, "slack.bot_token", {"slack.way_in", "pbx.call_park", "policy", "journal.tables"}),
        ("PBX_TOKEN", None, "pbx.sign_in", {"slack.channels", "pbx.base_path"}),
        ("PBX_TOKEN", "no token, but words", "pbx.sign_in", {"slack.channels", "pbx.base_path"}),
        ("PBX_VERIFY_TLS", "perhaps", "pbx.tls", {"slack.channels", "pbx.port"}),
        ("PBX_URL", "https://park:secret@pbx.example.com/api", "pbx.address", {"slack.channels"}),
        ("PARK_READ_ONLY", "perhaps", "read_only", {"slack.channels", "pbx.call_park"}),
    ],
)
def test_a_variable_at_fault_hides_only_what_hangs_on_it(
    installation: Installation, name: str, value: str | None, skipped: str, succeeded: set[str]
) -> None:
    installation.set(**{name: value})
    report = installation.diagnose()
    assert report["settings.variable"]["about"] == name
    assert "docs/setup.md" in report["settings.variable"]["remedy"]
    assert skipped in report.skipped
    assert {finding["id"] for finding in report.findings if finding["severity"] == "ok"} >= succeeded
    assert "secret" not in json.dumps(report.findings)


def test_a_check_that_breaks_is_said_and_hides_no_other() -> None:
    def broken(_: DoctorContext) -> list[Finding]:
        raise LookupError("what nobody reckoned with")

    context = DoctorContext(utc_now)
    checks = (
        Check(id="first", run=broken),  # type: ignore[arg-type]
        Check(id="second", run=lambda _: iter([ok("second", "fine")]), requires=("first",)),
        Check(id="third", run=lambda _: iter([ok("third", "fine")])),
    )
    results = [(finding.id, finding.severity) for finding in run_checks(checks, context)]
    assert results == [("first.failed", "error"), ("second", "skipped"), ("third", "ok")]


def test_people_read_it_with_the_remedy_under_each_and_a_sum_at_the_end(installation: Installation) -> None:
    installation.set(PARK_READ_ONLY="true", PBX_TOKEN=None)
    text = installation.diagnose_as_text()
    assert "ok       policy: " in text
    assert "ok       read_only: Park is read-only, as PARK_READ_ONLY=true says" in text
    assert "         -> Set it in the environment, or in .env in the folder where" in text
    assert "ERROR    settings.variable: PBX_TOKEN: set PBX_TOKEN, or PBX_USERNAME" in text
    assert "skipped  pbx.role: not checked, because of PBX_TOKEN" in text
    assert text.splitlines()[-1].startswith("1 error, no warnings, 4 skipped, ")


def test_read_only_is_a_decision_and_no_warning(installation: Installation) -> None:
    installation.set(PARK_READ_ONLY="true")
    report = installation.diagnose()
    assert (report.problems, report.status) == ({}, 0)
    assert "Park is read-only" in report["read_only"]["text"]


def test_it_runs_as_a_command_of_its_own_and_prints_json_alone(installation: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor", "--json"],
        cwd=installation.folder,
        env=environment(installation.sandbox, installation.folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    output = json.loads(done.stdout)
    assert (output["status"], done.returncode) == (1, 1), done.stderr
    assert [finding["id"] for finding in output["findings"] if finding["severity"] == "warning"] == [
        "slack.ids.unknown"
    ]


def test_missing_time_zone_data_is_an_error(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    import zoneinfo

    zoneinfo.reset_tzpath(())
    monkeypatch.setitem(sys.modules, "tzdata", None)
    try:
        zoneinfo.ZoneInfo.clear_cache()
        report = installation.diagnose()
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
    assert report.problems == {"time_zones.missing": "error"}
    assert "tzdata" in report["time_zones.missing"]["remedy"]


def test_every_warning_and_error_that_there_is_is_proven_by_a_test() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot/cli/doctor").rglob("*.py"))
    ids = set(re.findall(r'(?:warning|error)\(\s*"([a-z_.]+)"', code))
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("*.py"))
    assert len(ids) > 50
    assert sorted(id for id in ids if id not in tests) == []
