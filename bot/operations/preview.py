"""What a change would do."""

from bot.fields import Line
from bot.operation import Operation


class Preview(Operation):
    """Needs the permission of the line that it previews: it is planned like it, and not applied."""

    title = "Preview"
    phrase = "preview {line}"
    also = ("dry run {line}", "what if {line}")
    permission = None
    help = "Shows what a line would change, and a button that applies it. Writes nothing."
    examples = ("preview add 1001 to Sales",)

    line: Line

    @classmethod
    def needs(cls) -> str:
        return "what the line needs"
