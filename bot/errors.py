"""The exceptions that Park raises on purpose."""

from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError

from bot.messages.message import Fact, FormOffer, Message, Offer
from bot.texts import delivery, outcomes, wording

Said = Callable[[], str]
"""Returns a text of the catalogue, in the language in force when it is called."""


class ParkError(Exception):
    """Base of all exceptions that Park raises on purpose."""


class Refused(ParkError):
    """A request that is not carried out; nothing was changed, and the message says what to do instead."""

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
    """The line is not a valid command."""


class NotFound(Refused):
    """The PBX has no object with this name or number."""


class Ambiguous(Refused):
    """A name matches several objects; the message offers each."""


class NotAllowed(Refused):
    """The policy denies the request."""

    policy: str | None = None
    """Fingerprint of the policy; None if no policy was evaluated."""


class NotPossible(Refused):
    """The PBX could not do it, which was known before anything was sent."""


class Overtaken(NotPossible):
    """What a change set was changed again since, so that taking it back would undo somebody else's change."""


class StalePlan(Refused):
    """The target has changed since the user was shown it."""


class PBXError(ParkError):
    """A call to the PBX failed."""

    def __init__(self, text: str, *, said: Said | None = None) -> None:
        """The text is for logs and administrators; `said` returns what users read instead."""
        super().__init__(text)
        self._said = said

    @property
    def said(self) -> str:
        """What users read, in the language in force: requests of several people may share one failure."""
        return self._said() if self._said is not None else wording.sentence(str(self))


class Unreachable(PBXError):
    """No answer or an unusable one; the call changed nothing."""


class UnknownOutcome(PBXError):
    """A write was sent, and its answer was lost or is a 5xx."""


class WaitsForChange(ParkError):
    """An occurrence of a schedule can't begin before a change ends that goes first; `until` is None if it won't."""

    def __init__(self, number: int, until: datetime | None) -> None:
        super().__init__(f"#{number} goes first")
        self.number, self.until = number, until


class EndDue(PBXError):
    """The end of a temporary change on the same setting is due, and has to run before anything else."""


class Rejected(PBXError):
    """The PBX, or something before it, rejected a call with an HTTP status; UNKNOWN is the code if it gave none."""

    def __init__(self, text: str, *, status: int, code: str = "UNKNOWN", said: Said | None = None) -> None:
        super().__init__(text, said=said)
        self.status = status
        self.code = code


class Missing(Rejected):
    """The PBX answered 404: the object does not exist."""


class SignInFailed(PBXError):
    """The PBX did not accept the credentials; not retried, because it blocks addresses after failures."""


class SlackFailure(ParkError):
    """A call to Slack failed."""


class SlackUnavailable(SlackFailure):
    """A rate limit, or a failure of the network or of Slack; can be retried after `retry_after` seconds."""

    def __init__(self, text: str, retry_after: float = 5.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class SlackRefused(SlackFailure):
    """Slack rejected a call: another way may work at once, the same one later. The text is Slack's error code."""


class SlackPayloadRefused(SlackRefused):
    """Slack rejected the content of a call; it may take the same text without layout."""


class SlackAppRefused(SlackRefused):
    """Slack rejected the app itself: its token, a scope, its network. It stays so until somebody repairs that."""

    def __init__(self, code: str, scope: str | None = None) -> None:
        super().__init__(code)
        self.scope = scope
        """The scope that the app lacks, where Slack says so."""


def said(fault: ParkError) -> str:
    """Returns what users read of a failed call to the PBX or to Slack; the error's own text is for logs."""
    return (
        fault.said
        if isinstance(fault, PBXError)
        else said_of_slack(fault)
        if isinstance(fault, SlackFailure)
        else str(fault)
    )


def said_of_slack(failure: SlackFailure) -> str:
    """Returns what users read of a failed call to Slack: whether to wait, or what is missing and whom to tell."""
    if isinstance(failure, SlackAppRefused):
        return delivery.app_refused(str(failure), failure.scope)
    return delivery.refused(str(failure)) if isinstance(failure, SlackRefused) else outcomes.SLACK_UNAVAILABLE


def passes_by_itself(fault: ParkError) -> bool:
    """Whether trying again in a minute may help: not where Slack says no to the app."""
    return not isinstance(fault, SlackAppRefused)


class JournalUnavailable(ParkError):
    """The journal can't be read or written, so nothing may be acknowledged."""


class LeaseLost(ParkError):
    """Another worker holds the entry's lease, so this one must not write any more."""


class TargetBusy(ParkError):
    """Another change is in progress on the target; this one was released, to be claimed again after it."""


class PolicyError(ParkError):
    """The policy file is missing or invalid; the text names the lines."""

    faults: tuple[tuple[int | None, int | None, str], ...] = ()
    """Line and column, both counted from 1, and text of each mistake."""


class CalendarUnreadable(ParkError):
    """A holiday calendar can't be read; the text says why."""


class SettingsError(ParkError):
    """The environment is incomplete or contradictory; the text names the variables."""


def reason_of(error: Exception) -> str:
    """Returns what a validator says of a value that can't be read, without the words of pydantic around it."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    return str(first.get("ctx", {}).get("error", first["msg"]))
