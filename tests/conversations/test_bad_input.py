"""Text as Slack really sends it, and input that is none: understood where it can be, refused with what to type."""

import pytest

from bot.sandbox.environment import Sandbox
from tests.promises.entry_points import Visitor

UNDERSTOOD = {
    "curly quotes": ("add “Amara Okafor” to ‘Sales’", "Sales", "1001"),  # noqa: RUF001
    "low quotes": ("add „Amara Okafor“ to »Sales«", "Sales", "1001"),
    "an em dash": ("add 1008—1009 to Sales", "Sales", "1009"),
    "an en dash": ("add 1008–1009 to Sales", "Sales", "1009"),  # noqa: RUF001
    "non-breaking and narrow spaces": ("add\u00a01001\u202fto\u2009Sales", "Sales", "1001"),
    "zero-width marks": ("add\u200b 10\u200d01 to \ufeffSales", "Sales", "1001"),
    "bidi marks": ("add \u202e1001\u202c to \u2066Sales\u2069", "Sales", "1001"),
    "full-width digits": ("add １００１ to Sales", "Sales", "1001"),  # noqa: RUF001
    "entities": ('add 1001 to "&lt;!channel&gt; &amp; friends"', "<!channel> & friends", "1001"),
    "a phone number made a link": ("add <tel:1001|1001> to Sales", "Sales", "1001"),
    "a mention": ("add <@{ana}|ana> to Sales", "Sales", "1004"),
    "a mention without a name": ("add <@{ana}> to Sales", "Sales", "1004"),
    "an apostrophe in a name": ("add 1001 to Dave O’Neil's", "Dave O'Neil's", "1001"),  # noqa: RUF001
    "a name with to": ("add 1001 to Back to Front", "Back to Front", "1001"),
    "a name with for": ("add 1001 to Sales for Partners", "Sales for Partners", "1001"),
    "quotes inside a name": ("add 1001 to Café “Süd”", 'Café "Süd"', "1001"),
    "a letter in two parts": ('add 1001 to Cafe\u0301 "Su\u0308d"', 'Café "Süd"', "1001"),
    "case and spaces": ("ADD  1001   TO  SALES", "Sales", "1001"),
    "backticks around it": ("`add 1001 to Sales`", "Sales", "1001"),
    "courtesy": ("please add 1001 to Sales, thanks!", "Sales", "1001"),
    "courtesy before a time": ("could you add 1001 to Sales please until 23:59", "Sales", "1001"),
    "further lines": ("add 1001 to Sales\nthank you all", "Sales", "1001"),
    "bold and code": ("add `1001` to *Sales*", "Sales", "1001"),
    "a bullet": ("• add 1001 to Sales", "Sales", "1001"),
    "an arrow": ("add 1001 → Sales", "Sales", "1001"),
    "an arrow of two characters": ("add 1001 -&gt; Sales", "Sales", "1001"),
    "a slash between members": ("add 1001/1009 to Sales", "Sales", "1009"),
    "a plus between members": ("add 1001+1009 to Sales", "Sales", "1009"),
    "a range in words": ("add 1008 to 1010 to Sales", "Sales", "1009"),
    "the word extension": ("add ext 1001 and extension 1009 to Sales", "Sales", "1009"),
    "somebody as Park shows them": ("add 1001 Amara Okafor to Sales", "Sales", "1001"),
    "the asker": ("add me to Sales", "Sales", "1004"),
    "the word group after the name": ("add 1001 to the Sales group", "Sales", "1001"),
}


@pytest.fixture
def ana(sandbox: Sandbox) -> Visitor:
    sandbox.pbx.console_create_group("Dave O'Neil's")
    return Visitor(sandbox, "ana")


@pytest.mark.parametrize(("sent", "group", "member"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_what_was_meant_is_done(ana: Visitor, sent: str, group: str, member: str) -> None:
    line = sent.format(ana=ana.id)
    assert ana.sandbox.slack.slash(ana.id, ana.phones, line, as_sent=True).ok
    ana.sandbox.settle()
    assert member in ana.sandbox.pbx.state.members_of(group)


REFUSED = {
    "an entity typed by hand": ("add 1001 to R&amp;amp;D", "no park group called “R&amp;D”"),
    "a channel": ("add 1001 to <#C12345678|sales>", "is a Slack mention"),
    "a user group": ("add <!subteam^S12345678|@leads> to Sales", "is a Slack mention"),
    "here": ("add <!here> to Sales", "is a Slack mention"),
    "a mention typed letter by letter": ("add &lt;@{ana}&gt; to Sales", "Nobody on the PBX"),
    "a tail": ("add 1001 to Sales whatever", "no park group called “Sales whatever”"),
    "a tail after a time": ("server recall time 5m whatever", "I can't read “5m whatever” as a time"),
    "a name with a slip": ("add 1001 to Sals", "[add 1001 to Sales]"),
    "a verb with a slip": ("ad 1001 to Sales", "[add 1001 to Sales]"),
    "a quote left open": ('add 1001 to "Sales', "A quotation mark is missing"),
    "a range the wrong way round": ("add 1010-1005 to Sales", "lower one first"),
    "a range without end": ("add 1000-99999 to Sales", "same number of digits"),
    "too many": ("add 1000-1999 to Sales", "more than 100"),
    "nothing but marks": ("\u200b\u202e\u2066", "Commands that you can use here"),
}


@pytest.mark.parametrize(("sent", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_whole_is_refused_whole(ana: Visitor, sent: str, said: str) -> None:
    line = sent.format(ana=ana.id)
    assert ana.sandbox.slack.slash(ana.id, ana.phones, line, as_sent=True).ok
    assert said in ana.told()[-1].plain
    assert ana.sandbox.pbx.writes == []


TYPED = {
    "create": ("Name", "\u200bNight\u00a0Desk\u202e ", "Created the park group Night Desk\n"),
    "server extension": ("Extension", "７７７", "666 → 777"),  # noqa: RUF001
    "server recall time": ("Time", "10\u202fm\u200b", "5m → 10m"),
}


@pytest.mark.parametrize("line", TYPED)
def test_what_is_typed_into_a_form_is_read_like_a_line(ana: Visitor, line: str) -> None:
    label, typed, seen = TYPED[line]
    ana.sandbox.slack.slash(ana.id, ana.phones, line)
    ana.view()
    ana.sandbox.slack.fill(ana.id, typed, label=label)
    ana.submit()
    if ana.form_is_open():  # it closes at once if it had shown the change before it was submitted
        assert "On its way:" in ana.view().plain
    assert seen in ana.sandbox.slack.messages(ana.phones)[-1].plain.replace("*", "")
