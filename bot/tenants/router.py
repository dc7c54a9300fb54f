"""Chooses the PBX that each payload from Slack is about, and hands the payload to that PBX's listeners.

A channel belongs to one PBX. What Park has sent carries a PBX's name, which has to be that of its channel. Where there
is no channel, the person's choice decides. What can't be attributed is answered, and never guessed.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from bot.errors import JournalUnavailable, SlackFailure
from bot.messages.message import Message
from bot.runtime.scope import pbx_scope
from bot.settings.tenants import TenantSettings
from bot.slack.listeners import written_directly
from bot.slack.parts import Workspace
from bot.slack.text import command_text
from bot.tenants.answering import Answers
from bot.tenants.choosing import Choices
from bot.tenants.origin import CARRIES_MARK, Kind, Origin, read_origin
from bot.tenants.questions import carried_line, choice, chosen_name, question
from bot.tenants.tenant import Tenant
from bot.texts import lines, wording
from bot.texts import tenants as texts
from bot.texts.languages import settle

log = logging.getLogger(__name__)
COMMAND = "pbx"
"""The line that asks for the choice, or with a name makes it."""
NOT_ACKNOWLEDGED = 503
"""Status after which Slack delivers an event again."""


class Router:
    """What the receiver hands payloads to where Park serves several PBXs."""

    oauth_flow: None = None
    """Asked for by Bolt's adapter for HTTP: no listener of Park's installs the app."""

    def __init__(
        self,
        tenants: Sequence[Tenant],
        given: Sequence[TenantSettings],
        workspace: Workspace,
    ) -> None:
        """Prepares the choice.

        Args:
            tenants: The PBXs that are served.
            given: All PBXs of park.toml, with those that could not be started.
        """
        self._by_name = {one.name: one for one in tenants}
        self._owner = {channel: one for one in given for channel in one.channels or ()}
        self._only = given[0] if len(given) == 1 else None
        self._inheriting = next((one for one in given if one.inherits), None)
        self._given = given
        self._requests = next((one.slack.requests for one in tenants), None)
        """What knows who the bot is, which is mentioned in lines; None where no PBX is served."""
        self._choices, self._answers = Choices(tenants), Answers(workspace, given[0].settings.park_language)
        for tenant in tenants:
            tenant.show_choice(self._home_header, self._is_shown)

    def serve(self, tenant: Tenant) -> None:
        """Has a PBX get its payloads that could not be served before."""
        tenant.show_choice(self._home_header, self._is_shown)
        by_name = {**self._by_name, tenant.name: tenant}
        in_order = {one.name: by_name[one.name] for one in self._given if one.name in by_name}
        self._choices.serve(tuple(in_order.values()))
        self._requests = self._requests or tenant.slack.requests
        self._by_name = in_order

    def close(self) -> None:
        """Waits for the answers that are being sent."""
        self._answers.close()
        self._choices.close()

    @property
    def idle(self) -> bool:
        """Whether no answer is being sent."""
        return self._answers.idle

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Hands a payload to the listeners of its PBX, or answers it; the response is the acknowledgement."""
        if req.body.get("type") == "url_verification":  # Slack's check of the address is about no PBX
            return self._hand_over(next(iter(self._by_name.values())), req)
        try:
            origin = read_origin(req.body)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("a payload of an unknown kind was not handled: %s", req.body.get("type"))
            return BoltResponse(status=404)
        with self._answers.languages.speaking_to(req.body):
            return self._answered(origin, req)

    def _answered(self, origin: Origin, req: BoltRequest) -> BoltResponse:
        """Routes a payload, or answers that this can't be done now."""
        try:
            return self._route(origin, req)
        except JournalUnavailable as fault:
            log.warning("the choice of a PBX is not known: %s", fault)
            return self._not_now(origin, req, Message(title=lines.NOT_WRITTEN, notes=(lines.TRY_AGAIN,)))
        except SlackFailure as failure:
            log.warning("who somebody is is not known: %s", failure)
            message = Message(title=texts.UNKNOWN_PERSON, notes=(texts.AGAIN,))
            return self._not_now(origin, req, message)

    def _route(self, origin: Origin, req: BoltRequest) -> BoltResponse:
        if _is_silent(req.body):
            return BoltResponse(status=200)
        if not self._by_name and origin.channel is None:
            return self._answers.send(
                origin, req.body, Message(title=texts.away(wording.listed([one.title for one in self._given])))
            )
        actions: Sequence[Mapping[str, Any]] = req.body.get("actions") or ({},)
        if (name := chosen_name(actions[0])) is not None:
            return self._choose(origin, req, name)
        if origin.channel is not None:
            return self._in_channel(origin, origin.channel, req)
        if origin.kind in CARRIES_MARK:
            return self._marked(origin, req)
        if origin.kind is Kind.OTHER:
            return BoltResponse(status=404)
        if origin.kind is Kind.STEP:
            return self._answers.send(origin, req.body, Message(title=texts.STEP_WITHOUT_CHANNEL))
        return self._personal(origin, req)

    def _in_channel(self, origin: Origin, channel: str, req: BoltRequest) -> BoltResponse:
        owner = self._owner.get(channel)
        if owner is None and self._only is not None and self._only.channels is None:
            owner = self._only
        if owner is None or owner.workspace not in (None, origin.team):
            if req.body.get("event", {}).get("type") == "message":  # nobody has spoken to Park
                return BoltResponse(status=200)
            message = Message(title=texts.NO_CHANNEL, notes=(texts.no_channel_remedy(channel),))
            return self._answers.send(origin, req.body, message)
        if origin.kind in CARRIES_MARK and (self._marked_as(origin)) is not owner:
            message = Message(title=texts.OTHER_PBX, notes=(texts.OTHER_PBX_REMEDY,))
            return self._answers.send(origin, req.body, message)
        command, _, name = self._line(req.body).partition(" ")
        if command == COMMAND:
            notes = (texts.CHOICE_ELSEWHERE,) if name else ()
            return self._answers.send(origin, req.body, Message(title=texts.belongs(owner.title), notes=notes))
        return self._to(owner, origin, req)

    def _marked(self, origin: Origin, req: BoltRequest) -> BoltResponse:
        marked = self._marked_as(origin)
        if marked is None or marked.workspace not in (None, origin.team):
            return self._answers.send(origin, req.body, Message(title=texts.GONE))
        return self._to(marked, origin, req)

    def _marked_as(self, origin: Origin) -> TenantSettings | None:
        """Returns the PBX of a message or view; without a mark it is from before there were several."""
        if origin.mark is None:
            return self._inheriting
        return next((one for one in self._given if one.name == origin.mark), None)

    def _personal(self, origin: Origin, req: BoltRequest) -> BoltResponse:
        """Handles what was done where no channel decides: in a direct message, on the Home tab, by a shortcut."""
        line = self._line(req.body)
        command, _, name = line.partition(" ")
        if command == COMMAND:
            return self._command(origin, req, name.strip())
        named = self._choices.named(origin.team, origin.user)
        if named is not None:
            return self._hand_over(named, req)
        return self._ask(origin, req, line)

    def _ask(self, origin: Origin, req: BoltRequest, line: str) -> BoltResponse:
        possible = self._choices.possible(origin.team, origin.user)
        settle()  # who asks is known by now, and with that the language
        if not possible:
            message = Message(title=texts.NO_RIGHT, notes=(texts.NO_RIGHT_REMEDY,))
            return self._answers.send(origin, req.body, message)
        return self._answers.send_payload(origin, req.body, question(possible, line, _nonce(req.body)))

    def _command(self, origin: Origin, req: BoltRequest, name: str) -> BoltResponse:
        """Answers `pbx`, which asks which PBX is chosen, and `pbx NAME`, which chooses."""
        possible = self._choices.possible(origin.team, origin.user)
        if not possible:
            return self._ask(origin, req, "")
        if not name:
            return self._answers.send_payload(origin, req.body, question(possible))
        wanted = next((one for one in possible if name.casefold() in (one.name, one.title.casefold())), None)
        if wanted is None:
            message = Message(title=texts.unknown(name, [one.name for one in possible]))
            return self._answers.send(origin, req.body, message)
        self._keep(origin, wanted)
        return self._answers.send(origin, req.body, Message(title=texts.chosen(wanted.title)))

    def _choose(self, origin: Origin, req: BoltRequest, name: str) -> BoltResponse:
        """Remembers the choice of a click, and goes on with what it was asked for."""
        possible = self._choices.possible(origin.team, origin.user)
        if not possible:
            return self._ask(origin, req, "")
        chosen = next((one for one in possible if one.name == name), None)
        if chosen is None:
            message = Message(title=texts.unknown(name, [one.name for one in possible]))
            return self._answers.send(origin, req.body, message)
        self._keep(origin, chosen)
        action, view = req.body["actions"][0], req.body.get("view") or {}
        if view.get("type") == "home":
            chosen.home_tabs.open({"user": origin.user})
            return BoltResponse(status=200)
        if view:
            return self._hand_over(chosen, _rewritten(req, {**action, "action_id": "park:panel"}))
        self._answers.replace(origin, req.body, Message(title=texts.chosen(chosen.title)))
        if (value := carried_line(action)) is None:
            return BoltResponse(status=200)
        return self._hand_over(chosen, _rewritten(req, {**action, "action_id": "park:offer:0", "value": value}))

    def _keep(self, origin: Origin, tenant: Tenant) -> None:
        self._choices.keep(origin.team, origin.user, tenant)
        for other in self._by_name.values():
            if other is not tenant:
                other.home_tabs.forget(origin.user)

    def _line(self, body: Mapping[str, Any]) -> str:
        """Returns the line that somebody has typed to Park; empty for anything else."""
        if "command" in body:
            return command_text(body.get("text") or "").line
        event = body.get("event") or {}
        written = written_directly(event) if event.get("type") == "message" else event
        if written is None or written.get("edited") or not isinstance(written.get("text"), str):
            return ""
        return self._requests.line(written) if self._requests else command_text(written["text"]).line

    def _to(self, owner: TenantSettings, origin: Origin, req: BoltRequest) -> BoltResponse:
        tenant = self._by_name.get(owner.name)
        if tenant is None:
            return self._answers.send(origin, req.body, Message(title=texts.away(owner.title)))
        return self._hand_over(tenant, req)

    def _hand_over(self, tenant: Tenant, req: BoltRequest) -> BoltResponse:
        assert tenant.app is not None  # noqa: S101 - the receiver starts after the listeners were built
        with pbx_scope(tenant.name):
            return tenant.app.dispatch(req)

    def _not_now(self, origin: Origin, req: BoltRequest, message: Message) -> BoltResponse:
        """Answers that nothing was done; an event is not acknowledged, so that Slack delivers it again."""
        if origin.kind is Kind.MESSAGE:
            return BoltResponse(status=NOT_ACKNOWLEDGED)
        return self._answers.send(origin, req.body, message)

    def _home_header(self, tenant: Tenant, user: str) -> list[dict[str, Any]]:
        """Returns what stands on top of a Home tab: the choice, where there is one."""
        try:
            possible = self._choices.possible(tenant.team, user)
        except SlackFailure as failure:
            log.info("the Home tab is shown without the choice of a PBX: %s", failure)
            possible = []
        title = {"type": "context", "elements": [{"type": "plain_text", "text": texts.chosen(tenant.title)}]}
        return [title, choice(possible, tenant)] if any(one is not tenant for one in possible) else [title]

    def _is_shown(self, tenant: Tenant, user: str) -> bool:
        """Whether a person's Home tab is about a PBX now."""
        try:
            return self._choices.named(tenant.team, user) is tenant
        except (JournalUnavailable, SlackFailure) as fault:
            log.warning("whose Home tab is to be drawn is not known: %s", fault)
            return False


def _is_silent(body: Mapping[str, Any]) -> bool:
    """Returns whether an event needs no answer: what a bot has written, or what is not written to Park alone."""
    event = body.get("event") or {}
    if event.get("type") == "message" and event.get("channel_type") == "im":
        return written_directly(event) is None
    if event.get("type") == "app_home_opened":
        return False
    return "bot_id" in event or event.get("subtype") == "bot_message"


def _nonce(body: Mapping[str, Any]) -> str:
    """Returns what identifies the gesture, so that the buttons of a question run its line once."""
    event = body.get("event") or {}
    return f"{event['channel']}:{event['ts']}" if "ts" in event else str(body.get("trigger_id") or "")


def _rewritten(req: BoltRequest, action: Mapping[str, Any]) -> BoltRequest:
    """Returns the request of a click as that of a click on another button."""
    return BoltRequest(mode="socket_mode", body={**req.body, "actions": [dict(action)]}, headers=req.headers)
