"""File uploads in three steps, in order; downloads and access."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import SCOPES, Park, a_park
from tests.waiting import PATIENCE


@pytest.fixture
def park() -> Iterator[Park]:
    with a_park(scopes=SCOPES | {"files:write"}) as made:
        yield made


def direct(park: Park) -> str:
    return str(park.bot.conversations_open(users=park.ada)["channel"]["id"])


def upload(url: str, content: bytes, **headers: str) -> int:
    """The HTTP status."""
    try:
        with urlopen(Request(url, data=content, headers=headers), timeout=PATIENCE) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_a_file_is_shared_with_one_person_as_it_was_sent(park: Park) -> None:
    park.bot.files_upload_v2(channel=direct(park), filename="a.csv", content=b"a,b\r\n\xc3\xa9=1", title="A")
    (file,) = park.slack.files(park.ada)
    assert (file.name, file.title, file.content) == ("a.csv", "A", b"a,b\r\n\xc3\xa9=1")
    assert park.slack.files(park.ben) == []
    (message,) = park.slack.messages(direct(park))
    assert message.plain == "[a.csv]"


def test_parts_of_a_form_are_taken_too(park: Park) -> None:
    made = park.bot.files_getUploadURLExternal(filename="a.csv", length=3)
    form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\na,b\r\n--x--\r\n'
    assert upload(made["upload_url"], form, **{"Content-Type": "multipart/form-data; boundary=x"}) == 200


def test_without_the_scope_nothing_is_announced() -> None:
    with a_park() as park, pytest.raises(SlackApiError, match="missing_scope"):
        park.bot.files_getUploadURLExternal(filename="a.csv", length=3)


@pytest.mark.parametrize(
    ("name", "length", "error"),
    [("", 3, "invalid_arguments"), ("a.csv", 0, "invalid_arguments"), ("a.csv", 2**31, "file_upload_size_restricted")],
)
def test_an_announcement_that_is_not_whole_is_refused(park: Park, name: str, length: int, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        park.bot.files_getUploadURLExternal(filename=name, length=length)


def test_the_address_takes_what_was_announced_and_once(park: Park) -> None:
    url = park.bot.files_getUploadURLExternal(filename="a.csv", length=3)["upload_url"]
    assert [upload(url, content) for content in (b"ab", b"a,b", b"a,b")] == [400, 200, 404]
    assert upload(f"{url}x", b"a,b") == 404


def test_only_what_was_uploaded_is_shared_and_once(park: Park) -> None:
    made = park.bot.files_getUploadURLExternal(filename="a.csv", length=3)
    files, channel = [{"id": made["file_id"]}], direct(park)
    with pytest.raises(SlackApiError, match="file_not_found"):
        park.bot.files_completeUploadExternal(files=files, channel_id=channel)
    assert upload(made["upload_url"], b"a,b") == 200
    park.bot.files_completeUploadExternal(files=files, channel_id=channel)
    with pytest.raises(SlackApiError, match="file_not_found"):
        park.bot.files_completeUploadExternal(files=files, channel_id=channel)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        park.bot.files_completeUploadExternal(files=[], channel_id=channel)


def test_a_channel_must_be_an_id_and_the_bot_in_it(park: Park) -> None:
    outside = park.slack.add_channel("elsewhere", [park.ada], bot=False)
    park.slack.archive(park.ops)
    for channel, error in ((park.ada, "invalid_channel"), (outside, "not_in_channel"), (park.ops, "is_archived")):
        with pytest.raises(SlackApiError, match=error):
            park.bot.files_upload_v2(channel=channel, filename="a.csv", content="a")


def test_a_file_that_is_shared_nowhere_stays_the_bots(park: Park) -> None:
    park.bot.files_upload_v2(filename="a.csv", content="a")
    assert park.slack.files(park.ada) == []


WAV = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "Sound"},
       "element": {"type": "file_input", "action_id": "a", "filetypes": ["wav"], "max_files": 1}}  # fmt: skip


@pytest.fixture
def reader() -> Iterator[Park]:
    with a_park(scopes=SCOPES | {"files:read"}) as made:
        yield made


def form(park: Park) -> None:
    """Ada sees a form with a field for a file."""
    trigger = park.slack.state.triggers.new(park.ada)
    plain = {"type": "plain_text", "text": "Form"}
    park.bot.views_open(trigger_id=trigger, view={"type": "modal", "title": plain, "submit": plain, "blocks": [WAV]})


def fetch(url: str, token: str | None) -> tuple[int, bytes]:
    """The HTTP status and what came, following no redirect."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.get(url, headers=headers)
    return answer.status_code, answer.content


def test_a_file_that_is_chosen_in_a_form_is_the_apps_to_see_and_nobody_elses(reader: Park) -> None:
    file = reader.slack.add_file(reader.ada, "a.wav", b"sound")
    with pytest.raises(SlackApiError, match="file_not_found"):
        reader.bot.files_info(file=file)
    form(reader)
    reader.slack.fill(reader.ada, "a.wav", label="Sound")
    (held,) = reader.slack.view(reader.ada).state["b"]["a"]["files"]
    info = reader.bot.files_info(file=file)["file"]
    assert (held["id"], held["name"]) == (file, "a.wav")
    assert (info["user"], info["size"], info["channels"]) == (reader.ada, 5, [])
    assert fetch(info["url_private_download"], reader.slack.bot_token) == (200, b"sound")
    assert fetch(info["url_private_download"], None)[0] == 302
    assert fetch(info["url_private_download"], reader.slack.app_token)[0] == 302


def test_only_what_the_field_takes_can_be_chosen_and_only_ones_own(reader: Park) -> None:
    form(reader)
    mine = [reader.slack.add_file(reader.ada, name, b"sound") for name in ("a.wav", "b.wav", "c.mp3")]
    theirs = reader.slack.add_file(reader.ben, "d.wav", b"sound")
    large = reader.slack.add_file(reader.ada, "e.wav", bytes(10_000_001))
    with pytest.raises(ValueError, match=r"c\.mp3 can't be chosen here"):
        reader.slack.fill(reader.ada, mine[2], label="Sound")
    with pytest.raises(ValueError, match="no more than 1"):
        reader.slack.fill(reader.ada, mine[:2], label="Sound")
    with pytest.raises(ValueError, match="too large"):
        reader.slack.fill(reader.ada, large, label="Sound")
    with pytest.raises(LookupError):
        reader.slack.fill(reader.ada, theirs, label="Sound")
    assert reader.slack.view(reader.ada).fields["Sound"] == ""


def test_a_file_in_a_channel_is_seen_by_the_app_only_where_it_is_itself(reader: Park) -> None:
    shared = reader.slack.add_file(reader.ada, "a.wav", b"sound", channel=reader.ops)
    closed = reader.slack.add_channel("closed", [reader.ada], private=True, bot=False)
    hidden = reader.slack.add_file(reader.ada, "a.wav", b"sound", channel=closed)
    assert reader.bot.files_info(file=shared)["file"]["channels"] == [reader.ops]
    with pytest.raises(SlackApiError, match="file_not_found"):
        reader.bot.files_info(file=hidden)


def test_without_the_scope_no_file_is_seen_or_given_out(park: Park) -> None:
    file = park.slack.add_file(park.ada, "a.wav", b"sound", channel=park.ops)
    with pytest.raises(SlackApiError, match="missing_scope"):
        park.bot.files_info(file=file)
    assert fetch(park.slack.state.files[file].url, park.slack.bot_token)[0] == 302
