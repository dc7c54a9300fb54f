"""The texts that people read in Slack, by kind, in the language of whoever reads them.

`from bot.texts import cards` gives the texts about cards. Each access, as in `cards.STATUS_DONE`, reads the catalogue
of the language in force (bot.texts.languages), so a text must be read when it is needed: never at import, and never by
`from bot.texts.english.cards import STATUS_DONE`. A catalogue is a package of modules (bot.texts.english), with the
same names in each language, and is loaded when it is first needed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.texts.english import answers as answers
    from bot.texts.english import approvals as approvals
    from bot.texts.english import arguments as arguments
    from bot.texts.english import calendars as calendars
    from bot.texts.english import cards as cards
    from bot.texts.english import changes as changes
    from bot.texts.english import dates as dates
    from bot.texts.english import decisions as decisions
    from bot.texts.english import delivery as delivery
    from bot.texts.english import drift as drift
    from bot.texts.english import forms as forms
    from bot.texts.english import help as help  # noqa: A004 - only called by its module, as all texts are
    from bot.texts.english import history as history
    from bot.texts.english import home as home
    from bot.texts.english import impossible as impossible
    from bot.texts.english import installing as installing
    from bot.texts.english import journal as journal
    from bot.texts.english import limits as limits
    from bot.texts.english import lines as lines
    from bot.texts.english import names as names
    from bot.texts.english import operations as operations
    from bot.texts.english import outcomes as outcomes
    from bot.texts.english import pbx as pbx
    from bot.texts.english import policy as policy
    from bot.texts.english import previews as previews
    from bot.texts.english import recalls as recalls
    from bot.texts.english import recurrences as recurrences
    from bot.texts.english import refusals as refusals
    from bot.texts.english import schedule_cards as schedule_cards
    from bot.texts.english import schedules as schedules
    from bot.texts.english import setup_mistakes as setup_mistakes
    from bot.texts.english import setups as setups
    from bot.texts.english import snapshots as snapshots
    from bot.texts.english import temporary as temporary
    from bot.texts.english import tenants as tenants
    from bot.texts.english import times as times
    from bot.texts.english import week as week
    from bot.texts.english import wording as wording
    from bot.texts.english import workflows as workflows
else:
    from bot.texts.languages import texts_of

    def __getattr__(name: str) -> object:
        """Gives the texts of one kind; kept, so that each name is looked up once."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = globals()[name] = texts_of(name)
        return found
