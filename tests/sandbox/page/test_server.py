"""The page's server: what it serves, to whom, and what it accepts."""

import json
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox.page.server import DemoPage
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def page() -> Iterator[DemoPage]:
    with DemoPage() as opened:
        yield opened


def events(page: DemoPage, query: str) -> dict[str, str]:
    """The regions as they are at first."""
    with httpx.stream("GET", f"{page.url}events?{query}") as stream:
        first = next(line for line in stream.iter_lines() if line.startswith("data: "))
    regions: dict[str, str] = json.loads(first.removeprefix("data: "))
    return regions


def test_it_listens_on_loopback_only_and_fetches_nothing_from_elsewhere(page: DemoPage) -> None:
    answer = httpx.get(page.url)
    assert page.url.startswith("http://127.0.0.1:")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.text.replace("http-equiv", "")
    assert "style=" not in answer.text


@pytest.mark.parametrize("file", ["page.js", "drawers.js", "unread.js", "kit.css", "page.css", "icon.svg"])
def test_its_files_come_from_itself(page: DemoPage, file: str) -> None:
    answer = httpx.get(f"{page.url}static/{file}")
    assert answer.status_code == 200
    assert "://" not in answer.text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}])
def test_other_sites_may_not_drive_it(page: DemoPage, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{page.url}backstage/kill", json={"value": ""}, headers=headers)
    assert answer.status_code == 403
    assert page.child.alive


def test_only_json_is_taken(page: DemoPage) -> None:
    assert httpx.post(f"{page.url}backstage/kill", data={"value": ""}).status_code == 415
    assert httpx.post(f"{page.url}backstage/kill", json=["kill"]).status_code == 400
    assert page.child.alive


@pytest.mark.parametrize("path", ["gesture/dance", "backstage/dance"])
def test_what_there_is_not_is_not_found(page: DemoPage, path: str) -> None:
    assert httpx.post(f"{page.url}{path}", json={}).status_code == 404


def test_a_button_that_is_gone_is_said_to_be_gone(page: DemoPage) -> None:
    for where in ({"view": "V1"}, {"channel": "C1", "ts": "1.0"}):
        answer = httpx.post(f"{page.url}gesture/click", json={**where, "block": "b", "action": "a"})
        assert answer.json() == {"error": "That is not there any more."}


def test_a_file_from_the_machine_comes_into_a_form(page: DemoPage) -> None:
    ana, slack = page.sandbox.people["ana"], page.sandbox.slack
    assert httpx.post(f"{page.url}gesture/write?as=ana", json={"text": "/park server prompt"}).json() == {}
    slack.wait_for(lambda: slack.views_of(ana) and "Sound file" in slack.view(ana).plain)
    view = slack.view(ana)
    (block,) = (one for one in view.blocks if one.get("element", {}).get("type") == "file_input")
    place = {"view": view.id, "block": block["block_id"], "action": block["element"]["action_id"]}
    for name, error in (("hold.mp3", "hold.mp3 can't be chosen here: it must end in wav"), ("hold.wav", None)):
        files = [{"name": name, "content": b64encode(b"sound").decode()}]
        said = httpx.post(f"{page.url}gesture/attach?as=ana", json={**place, "files": files})
        assert said.json().get("error") == error
    assert slack.view(ana).fields["Sound file"] == "hold.wav"
    assert 'type="file"' in events(page, "as=ana")["modal"]
    slack.close(ana)


def test_nobody_looks_into_a_channel_that_is_not_theirs(page: DemoPage) -> None:
    assert "A private channel" in events(page, "as=ana&in=secret")["messages"]
    for query in ("as=eve&in=secret", "as=eve&in=nowhere", "as=nobody&in=phones"):
        assert "The real bot listens here" in events(page, query)["messages"]


def test_what_only_one_person_may_see_is_sent_to_nobody_else(page: DemoPage) -> None:
    said = httpx.post(f"{page.url}gesture/write?as=ana&in=random", json={"text": "/park groups"})
    assert said.json() == {}
    page.sandbox.slack.wait_for(lambda: page.sandbox.slack.ephemerals(page.sandbox.people["ana"]))
    assert "12 park groups" in events(page, "as=ana&in=random")["messages"]
    assert "12 park groups" not in events(page, "as=ben&in=random")["messages"]
    assert "12 park groups" not in events(page, "as=ana&in=phones")["messages"]


def test_a_change_behind_parks_back_is_made_on_the_pbxs_own_page(page: DemoPage) -> None:
    pbx = page.sandbox.pbx
    sales = pbx.state.group_id("Sales")
    for how, there in (("add", True), ("add", True), ("remove", False)):
        asked = json.dumps({"how": how, "extension": "1060", "group": sales})
        assert httpx.post(f"{page.url}backstage/behind", json={"value": asked}).status_code == 200
        assert ("1060" in pbx.state.members_of("Sales")) is there
    assert pbx.state.audit[-1]["source"] == "Web Portal"
    nobody = json.dumps({"how": "add", "extension": "9", "group": sales})
    assert httpx.post(f"{page.url}backstage/behind", json={"value": nobody}).status_code == 404


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("pbx_latency", "2.0"),
        ("slack_latency", "0.5"),
        ("pbx_fault", "LATE"),
        ("slack_fault", "ratelimited"),
        ("slack_fault", "DROP_AFTER"),
        ("pbx_power", "off"),
    ],
)
def test_a_switch_shows_how_it_stands(page: DemoPage, switch: str, value: str) -> None:
    def stands() -> str:
        html = events(page, "as=ana")["backstage"]
        return html.split(f'data-switch="{switch}" data-value="')[1].split('"')[0]

    before = stands()
    assert httpx.post(f"{page.url}backstage/{switch}", json={"value": value}).status_code == 200
    assert stands() == value
    httpx.post(f"{page.url}backstage/{switch}", json={"value": before})
    assert stands() == before


def test_signing_in_is_nobodys_to_read(page: DemoPage) -> None:
    httpx.post(f"{page.sandbox.pbx.url}/auth/sign_in", json={"password": "hunter2"})
    html = events(page, "as=ana")["backstage"]
    assert "/auth/sign_in" in html
    assert "hunter2" not in html
    assert page.sandbox.pbx.token not in html


def test_a_killed_park_is_gone_and_comes_back(page: DemoPage) -> None:
    pid = page.child.pid
    httpx.post(f"{page.url}backstage/kill", json={})
    assert not page.child.alive
    assert "nobody answers in Slack" in events(page, "as=ana")["backstage"]
    httpx.post(f"{page.url}backstage/start", json={}, timeout=PATIENCE)
    assert page.child.pid not in (None, pid)
    assert page.child.kills == 1


def test_a_connection_that_is_cut_is_made_again(page: DemoPage) -> None:
    slack = page.sandbox.slack
    (before,) = slack.link.lines
    httpx.post(f"{page.url}backstage/cut", json={})
    assert slack.wait_for(lambda: [line for line in slack.link.lines if line is not before])
    assert page.child.alive


def test_the_clock_of_park_and_of_slack_is_moved(page: DemoPage) -> None:
    before = float(page.sandbox.slack.state.timestamps.next())
    httpx.post(f"{page.url}backstage/forward", json={"value": "120"})
    assert float(page.sandbox.slack.state.timestamps.next()) - before >= 7200
    assert (page.sandbox.now().timestamp() - before) >= 7200
