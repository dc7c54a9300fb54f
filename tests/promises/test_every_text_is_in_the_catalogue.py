"""Every text that a person reads in Slack comes from the catalogue, in the language of whoever reads it, or is data."""

import re
from collections.abc import Iterator

import pytest

from bot.operations.catalog import OPERATIONS
from bot.sandbox.environment import DEMO_POLICY, Sandbox
from bot.sandbox.slack.model import Message
from bot.slack.samples import samples
from bot.texts.languages import speaking
from bot.times.model import MONTHS
from tests.pseudo_language import CARDS, MARKS, READER, outside, pseudo_languages, texts_in, words_outside

LINES = (
    *(example for operation in OPERATIONS for example in operation.examples),
    "recall Sales to Night Desk for 2h",
    "extend Sales for 1h",
    "keep Sales",
    "undo last Sales",
    "undo 999",
    "add 1001 to Sales at 18:00",
    "cancel Sales",
    "add 1001 to Nowhere",
    "add Nobody to Sales",
    "remove 1001 from",
    "add 1001 to Sales for 2h tomorrow",
    "add 1001 to Sales at 25:00",
    "server off",
    "server recall time 5",
    "recall Sales to Nihgt Desk",
    "recall Sales to 1002",
    "create Sales",
    "rename Sales to Billing",
    "frobnicate",
    "recall Sales to Night Desk every weekday 18:00 to 8:00",
    "recall Sales to Night Desk every week",
    "schedules",
    "pause for 1h",
    "add 1001 to Billing",
    "resume",
    "history of Sales last night",
    "who can delete Sales",
    "why 2",
)
"""The examples of all operations, and lines that are refused or not understood."""
FREE = {"park", "portsip"}
"""Names that are written alike in every language."""
SAYS_WHAT_IS_STORED = re.compile(
    r"pending|.*history|.*schedules|group|Sales$|who (added|changed)|what (changed|happened)|when"
)
"""Lines whose answer begins with titles that the journal stores, in the language of cards."""


@pytest.fixture(autouse=True)
def languages() -> Iterator[None]:
    with pseudo_languages():
        yield


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with _sandbox() as running:
        yield running


def _sandbox() -> Sandbox:
    sandbox = Sandbox(policy=DEMO_POLICY, park_language=CARDS, park_holidays="DE-BY")
    sandbox.add_lead("ida", real_name="Ida Sommer", locale=f"{READER}-XX")
    sandbox.slack.state.people[sandbox.people["ben"]].locale = f"{READER}-XX"
    return sandbox


def data_words(sandbox: Sandbox) -> set[str]:
    """The words of names, of policy and zones, and of the grammar, in which lines are written."""
    grammar = " ".join(" ".join((one.phrase, *one.also, *one.examples, one.usage())) for one in OPERATIONS)
    names = " ".join(str(vars(one)) for one in sandbox.slack.state.people.values())
    channels = " ".join(sandbox.channels)
    found = f"{grammar} {names} {channels} {vars(sandbox.pbx.state)} {DEMO_POLICY} {LINES} {MONTHS} Europe/Berlin UTC"
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", found)} | FREE


def test_forms_say_nothing_but_texts_of_the_catalogue() -> None:
    with speaking(READER):
        drawn = dict(samples())
    own = {name: view for name, view in drawn.items() if re.fullmatch(r"form-\w+(-loading)?", name)}
    assert len(own) > 40
    left = {
        name: words for name, view in own.items() if (words := set().union(*map(words_outside, texts_in(view))) - FREE)
    }
    assert left == {}


def test_messages_say_nothing_but_texts_of_the_catalogue_and_data(sandbox: Sandbox) -> None:
    data = data_words(sandbox)
    for person in ("ida", "ben"):
        _warm(sandbox, person)
        for line in LINES:
            sandbox.slack.slash(sandbox.people[person], sandbox.channels["phones"], line)
            sandbox.settle()
    left = {
        text: words
        for message in _all_messages(sandbox)
        for text in texts_in(message.blocks)
        if (words := words_outside(re.sub(r"\w+…", "", text)) - data)
    }
    assert left == {}


def _warm(sandbox: Sandbox, person: str) -> None:
    """Lets Park learn the person's locale; the first acknowledgement does not wait for it."""
    sandbox.slack.slash(sandbox.people[person], sandbox.channels["phones"], "groups")
    sandbox.settle()


def _all_messages(sandbox: Sandbox) -> list[Message]:
    found = []
    for channel in sandbox.slack.state.channels:
        for top in sandbox.slack.messages(channel):
            found += [top, *sandbox.slack.messages(channel, thread=top.ts)[1:]]
    for person in ("ida", "ben"):
        found += sandbox.slack.ephemerals(sandbox.people[person])
    return [one for one in found if one.user == sandbox.slack.bot_user]


def test_what_many_read_is_in_the_language_of_the_setting_and_private_answers_in_the_readers(sandbox: Sandbox) -> None:
    _warm(sandbox, "ida")
    known = {message.ts for message in _all_messages(sandbox)}
    for line in LINES:
        sandbox.slack.slash(sandbox.people["ida"], sandbox.channels["phones"], line)
        sandbox.settle()
        new = [message for message in _all_messages(sandbox) if message.ts not in known]
        known |= {message.ts for message in new}
        for message in new:
            texts = " ".join(texts_in(message.blocks))
            if not message.ephemeral:
                assert MARKS[READER][0] not in texts, f"{line}: many read {texts}"
            elif not SAYS_WHAT_IS_STORED.match(line):
                assert MARKS[CARDS][0] not in outside(texts, MARKS[READER]), f"{line}: one person reads {texts}"
