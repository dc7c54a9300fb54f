"""Moments as a person reads them: in their own zone."""

import re
from datetime import UTC, datetime

from markupsafe import Markup

_FORMS = {
    "{date_num}": "%Y-%m-%d",
    "{date}": "%B %-d, %Y",
    "{date_short}": "%b %-d, %Y",
    "{date_long}": "%A, %B %-d, %Y",
    "{time}": "%H:%M",
    "{time_secs}": "%H:%M:%S",
}
_PRETTY = re.compile(r"\{(date(?:_short|_long)?)_pretty\}")
_NAMES = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def date_token(reference: str, otherwise: str, now: datetime) -> Markup:
    """`!date^SECONDS^FORMAT`, perhaps `^LINK`, in the zone of `now`; what stands for it where it can't be read."""
    _, seconds, form, *_ = [*reference.split("^"), "", ""]
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC).astimezone(now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return Markup("{}").format(otherwise)
    words = written(form, moment, now)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), otherwise, words)


def written(form: str, moment: datetime, now: datetime) -> str:
    """Slack's format, `{date_short_pretty} at {time}`; pretty dates are today, yesterday, tomorrow; 24 hours a day."""
    apart = (moment.date() - now.date()).days
    form = _PRETTY.sub(lambda found: _NAMES.get(apart, f"{{{found[1]}}}"), form)
    for token, how in _FORMS.items():
        form = form.replace(token, _clock(moment, how))
    return form


def _clock(moment: datetime, how: str) -> str:
    """Without the padding that not every platform's strftime can leave out."""
    padded = moment.strftime(how.replace("%-", "%"))
    return re.sub(r"(?<![\d:])0(?=\d)", "", padded) if "%-" in how else padded


def clock(moment: datetime) -> str:
    """Time of day as messages show it."""
    return moment.strftime("%H:%M")


def day(moment: datetime, now: datetime) -> str:
    """As dividers between days have it."""
    return _NAMES.get((moment.date() - now.date()).days, "").capitalize() or _clock(moment, "%A, %B %-d")
