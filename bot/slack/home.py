"""The App Home tab: what one person sees of the phone system, and may do with it."""

import re
from collections.abc import Iterator
from datetime import UTC

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.message import FormOffer, Message
from bot.overview import ROWS, Happened, Look, Overview, Row
from bot.slack.blocks import render
from bot.slack.buttons import form_button, packed
from bot.slack.forms.views import Json
from bot.slack.paging import sections
from bot.slack.text import escape, linked, shown

MENU, SEARCH, LOOK = "park:menu", "park:search", "park:look"
LOOKS = re.compile(f"{LOOK}:\\w+")
LONGEST = 64
"""Characters of a search: those of a group's name."""
NOTHING_HERE = "Park shows you nothing here: your rights hold in channels. Type `/park` where your team works with it."
NO_RIGHTS = "No rule of the policy allows you anything."
UNCERTAIN = "Slack could not say just now which user groups you are in: there may be more."
_MENU_OPTIONS, _MENU_VALUE = 5, 150  # docs.slack.dev, Block Kit, overflow menu; option
_AWAY = str.maketrans("&<>", "\ue000\ue001\ue002")  # Slack may escape these on their way; six characters would not fit
_BACK = str.maketrans("\ue000\ue001\ue002", "&<>")


def home(seen: Overview) -> Json:
    """The tab."""
    blocks: list[Block] = [
        HeaderBlock(text="Call park"),
        *sections([f"*{escape(fact.label)}:* {escape(fact.value)}" for fact in seen.server] or [_nothing(seen)]),
        *sections(_rights(seen)),
        *_actions(seen),
        *(_groups(seen) if seen.sees else ()),
        *(_lately(seen) if seen.sees else ()),
    ]
    return View(type="home", blocks=blocks).to_dict()


def said(message: Message) -> Json:
    """The tab while there is nothing to show."""
    return View(type="home", blocks=render(message)[0]["blocks"]).to_dict()


def chosen(value: str) -> tuple[str, str]:
    """Operation and group of what was picked in a group's menu."""
    operation, _, group = value.translate(_BACK).partition(":")
    return operation, group


def _nothing(seen: Overview) -> str:
    return NOTHING_HERE if seen.rights else NO_RIGHTS


def _rights(seen: Overview) -> Iterator[str]:
    """A pattern stands in a code span, where its stars are no bold type."""
    if seen.rights:
        yield "*You may:*"
    for right in seen.rights:
        yield "• " + right.said(pattern=_code, channel=linked)
    if not seen.certain:
        yield UNCERTAIN


def _code(text: str) -> str:
    return f"“{escape(text)}”" if "`" in text else f"`{escape(text)}`"


def _actions(seen: Overview) -> list[Block]:
    """What they may do that is about no one group."""
    offers = [FormOffer(label=one.title, operation=one.key()) for one in seen.operations if one.form()]
    buttons = [button for place, offer in enumerate(offers[:25]) if (button := form_button(offer, place))]
    return [ActionsBlock(elements=buttons)] if buttons else []


def _groups(seen: Overview) -> Iterator[Block]:
    yield DividerBlock()
    yield HeaderBlock(text=_counted(seen))
    yield _search(seen.look.search)
    if seen.look.search:
        yield ActionsBlock(elements=[_leads(Look(), "all", "Show all groups")])
    yield from map(_row, seen.groups)
    yield from _pager(seen)


def _counted(seen: Overview) -> str:
    count = f"{seen.fitting} park group{'' if seen.fitting == 1 else 's'}"
    return f"{count} with “{shown(seen.look.search)}” in the name" if seen.look.search else count


def _search(search: str) -> Block:
    """Of another block_id for another search: what stands in a field of the same one stays, whatever is drawn."""
    field = PlainTextInputElement(
        action_id=SEARCH,
        initial_value=search or None,
        max_length=LONGEST,
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]},
    )
    return InputBlock(
        block_id=f"{SEARCH}:{search}",
        label="Search groups",
        hint="A part of the name, then Enter.",
        element=field,
        dispatch_action=True,
        optional=True,
    )


def _row(row: Row) -> Block:
    text = MarkdownTextObject(text=f"*{escape(row.name)}*\n{escape(row.said)}", verbatim=True)
    values = [(one, f"{one.key()}:{row.name}".translate(_AWAY)) for one in row.operations]
    options = [Option(value=value, text=one.title) for one, value in values if len(value) <= _MENU_VALUE]
    menu = OverflowMenuElement(action_id=MENU, options=options[:_MENU_OPTIONS]) if options else None
    return SectionBlock(text=text, accessory=menu)


def _pager(seen: Overview) -> Iterator[Block]:
    search, page = seen.look.search, seen.look.page
    places = [(page - 1, "earlier", "Earlier groups"), (page + 1, "more", "More groups")]
    there = [place for place in places if 0 <= place[0] * ROWS < seen.fitting]
    if there:
        yield ActionsBlock(elements=[_leads(Look(search=search, page=at), name, label) for at, name, label in there])


def _leads(look: Look, name: str, label: str) -> ButtonElement:
    """A button that looks elsewhere."""
    return ButtonElement(text=label, action_id=f"{LOOK}:{name}", value=packed(look.model_dump()))


def _lately(seen: Overview) -> Iterator[Block]:
    yield DividerBlock()
    yield HeaderBlock(text="Recent changes")
    yield from sections(map(_happened, seen.recent) if seen.recent else ["None that you may see."])


def _happened(one: Happened) -> str:
    """The time in the viewer's zone."""
    there = f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    when = f"<!date^{int(one.at.timestamp())}^{{date_short_pretty}} {{time}}|{there}>"
    return f"• {when}, {linked(one.user)}: {_code(one.line)}: {one.outcome}"
