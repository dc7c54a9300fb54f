"""The exception tree."""

from bot.messages.message import Fact, FormOffer, Message, Offer

NOTHING = "Nothing was changed."
"""What everybody who is refused wants to know first."""


class ParkError(Exception):
    """Everything that Park raises on purpose."""


class Refused(ParkError):
    """Nothing was changed, and the text says what to do instead."""

    def __init__(
        self,
        text: str,
        *,
        notes: tuple[str, ...] = (),
        lines: tuple[str, ...] = (),
        offers: tuple[Offer, ...] = (),
        forms: tuple[FormOffer, ...] = (),
        facts: tuple[Fact, ...] = (),
    ) -> None:
        super().__init__(text)
        self.message = Message(title=text, facts=facts, notes=notes, lines=lines, offers=offers, forms=forms)


class NotUnderstood(Refused):
    """The line is not one of Park's."""


class NotFound(Refused):
    """A name or number that the PBX does not have."""


class Ambiguous(Refused):
    """A name that fits two things: the offers name each."""


class NotAllowed(Refused):
    """The policy says no."""

    policy: str | None = None
    """Its fingerprint, where it was asked at all."""


class NotPossible(Refused):
    """The PBX could not do it, known before anything was sent."""


class Moved(Refused):
    """The target no longer is what the person was shown."""


class PBXError(ParkError):
    """A call to the PBX did not do what it was sent for."""


class Unreachable(PBXError):
    """No answer, or none that makes sense; this call changed nothing."""


class UnknownOutcome(PBXError):
    """A write was sent and its answer never came, or came as a 5xx."""


class Rejected(PBXError):
    """The PBX understood and said no: `status` is HTTP's, `code` the PBX's own (UNKNOWN where it gave none)."""

    def __init__(self, text: str, *, status: int, code: str = "UNKNOWN") -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class Missing(Rejected):
    """404: the PBX has no such thing."""


class SignInFailed(PBXError):
    """Credentials not accepted, or a second factor asked for; never retried by itself: the PBX blocks addresses."""


class SlackFailure(ParkError):
    """Slack did not do what it was asked for."""


class SlackUnavailable(SlackFailure):
    """A rate limit, the network, or Slack itself; to be tried again after `retry_after` seconds."""

    def __init__(self, text: str, retry_after: float = 5.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class SlackRefused(SlackFailure):
    """Trying again will not help; the text is Slack's own code."""


class JournalUnavailable(ParkError):
    """The journal can't be written: nothing may be acknowledged."""


class LeaseLost(ParkError):
    """Another worker has the change now: stop, and write nothing more."""


class TargetTaken(ParkError):
    """Another change is at the target: this one was given back, to be claimed again when that one has ended."""


class PolicyError(ParkError):
    """The policy file is missing or broken; the text names the line."""

    faults: tuple[tuple[int | None, int | None, str], ...] = ()
    """Line, column and words of each, both counted from 1."""


class SettingsError(ParkError):
    """The environment is incomplete or contradicts itself; the text names the variable."""
