"""mrkdwn as HTML: text of users and of the PBX stays text."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.environment import Sandbox
from bot.sandbox.page.mrkdwn import Mrkdwn
from bot.sandbox.slack.state import SlackState
from bot.slack.text import escape

AWAY = 'rel="noreferrer noopener" target="_blank"'
TAGS = {"strong", "em", "del", "code", "pre", "br", "span", "a", "time"}
pieces = st.sampled_from(
    [
        *("*", "_", "~", "`", "```", "<", ">", "|", "&", "&lt;", "&gt;", "&amp;", '"', "'", "\n", " ", "> "),
        *("<script>", "</script>", "<@U1>", "<!date^1^{time}|x>", "<http://a|b>", "<javascript:alert(1)|x>", "onload="),
    ]
)
texts = st.lists(pieces | st.text(max_size=6), max_size=14).map("".join)
WRITTEN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"], exclude_characters="*_~`")


class Reader(HTMLParser):
    """Which tags there are, with which attributes, and the text around them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(str(html))
    reader.close()
    return reader


def mrkdwn(now: datetime | None = None) -> Mrkdwn:
    state = SlackState("Test", frozenset(), frozenset())
    return Mrkdwn(state, now or datetime.now(ZoneInfo("Europe/Berlin")), "U1")


@given(text=texts)
def test_no_text_makes_a_tag_an_attribute_or_an_address_of_its_own(text: str) -> None:
    for tag, attributes in read(mrkdwn().html(text)).tags:
        assert tag in TAGS
        assert attributes.keys() <= {"class", "href", "rel", "target", "datetime", "title"}
        assert (attributes.get("href") or "http://").startswith(("http://", "https://", "mailto:", "tel:"))


@given(name=st.text(WRITTEN, min_size=1))
def test_what_park_escapes_is_read_as_it_was(name: str) -> None:
    assert read(mrkdwn().html(f"*Name:* {escape(name)}, and on")).text == f"Name: {name}, and on"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~ `code`", "<strong>bold</strong> <em>it</em> <del>no</del> <code>code</code>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("`*58*` and *`*68`*", "<code>*58*</code> and <strong><code>*68</code></strong>"),
        ("*Recall:* a -&gt; b\n&gt; said", "<strong>Recall:</strong> a -&gt; b<br><span class=quote>said</span>"),
        ("```\na < b\n```", "<pre>a &lt; b</pre>"),
        ("<http://a/?x&amp;y|A &amp; B>", f'<a href="http://a/?x&amp;y" {AWAY}>A &amp; B</a>'),
        ("<javascript:alert(1)|press>", "press"),
        ("&lt;!channel&gt; &amp; friends", "&lt;!channel&gt; &amp; friends"),
        ("<!channel>", '<span class="mention">@channel</span>'),
    ],
)
def test_it_is_drawn_as_slack_draws_it(text: str, html: str) -> None:
    assert str(mrkdwn().html(text)) == html


def test_people_channels_and_groups_go_by_their_names_and_oneself_is_marked(sandbox: Sandbox) -> None:
    ana, oncall = sandbox.people["ana"], sandbox.groups["oncall"]
    said = f"<@{ana}> <#{sandbox.channels['ops']}> <!subteam^{oncall}>"
    reader = read(Mrkdwn(sandbox.slack.state, datetime.now(UTC), ana).html(said))
    assert reader.text == "@Ana Ruiz #ops @oncall"
    assert [attributes["class"] for _, attributes in reader.tags] == ["mention mine", "mention", "mention"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("{time}", "14:05"),
        ("{date_num} {time_secs}", "2024-04-05 14:05:09"),
        ("{date}", "April 5, 2024"),
        ("on {date_short}", "on Apr 5, 2024"),
        ("{date_long}", "Friday, April 5, 2024"),
        ("{date_short_pretty} at {time}", "Apr 5, 2024 at 14:05"),
    ],
)
def test_dates_are_said_in_the_zone_of_who_reads(form: str, said: str) -> None:
    html = mrkdwn().html(f"<!date^1712318709^{form}|12:05 UTC>")
    assert read(html).text == said
    assert read(html).tags[0][1] == {"datetime": "2024-04-05T14:05:09+02:00", "title": "12:05 UTC"}


@pytest.mark.parametrize(
    ("ahead", "said"), [(0, "tomorrow 14:05"), (1, "today 14:05"), (2, "yesterday 14:05"), (3, "Apr 5, 2024 14:05")]
)
def test_today_is_the_day_to_which_the_clock_was_moved(ahead: int, said: str) -> None:
    now = datetime(2024, 4, 4, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=ahead)
    assert read(mrkdwn(now).html("<!date^1712318709^{date_short_pretty} {time}|x>")).text == said


def test_a_date_that_is_none_is_said_as_the_bot_would_have_it() -> None:
    assert str(mrkdwn().html("<!date^soon^{time}|soon &amp; later>")) == "soon &amp; later"
