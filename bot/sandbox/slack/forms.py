"""What a person does with a modal: read, send, close."""

from dataclasses import replace

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Ack, Json
from bot.sandbox.slack.pointing import TROUBLE, Pointing
from bot.sandbox.slack.views.answers import take_answer
from bot.sandbox.slack.views.missing import complaints
from bot.sandbox.slack.views.payloads import view_closed, view_submission
from bot.sandbox.slack.views.seen import View, seen
from bot.sandbox.slack.views.sheet import Sheet
from bot.sandbox.slack.views.values import held


class Forms(Pointing):
    """A person sees and uses the view on top of their modal only."""

    def views_of(self, user: str) -> list[View]:
        """The person's modal, its root first; empty where none is open."""
        with self.state.changed:
            return [seen(self.state, sheet) for sheet in self.state.sheets.stack(user)]

    def view(self, user: str) -> View:
        """The view on top; LookupError where no modal is open."""
        if not (views := self.views_of(user)):
            raise LookupError("no modal is open for them")
        return views[-1]

    def submit(self, user: str) -> Ack:
        """Send the form on top: with the error `not_submitted` the client itself found something wrong in it.

        Without a proper answer in time, it stays open with all that was typed, and says so (`View.trouble`)."""
        sheet = self._open(user)
        if "submit" not in sheet.content:
            raise LookupError("that view has no button to submit it")
        with self.state.changed:
            sheet.errors, sheet.trouble = complaints(sheet), None
            self.state.changed.notify_all()
        if sheet.errors:
            return Ack(ok=False, seconds=0.0, error="not_submitted")
        ack = self.deliveries.once("interactive", view_submission(self.state, sheet, self._urls(sheet)))
        return self._answered(sheet, ack)

    def _answered(self, sheet: Sheet, ack: Ack) -> Ack:
        with self.state.changed:
            if ack.ok:
                try:
                    take_answer(self.state, sheet, ack.payload)
                except SlackError as refusal:
                    ack = replace(ack, ok=False, error=refusal.code)
            sheet.trouble = TROUBLE if ack.error else None
            self.state.changed.notify_all()
        return ack

    def _urls(self, sheet: Sheet) -> list[Json]:
        """A response_url for each conversation that was chosen in an input with `response_url_enabled`."""
        made = []
        for block in sheet.blocks:
            element = block.get("element", {})
            if element.get("response_url_enabled"):
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                if channel := held(sheet.values[ids["block_id"]][ids["action_id"]]):
                    url = self.urls.new(channel, sheet.user)
                    made.append({**ids, "channel_id": channel, "response_url": url})
        return made

    def close(self, user: str, *, everything: bool = False) -> list[Ack]:
        """Cancel the view on top, or with `everything` the modal; what the app said to each that it is told of."""
        sheet = self._open(user)
        everything = everything or bool(sheet.content.get("clear_on_close"))
        gone = self.state.sheets.stack(user)[::-1] if everything else [sheet]
        told = [view_closed(self.state, s, everything) for s in gone if s.content.get("notify_on_close")]
        self.state.sheets.remove(*gone)
        return [self.deliveries.once("interactive", payload) for payload in told]

    def _open(self, user: str) -> Sheet:
        sheet = self._sheet(user, None)
        if sheet is None:
            raise LookupError("no modal is open for them")
        return sheet
