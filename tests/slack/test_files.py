"""Files are downloaded from Slack's own hosts if the user may see them, and the bot token is sent nowhere else."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread

import pytest
from slack_sdk import WebClient

from bot.errors import NotFound, NotPossible, Refused, SlackRefused, SlackUnavailable
from bot.sandbox.slack.faults import Drop
from bot.slack.files import FileDownloader
from bot.texts import wording
from tests.slack.conftest import SlackHarness

SOUND = b"RIFF, and so on"


@pytest.fixture
def files(harness: SlackHarness) -> FileDownloader:
    return FileDownloader(harness.client)


@pytest.fixture
def sound(harness: SlackHarness) -> str:
    """Ada's file, in #phones."""
    return harness.slack.add_file(harness.ada, "hold.wav", SOUND, channel=harness.phones)


class Thief(BaseHTTPRequestHandler):
    """A host other than Slack's, which records the requests that it gets."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", "nothing"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def thief() -> Iterator[HTTPServer]:
    Thief.seen = []
    with HTTPServer(("127.0.0.1", 0), Thief) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_ones_own_file_comes_whole_with_its_name(harness: SlackHarness, files: FileDownloader, sound: str) -> None:
    assert files.fetch(sound, harness.ada, None) == ("hold.wav", SOUND)


def test_somebody_elses_comes_only_where_it_was_shared(
    harness: SlackHarness, files: FileDownloader, sound: str
) -> None:
    assert files.fetch(sound, harness.ben, harness.phones) == ("hold.wav", SOUND)
    for channel in (None, harness.slack.add_channel("elsewhere", [harness.ben])):
        with pytest.raises(NotFound, match="belongs to somebody else") as refused:
            files.fetch(sound, harness.ben, channel)
        assert wording.NOTHING_CHANGED in str(refused.value)
    assert [call.method for call in harness.slack.calls].count("file_download") == 1


def test_a_file_that_slack_does_not_show_is_not_there(harness: SlackHarness, files: FileDownloader) -> None:
    for id in ("F0NOTHING00", harness.slack.add_file(harness.ada, "hold.wav", SOUND)):
        with pytest.raises(NotFound, match="Slack has no such file"):
            files.fetch(id, harness.ada, harness.phones)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files-pri/T1-F1/download/hold.wav",
        "https://files.slack.com.evil.example/hold.wav",
        "https://files.slack.com@evil.example/hold.wav",
        "{other}/hold.wav",
        "{host}@evil.example/hold.wav",
        "https://{netloc}/hold.wav",
        "http://user:word@{netloc}/hold.wav",
        "file:///etc/passwd",
        "//evil.example/hold.wav",
        "http://[broken/",
        "",
    ],
)
def test_the_token_goes_to_no_other_host(
    harness: SlackHarness, files: FileDownloader, sound: str, thief: HTTPServer, url: str
) -> None:
    host = harness.slack.api_url.removesuffix("/api/")
    other = f"http://127.0.0.1:{thief.server_port}"
    harness.slack.state.files[sound].url = url.format(host=host, netloc=host.removeprefix("http://"), other=other)
    with pytest.raises(NotPossible, match="is stored outside Slack"):
        files.fetch(sound, harness.ada, None)
    assert "file_download" not in [call.method for call in harness.slack.calls]
    assert Thief.seen == []


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://slack.com/x", True),
        ("https://files.slack.com/x", True),
        ("https://acme.enterprise.slack.com/files-pri/T1-F1/x", True),
        ("https://evilslack.com/x", False),
        ("https://slack.com.evil.example/x", False),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://word@files.slack.com/x", False),
    ],
)
def test_slacks_own_hosts_are_those_below_the_address_of_its_api(url: str, ours: bool) -> None:
    files = FileDownloader(WebClient("xoxb-1"))
    info = {"url_private": url}
    if ours:
        assert str(files._download_url("hold.wav", info)) == url
        return
    with pytest.raises(NotPossible):
        files._download_url("hold.wav", info)


def test_a_redirect_to_another_host_is_not_followed(
    harness: SlackHarness, files: FileDownloader, sound: str, thief: HTTPServer
) -> None:
    harness.slack.state.files[sound].moved_to = f"http://127.0.0.1:{thief.server_port}/hold.wav"
    with pytest.raises(SlackRefused, match="HTTP 302"):
        files.fetch(sound, harness.ada, None)
    assert Thief.seen == []


def test_three_redirects_within_slack_are_followed_and_no_fourth(
    harness: SlackHarness, files: FileDownloader, sound: str
) -> None:
    add = harness.slack.add_file
    chain = [harness.slack.state.files[sound]]
    chain += [harness.slack.state.files[add(harness.ada, f"{number}.wav", SOUND)] for number in range(4)]
    for one, following in pairwise(chain[:4]):
        one.moved_to = following.url
    assert files.fetch(sound, harness.ada, None).content == SOUND
    chain[3].moved_to = chain[4].url
    with pytest.raises(SlackRefused, match="more than 3 redirects"):
        files.fetch(sound, harness.ada, None)


def test_what_is_announced_as_too_large_is_not_asked_for(
    harness: SlackHarness, files: FileDownloader, sound: str
) -> None:
    harness.slack.state.files[sound].length = 10_000_001
    with pytest.raises(NotPossible, match="too large"):
        files.fetch(sound, harness.ada, None)
    assert "file_download" not in [call.method for call in harness.slack.calls]


def test_what_is_larger_than_it_was_announced_is_cut_off(
    harness: SlackHarness, files: FileDownloader, sound: str
) -> None:
    harness.slack.state.files[sound].content = bytes(30_000_000)
    with pytest.raises(NotPossible, match="too large"):
        files.fetch(sound, harness.ada, None)


@pytest.mark.parametrize("fault", [500, 503, 429, Drop.BEFORE])
def test_what_may_pass_is_said_to_be_so(
    harness: SlackHarness, files: FileDownloader, sound: str, fault: int | Drop
) -> None:
    harness.slack.faults.fail("file_download", fault)
    with pytest.raises(SlackUnavailable):
        files.fetch(sound, harness.ada, None)
    assert files.fetch(sound, harness.ada, None).content == SOUND


def test_a_file_that_never_comes_is_given_up(
    harness: SlackHarness, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.files.READ_TIMEOUT", 0.2)
    harness.slack.faults.latency("file_download", 30)
    with pytest.raises(SlackUnavailable, match="ReadTimeout"):
        FileDownloader(harness.client).fetch(sound, harness.ada, None)


def test_a_file_that_takes_too_long_in_all_is_given_up(harness: SlackHarness, sound: str) -> None:
    with pytest.raises(SlackUnavailable, match="took longer"):
        FileDownloader(harness.client, deadline=0).fetch(sound, harness.ada, None)


def test_a_missing_scope_is_slacks_to_say(harness: SlackHarness, files: FileDownloader, sound: str) -> None:
    harness.slack.state.scopes = harness.slack.state.scopes - {"files:read"}
    with pytest.raises(SlackRefused, match="missing_scope") as refused:
        files.fetch(sound, harness.ada, None)
    assert not isinstance(refused.value, Refused)
