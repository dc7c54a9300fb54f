"""What somebody may do, and by which rule."""

from bot.operation import Operation


class ShowAccess(Operation):
    """Whoever may do nothing at all needs it most."""

    title = "What I may do"
    phrase = "access"
    also = ("my access|rights|permissions", "rights", "permissions", "what may|can i do", "what am i allowed to do")
    permission = None
    help = "Tells what you may do, here and elsewhere, and by which rule of the policy."
    examples = ("access",)
