"""Every request stays below PBX_URL, whatever characters an id or a name contains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError, Unreachable
from bot.pbx.requests import build_url, parse_base_url
from tests.pbx.clients import client
from tests.pbx.scripted import json_reply, scripted

BASE = "https://pbx.example.com:8887/api"


@pytest.mark.parametrize(
    ("group_id", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("../../auth/user", "..%2F..%2Fauth%2Fuser"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("a b+c", "a%20b%2Bc"),
        ("http://evil.example/", "http%3A%2F%2Fevil.example%2F"),
        ("NzAwNTUxOTA5==", "NzAwNTUxOTA5%3D%3D"),
        ("ü\n", "%C3%BC%0A"),
        ("...", "..."),
    ],
)
def test_an_id_is_percent_encoded_and_stays_one_segment(group_id: str, encoded: str) -> None:
    with scripted(lambda _: json_reply({"id": group_id, "name": "n"})) as pbx, client(pbx.url) as ours:
        assert ours.group(group_id).id == group_id
    assert pbx.targets == [f"GET /call_park_groups/{encoded}"]


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."} and text.isprintable()))
def test_no_id_leads_elsewhere(group_id: str) -> None:
    where = build_url(BASE, ("call_park_groups", group_id), {})
    assert (where.scheme, where.host, where.port) == ("https", "pbx.example.com", 8887)
    assert where.raw_path.startswith(b"/api/call_park_groups/")
    assert where.raw_path.count(b"/") == 3
    assert where.query == b""


def test_a_filter_is_sent_with_its_spaces_and_quotes_as_they_are() -> None:
    with scripted(lambda _: json_reply({"count": 0, "items": []})) as pbx, client(pbx.url) as ours:
        assert list(ours.groups(filter="name eq 'O''Hara & + %'", search="")) == []
    assert pbx.asked[0].query == {"skip": "0", "top": "100", "filter": "name eq 'O''Hara & + %'"}
    assert "+" not in pbx.asked[0].target


@pytest.mark.parametrize("url", [BASE, f"{BASE}/", f" {BASE}// "])
def test_the_address_may_end_in_a_slash(url: str) -> None:
    assert parse_base_url(url) == BASE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pbx.example.com",
        "ftp://x/api",
        "https:///api",
        "https://u:p@x/api",
        "https://x/?a=b",
        "https://x:port/api",
        "/x#",
    ],
)
def test_an_address_that_is_none_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError, match="PBX_URL"):
        parse_base_url(url)


def test_cookies_are_not_kept() -> None:
    with scripted(lambda _: json_reply({}, Set_Cookie="session=1; Path=/")) as pbx, client(pbx.url) as ours:
        ours.server()
        ours.server()
    assert all("Cookie" not in request.headers for request in pbx.asked)
    assert {request.headers["Authorization"] for request in pbx.asked} == {"Bearer a-ready-token"}


def test_a_redirect_is_refused_and_whoever_it_names_hears_nothing() -> None:
    with scripted(lambda _: json_reply({})) as other:
        to_other = json_reply({}, 307, Location=f"{other.url}/call_park")
        with (
            scripted(lambda _: to_other) as pbx,
            client(pbx.url) as ours,
            pytest.raises(Unreachable, match="sends elsewhere"),
        ):
            ours.server()
    assert other.asked == []


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with scripted(lambda _: json_reply({})) as pbx, client(pbx.url) as ours:
        ours.server()
