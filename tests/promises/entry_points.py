"""Every way to request an operation in Slack, driven as a user does it, for any operation."""

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.errors import NotUnderstood
from bot.operations.arguments.types import ArgumentType, Reference
from bot.operations.base import Operation
from bot.operations.parser import parse
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from bot.sandbox.slack.rendering import View

TOO_LONG = "x" * 65
"""A name longer than the PBX allows: a line that ends with it is refused with a button for the form."""
MORE = "More"
"""Label of the button that shows all actions."""


def open_form_label(answer: Message) -> str:
    """The label of the button that opens the form, with what it leaves out of the line."""
    found = re.search(r"\[((?:Without “[^”]*”: )?Open the form)\]", answer.plain)
    assert found is not None, answer.plain
    return found[1]


@dataclass(frozen=True)
class Visitor:
    """A user in #phones."""

    sandbox: Sandbox
    name: str

    @property
    def id(self) -> str:
        return self.sandbox.people[self.name]

    @property
    def phones(self) -> str:
        return self.sandbox.channels["phones"]

    def told(self) -> list[Message]:
        """Messages that only this user sees, ephemeral or direct, the latest last."""
        self.sandbox.settle()
        conversation = self.sandbox.slack.direct(self.id)
        tops = self.sandbox.slack.messages(conversation)
        replies = (one for top in tops for one in self.sandbox.slack.messages(conversation, thread=top.ts)[1:])
        direct = [*tops, *replies]
        seen = [*self.sandbox.slack.ephemerals(self.id), *(one for one in direct if one.user != self.id)]
        return sorted(seen, key=lambda one: float(one.ts))

    def view(self) -> View:
        """The open modal, after all pending updates."""
        self.sandbox.settle()
        return self.sandbox.slack.view(self.id)

    def form_is_open(self) -> bool:
        self.sandbox.settle()
        return bool(self.sandbox.slack.views_of(self.id))

    def home(self) -> View:
        """The Home tab, after all pending updates."""
        self.sandbox.settle()
        view = self.sandbox.slack.home(self.id)
        assert view is not None
        return view

    def click(self, where: Message | View, label: str | None = None, value: str | None = None) -> None:
        ack = self.sandbox.slack.click(self.id, where, label=label, value=value)
        assert ack.ok, ack

    def submit(self) -> None:
        ack = self.sandbox.slack.submit(self.id)
        assert ack.ok, ack

    def fill(self, asked: Operation) -> None:
        """Fills the inputs of the form with the operation's arguments."""
        for name, argument_type in asked.form().items():
            value = getattr(asked, name)
            if value is not None:
                self._enter(argument_type, value)

    def _enter(self, argument_type: ArgumentType, value: Any) -> None:
        match argument_type.reference:
            case Reference.RECALL:
                self.view()
                self.sandbox.slack.suggest(self.id, value.ring_group or "", label=argument_type.label)
                self._choose(argument_type.label, argument_type.say(value))
            case Reference.MEMBERS:
                self._choose(argument_type.label, list(value))
            case Reference.GROUP | Reference.NEW_GROUP | Reference.MEMBER:
                self._choose(argument_type.label, value)
            case _:
                self._choose(argument_type.label, argument_type.say(value))

    def _choose(self, label: str, value: Any) -> None:
        """Fills one input once the form has stopped changing, by the name or number that it shows."""
        self.view()
        self.sandbox.slack.fill(self.id, value, label=label)


class EntryPoint:
    """A way to request an operation: `prepare` gets to where it can be requested, `perform` requests it."""

    name: ClassVar[str]

    def serves(self, operation: type[Operation]) -> bool:
        """Whether this operation can be requested here."""
        return True

    @abstractmethod
    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        """Gets to where the operation can be requested; requests nothing."""

    @abstractmethod
    def perform(self, visitor: Visitor, asked: Operation) -> None:
        """Requests the operation; raises LookupError where it is not offered."""


class Slash(EntryPoint):
    name = "slash command"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        """Nothing to do."""

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        assert visitor.sandbox.slack.slash(visitor.id, visitor.phones, asked.text()).ok


class Mention(EntryPoint):
    name = "mention"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        """Nothing to do."""

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        visitor.sandbox.slack.say(visitor.id, visitor.phones, f"@Park {asked.text()}")


class DirectMessage(EntryPoint):
    name = "direct message"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        """Nothing to do."""

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        visitor.sandbox.slack.say(visitor.id, visitor.sandbox.slack.direct(visitor.id), asked.text())


