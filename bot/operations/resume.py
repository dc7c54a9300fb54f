"""Changes again, after a pause."""

from bot.brake import PAUSED
from bot.desk import Desk
from bot.errors import NotPossible
from bot.operation import Effect, JournalOperation
from bot.policy import Permission


class Resume(JournalOperation):
    """Ends that waited are carried out; what was refused meanwhile has to be asked again."""

    title = "Resume Park"
    phrase = "resume"
    also = ("unpause",)
    permission = Permission.PAUSE
    did = "Resumed"
    help = "Ends a pause: Park makes changes again, and carries out the ends that waited for it."
    examples = ("resume",)

    def effect(self, desk: Desk) -> Effect:
        if not desk.past.flag(PAUSED):
            raise NotPossible("Park is not paused. Nothing was changed.")
        return Effect(title="Park makes changes again", flags={PAUSED: None})
