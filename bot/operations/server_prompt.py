"""What callers hear when they are parked."""

from bot.desk import Desk
from bot.fields import SoundFile
from bot.operation import ChangeOperation
from bot.operations.server_change import server_plan
from bot.plan import Plan
from bot.policy import Permission


class ServerPrompt(ChangeOperation):
    """One for the whole company, so it asks first. The file that it comes in the place of is kept."""

    title = "Server prompt"
    phrase = "server prompt {file}"
    also = ("set server prompt to {file}", "server prompt to {file}", "change server prompt to {file}")
    permission = Permission.SERVER
    help = "Sets the call park server's prompt from a WAV file. Without a file it opens a form to choose one in."
    examples = ("server prompt F07WELCOME1",)
    asks = True
    button = "Set prompt"

    file: SoundFile

    def plan(self, desk: Desk) -> Plan:
        wanted = desk.sounds.named(self.file)
        before, why = desk.server_with_prompt()
        plan = server_plan(desk, "Prompt", before, prompt=wanted)
        lost = f"the prompt that is there now, {before.prompt}, for it can't be saved: {why}"
        return plan.model_copy(update={"loses": (lost,) if why and not plan.changes[0].already else ()})
