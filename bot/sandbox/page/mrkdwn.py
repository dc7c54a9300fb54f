"""Converts Slack's mrkdwn and date tokens to HTML; all other input is escaped."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from markupsafe import Markup, escape

from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import display_text, unescape

_DATE_FORMATS = {
    "{date_num}": "%Y-%m-%d",
    "{date}": "%B %-d, %Y",
    "{date_short}": "%b %-d, %Y",
    "{date_long}": "%A, %B %-d, %Y",
    "{time}": "%H:%M",
    "{time_secs}": "%H:%M:%S",
}
_PRETTY = re.compile(r"\{(date(?:_short|_long)?)_pretty\}")
_RELATIVE_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def render_date_token(reference: str, otherwise: str, now: datetime) -> Markup:
    """Renders `!date^SECONDS^FORMAT` in the zone of `now`, or the fallback if it cannot be parsed."""
    _, seconds, form, *_ = [*reference.split("^"), "", ""]
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC).astimezone(now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return Markup("{}").format(otherwise)
    words = format_date(form, moment, now)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), otherwise, words)


def format_date(form: str, moment: datetime, now: datetime) -> str:
    """Formats an instant by a Slack date format such as `{date_short_pretty} at {time}`, with a 24-hour clock."""
    apart = (moment.date() - now.date()).days
    form = _PRETTY.sub(lambda found: _RELATIVE_DAYS.get(apart, f"{{{found[1]}}}"), form)
    for token, how in _DATE_FORMATS.items():
        form = form.replace(token, _strftime(moment, how))
    return form


def _strftime(moment: datetime, how: str) -> str:
    """Formats without zero padding, which not every platform's strftime can leave out."""
    padded = moment.strftime(how.replace("%-", "%"))
    return re.sub(r"(?<![\d:])0(?=\d)", "", padded) if "%-" in how else padded


def format_time(moment: datetime) -> str:
    """Formats the time of day."""
    return moment.strftime("%H:%M")


def format_day(moment: datetime, now: datetime) -> str:
    """Formats the heading of a day's messages."""
    return _RELATIVE_DAYS.get((moment.date() - now.date()).days, "").capitalize() or _strftime(moment, "%A, %B %-d")


_STYLES = {"bold": ("*", "strong"), "italic": ("_", "em"), "strike": ("~", "del")}
_MARKED = r"(?<![\w{m}])\{m}(?=[^\s{m}])(?P<{name}>(?:<[^<>\n]*>|`[^`\n]*`|[^{m}\n])+?)(?<=\S)\{m}(?![\w{m}])"
_TOKEN = re.compile(
    "|".join(
        [
            r"```\n?(?P<fence>.+?)\n?```",
            r"`(?P<code>[^`\n]+)`",
            r"<(?P<entity>[^<>\n]+)>",
            *(_MARKED.format(m=mark, name=name) for name, (mark, _) in _STYLES.items()),
        ]
    ),
    re.DOTALL,
)
_QUOTED = re.compile(r"^(?:&gt;|>) ?")


class Mrkdwn:
    """Converter for one user: `now` is in the user's zone, and `me` is the user's id."""

    def __init__(self, state: SlackState, now: datetime, me: str) -> None:
        self._state, self._now, self._me = state, now, me
        self._makers: dict[str, Callable[[str], Markup]] = {
            "fence": lambda text: Markup("<pre>{}</pre>").format(unescape(text)),
            "code": lambda text: Markup("<code>{}</code>").format(self._bare(text)),
            "entity": self._entity,
            **{name: self._styler(tag) for name, (_, tag) in _STYLES.items()},
        }

    def html(self, text: str) -> Markup:
        """Converts lines, quotes, styles, code, mentions, links and dates."""
        parts = re.split(r"(```.+?```)", text, flags=re.DOTALL)
        return Markup().join(self._inline(p) if p.startswith("```") and len(p) > 6 else self._lines(p) for p in parts)

    def _lines(self, text: str) -> Markup:
        return Markup("<br>").join(self._line(line) for line in text.split("\n"))

    def _line(self, line: str) -> Markup:
        quoted = _QUOTED.match(line)
        if quoted:
            return Markup("<span class=quote>{}</span>").format(self._inline(line[quoted.end() :]))
        return self._inline(line)

    def _inline(self, text: str) -> Markup:
        made, at = Markup(), 0
        for found in _TOKEN.finditer(text):
            made += self._plain(text[at : found.start()])
            kind = str(found.lastgroup)
            made += self._makers[kind](found[kind])
            at = found.end()
        return made + self._plain(text[at:])

    def _plain(self, text: str) -> Markup:
        return escape(unescape(text))

    def _bare(self, text: str) -> str:
        """Returns the text of inline code; mentions become names."""
        return display_text(self._state, text)

    def _styler(self, tag: str) -> Callable[[str], Markup]:
        opened, closed = Markup(f"<{tag}>"), Markup(f"</{tag}>")  # noqa: S704 - one of the three above
        return lambda text: opened + self._inline(text) + closed

    def _entity(self, inside: str) -> Markup:
        """Converts the inside of `<...>`: mention, channel, user group, broadcast, date or link."""
        reference, _, label = inside.partition("|")
        if reference.startswith("!date^"):
            return render_date_token(reference, unescape(label), self._now)
        if reference[0] in "@#!":
            mine = " mine" if reference == f"@{self._me}" else ""
            return Markup('<span class="mention{}">{}</span>').format(mine, display_text(self._state, f"<{inside}>"))
        return self._link(unescape(reference), unescape(label) or unescape(reference))

    def _link(self, address: str, words: str) -> Markup:
        if not re.match(r"(?:https?://|mailto:|tel:)", address):
            return escape(words)
        return Markup('<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>').format(address, words)
