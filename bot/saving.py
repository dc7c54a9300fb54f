"""Prompts' files are kept before anything is written: the PBX may drop the one in use with any update of its server."""

import logging
from dataclasses import replace

from bot.changes.change import Change
from bot.desk import Desk
from bot.errors import PBXError
from bot.journal.prompts import Prompts
from bot.path import Planned
from bot.pbx.models import ParkServer

log = logging.getLogger(__name__)


class Saving:
    """Raises JournalUnavailable."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def saved(self, planned: Planned) -> Planned:
        """With a reference to the prompt that an update of other settings might cost."""
        reference = None
        for change in planned.plan.changes:
            if change.target.is_server and not change.with_prompt and not change.already:
                reference = self._present(change, planned.desk)
        for file in planned.desk.sounds.noted.values():
            self._prompts.keep(file)
        return replace(planned, plan=planned.plan.model_copy(update={"saved": reference}))

    def _present(self, change: Change, desk: Desk) -> str | None:
        """None where there is none, or it can't be had: no reason not to change what was asked for."""
        shown = ParkServer.model_validate(change.before.settings if change.before else {})
        try:
            prompt, why = desk.sounds.present(desk.pbx, shown)
        except PBXError as fault:
            prompt, why = None, str(fault)
        if why:
            log.warning("the prompt in use could not be saved: %s", why)
        kept = desk.sounds.noted.get(prompt.sha256 or "") if prompt else None
        return kept.reference if kept else None
