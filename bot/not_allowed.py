"""A refusal by the policy, in words."""

import re

from bot.errors import NOTHING, NotAllowed
from bot.message import Fact, Message
from bot.policy import Decision


def not_allowed(decision: Decision) -> NotAllowed:
    """That nothing changed, what is missing, whom to ask, and the id to grant."""
    refused = NotAllowed(f"You may not do that here. {decision.reason} {NOTHING}")
    facts = (
        Fact(label="Allowed in", value="", ids=decision.channels),
        _contact(decision.contact),
        Fact(label="To be granted", value=f"{decision.permission.value} for {decision.grant}"),
    )
    refused.message = Message(title=str(refused), facts=tuple(fact for fact in facts if fact.value or fact.ids))
    return refused


def _contact(contact: str | None) -> Fact:
    if contact is not None and re.fullmatch("[CGUWS][A-Z0-9]{8,}", contact):
        return Fact(label="Whom to ask", value="", ids=(contact,))
    return Fact(label="Whom to ask", value=contact or "whoever runs Park here")
