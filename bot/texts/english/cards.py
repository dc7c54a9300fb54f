"""What the card of a change says: titles by state, statuses, labels of facts and buttons, and the footer."""

from bot.texts.english.wording import change_number, sentence

# Titles. `title` says what is so while the change is in effect, `planned` what it was to do.


def active(title: str, until: str) -> str:
    """The title of a temporary change in effect."""
    return f"{title}, until {until}"


def late(planned: str) -> str:
    return f"Late to end: {planned}"


def not_ended(planned: str) -> str:
    return f"Could not be ended: {planned}"


def ended(planned: str) -> str:
    return f"Ended: {planned}"


def undone(planned: str) -> str:
    return f"Undone: {planned}"


def partly_undone(planned: str) -> str:
    return f"Partly undone: {planned}"


def partly_done_again(planned: str) -> str:
    return f"Partly done again: {planned}"


def replaced(planned: str) -> str:
    return f"Replaced: {planned}"


def scheduled(planned: str) -> str:
    return f"Scheduled: {planned}"


def awaiting_approval(planned: str) -> str:
    return f"Waiting for approval: {planned}"


def cancelled(planned: str) -> str:
    return f"Cancelled: {planned}"


def withdrawn(planned: str) -> str:
    return f"Withdrawn: {planned}"


def rejected(planned: str) -> str:
    return f"Rejected: {planned}"


def expired(planned: str) -> str:
    return f"Expired: {planned}"


def as_planned(overlap: str) -> str:
    """Which schedules a change meets, on a card that stays though they may be changed or deleted."""
    return f"When this was planned: {overlap}"


def not_run(planned: str) -> str:
    return f"Not run: {planned}"


def not_done(planned: str) -> str:
    return f"Not done: {planned}"


def unknown(planned: str) -> str:
    return f"Unknown: {planned}"


def nothing_to_do(planned: str) -> str:
    return f"Nothing to do: {planned}"


def emergency(title: str) -> str:
    """The title of a card in the channels that are told of emergencies."""
    return f"Emergency change. {title}"


# Statuses, below the card.

STATUS_DONE = "done"
STATUS_ENDED = "ended"
STATUS_UNDONE = "undone"
STATUS_PARTLY_UNDONE = "partly undone"
STATUS_PARTLY_DONE_AGAIN = "partly done again"
STATUS_NOT_ENDED = "could not be ended"
STATUS_WAITING = "waiting for approval"
STATUS_CANCELLED = "cancelled"
STATUS_WITHDRAWN = "withdrawn"
STATUS_REJECTED = "rejected"
STATUS_EXPIRED = "expired"
STATUS_NOT_RUN = "not run"
STATUS_NOT_DONE = "not done"
STATUS_FAILED = "failed"
STATUS_UNKNOWN = "unknown"
STATUS_NOTHING_TO_DO = "nothing to do"


def status_active(until: str) -> str:
    return f"active until {until}"


def status_late(since: str) -> str:
    return f"late, should have ended {since}"


def status_scheduled(starts: str) -> str:
    return f"scheduled for {starts}"


def status_replaced(number: int) -> str:
    return f"replaced by {change_number(number)}"


# Labels of facts.

UNTIL = "Until"
BEGINS = "Begins"
LASTS = "Lasts"
NOTE = "Note"
ENDED = "Ended"
WITHDRAWN = "Withdrawn"
LATE = "Late"
NOT_ENDED = "Could not be ended"
UNDONE = "Undone"
DONE_AGAIN = "Done again"
PARTLY_UNDONE = "Partly undone"
PARTLY_DONE_AGAIN = "Partly done again"
REPLACED = "Replaced"
CHANGED_SINCE = "Changed since"
EMERGENCY = "Emergency"
BY = "By"
CHANGE = "Change"
ASKED_BY = "Asked by"
REASON = "Reason"

# Buttons.

UNDO = "Undo"
DO_AGAIN = "Do it again"
UNDO_REST = "Undo the rest"
DO_REST = "Do the rest again"
RESTORE_ANYWAY = "Put back as before"
END_NOW = "End now"
EXTEND = "Extend by 1h"
KEEP = "Keep"
DO_NOW = "Do it now"
CANCEL = "Cancel"
APPROVE = "Approve"
REJECT = "Reject"
WITHDRAW = "Withdraw"
TRY_AGAIN = "Check and try again"
ASK_AGAIN = "Ask again"
PREVIEW_AGAIN = "Preview again"
RESTORE_PROMPT = "Put the prompt back"
LIST_CONTINUES = "The list continues in the thread."

# Values and notes.


BY_PERSON = "by"
AUTOMATICALLY = "automatically"


def by_change(number: int) -> str:
    """A value before the person who asked for the change: `#42 by`."""
    return f"{change_number(number)} by"


def by_itself(at: str) -> str:
    return f"{AUTOMATICALLY}, {at}"


def should_have_ended(at: str, why: str | None) -> str:
    return f"should have ended {at}. {sentence(why or '')}" if why else f"should have ended {at}"


def see_thread(at: str) -> str:
    return f"{at}, see the thread"


def ends_first(number: int) -> str:
    """A note on a change that ends a temporary one."""
    return f"Ends {change_number(number)} first."


def will_be_lost(what: str) -> str:
    return sentence(f"Will be lost: {what}")


def duration_from_approval(duration: str) -> str:
    return f"{duration}, counted from its approval"


# The footer.

ASKED_IN_FORM = "asked for in a form"
ASKED_IN_DM = "asked for in a direct message"


NO_UPDATES = "Park is not in this channel, so it can't update this message. Updates follow as new messages."
NOT_POSTED_THERE = "Park can't post where this was asked for, so it is shown here."
NOT_POSTED_IN_CHOSEN = (
    "Park can't post in the channel you chose: it is archived, or you or Park are no longer in it. So it is shown here."
)
NOT_POSTED_FOR_TEAM = (
    "It is shown here because it can't be posted in the channel of the policy's rule: it is archived or shared with"
    " other companies, or you or Park are not in it."
)
IN_DM = "It is shown here because it was asked for in a direct message."
FORM_WITHOUT_CHANNEL = "It is shown here because no channel was chosen in the form."


def footer(by: str, number: int | None, status: str, updated: str) -> str:
    """The line below a card; `by` and `updated` are written as Slack shows people and times."""
    numbered = [change_number(number)] if number is not None else []
    return " · ".join((f"by {by}", *numbered, status, f"updated {updated}"))


def announced(by: str, origin: str) -> str:
    """The line below a copy of a card; `by` is written as Slack shows people, `origin` as `asked_in` says it."""
    return f"by {by} · {origin}"


def asked_in(channel: str) -> str:
    return f"asked for in {channel}"


def to_be_posted_in(origin: str, channel: str) -> str:
    return f"{origin}, to be posted in {channel}"


def thread_link(url: str) -> str:
    """A link, in Slack's markup, to the first card of a change."""
    return f"<{url}|Open the thread>"
