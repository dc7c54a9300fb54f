"""Where the card of a change is posted that was asked for in a direct message, where others would not see it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.messages.message import Message
from bot.messages.request import Request
from bot.operations.base import ChangeOperation, Operation
from bot.operations.undo import RevertingOperation
from bot.planning.authorizer import group_spellings
from bot.planning.principals import UserDirectory
from bot.policy.matching import channels_about
from bot.policy.rules import Policy
from bot.texts import delivery


def possible_channels(request: Request, operation: Operation, policy: Policy) -> tuple[str, ...]:
    """Returns the channels of the policy's rules that are about the change's groups.

    None for what was asked for in a channel, and for what is about an earlier change, whose card there is already;
    nor for an emergency, which waits for no question and is told of in the channels that the policy names.
    """
    if request.direct is None or request.channel is not None or request.post_to is not None:
        return ()
    if not isinstance(operation, ChangeOperation) or isinstance(operation, RevertingOperation) or operation.emergency:
        return ()
    return channels_about(policy, group_spellings(operation))


def with_destination(request: Request, channels: tuple[str, ...]) -> Request:
    """Returns the request with the only channel that would do; several have to be chosen from."""
    return request.model_copy(update={"post_to": channels[0]}) if len(channels) == 1 else request


def ask_where(message: Message, request: Request, channels: Sequence[str], users: UserDirectory) -> Message:
    """Returns a preview whose buttons apply it and post its card in each channel that the requester can use.

    Raises:
        SlackFailure: Slack does not say which channels these are.
    """
    usable = users.usable_channels(request.user, channels)
    if not any(offer.expects for offer in message.offers):
        return message
    if len(usable) < 2:
        post_to, note = (usable[0], delivery.posted_in(users.name_of(usable[0]))) if usable else (request.direct, "")
        offers = tuple(replace(offer, post_to=post_to) for offer in message.offers)
        return replace(message, offers=offers, notes=(*message.notes, *filter(None, (note,))))
    labels = {channel: users.name_of(channel) or delivery.A_CHANNEL for channel in usable}
    labels[str(request.direct)] = delivery.ONLY_HERE
    offers = tuple(
        replace(offer, label=label, post_to=channel, style=offer.style if offer.style == "danger" else None)
        for offer in message.offers
        if offer.expects
        for channel, label in labels.items()
    )
    return replace(message, offers=offers, notes=(*message.notes, delivery.ASK_WHERE))