class Button(EntryPoint):
    """An edited mention, which Park answers with a button instead of running it."""

    name = "button"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        stamp = visitor.sandbox.slack.say(visitor.id, visitor.phones, "wait a moment")
        visitor.sandbox.slack.edit(visitor.id, visitor.phones, stamp, f"@Park {asked.text()}")

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        visitor.click(visitor.told()[-1], label="Do it now")


class FormEntryPoint(EntryPoint):
    """An entry point that opens a form."""

    def serves(self, operation: type[Operation]) -> bool:
        return bool(operation.form())


class VerbOnly(FormEntryPoint):
    """A line with the verb alone."""

    name = "verb without its arguments"

    def serves(self, operation: type[Operation]) -> bool:
        try:
            parse(_begun(operation))
        except NotUnderstood as refused:
            return bool(refused.message.forms) and refused.message.forms[0].whole
        return False

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        """Nothing to do."""

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        assert visitor.sandbox.slack.slash(visitor.id, visitor.phones, _begun(type(asked))).ok


class MistypedLine(FormEntryPoint):
    name = "form button of a mistyped line"

    def serves(self, operation: type[Operation]) -> bool:
        try:
            parse(f"{operation.verb()} {TOO_LONG}")
        except NotUnderstood as refused:
            return any(not form.whole and form.operation == operation.operation_id for form in refused.message.forms)
        return False

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        assert visitor.sandbox.slack.slash(visitor.id, visitor.phones, f"{asked.verb()} {TOO_LONG}").ok

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        answer = visitor.told()[-1]
        visitor.click(answer, label=open_form_label(answer))


class Panel(FormEntryPoint):
    name = "panel"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        assert visitor.sandbox.slack.shortcut(visitor.id, "park:panel").ok
        _show_action(visitor, visitor.view(), asked.title)

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        visitor.click(visitor.view(), label=asked.title)


class MessageShortcut(Panel):
    name = "message shortcut"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        stamp = visitor.sandbox.slack.say(visitor.id, visitor.phones, "customers wait too long")
        (message,) = (one for one in visitor.sandbox.slack.messages(visitor.phones) if one.ts == stamp)
        assert visitor.sandbox.slack.message_shortcut(visitor.id, message, "park:change").ok
        _show_action(visitor, visitor.view(), asked.title)


class HomeButton(FormEntryPoint):
    name = "button on the Home tab"

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        visitor.sandbox.slack.open_home(visitor.id)
        _show_action(visitor, visitor.home(), asked.title)

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        where = visitor.view() if visitor.form_is_open() else visitor.home()
        visitor.click(where, label=asked.title)


class HomeRow(FormEntryPoint):
    """The button beside a group on the Home tab, which is of one operation only."""

    name = "button of a group on the Home tab"

    def serves(self, operation: type[Operation]) -> bool:
        return operation.operation_id in ("recall", "add", "group")

    def prepare(self, visitor: Visitor, asked: Operation) -> None:
        visitor.sandbox.slack.open_home(visitor.id)

    def perform(self, visitor: Visitor, asked: Operation) -> None:
        view = visitor.home()
        group = next(
            getattr(asked, name)
            for name, argument_type in asked.argument_types().items()
            if argument_type.reference is Reference.GROUP
        )
        visitor.click(view, value=next(_button_values(view, group or "Sales", asked.title), "no such button"))


ENTRY_POINTS: tuple[EntryPoint, ...] = (
    Slash(), Mention(), DirectMessage(), Button(), VerbOnly(), MistypedLine(), Panel(), MessageShortcut(), HomeButton(),
    HomeRow(),
)  # fmt: skip


def _begun(operation: type[Operation]) -> str:
    return operation.usage().partition(" <")[0].partition(" [")[0]


def _show_action(visitor: Visitor, where: View, title: str) -> None:
    """Clicks More, where it is offered and the button of an operation is not among the first ones."""
    if f"[{title}]" not in where.plain and f"[{MORE}]" in where.plain:
        visitor.click(where, label=MORE)


def _button_values(view: View, group: str, title: str) -> Iterator[str]:
    """Values of the button with that title beside that group."""
    for block in view.blocks:
        button = block.get("accessory", {})
        if block.get("text", {}).get("text", "").startswith(f"*{group}*") and button["text"]["text"] == title:
            yield button["value"]
