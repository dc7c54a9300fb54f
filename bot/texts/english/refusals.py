"""Why something is not done, and what to do instead; each says that nothing was changed."""

from bot.texts.english.wording import NOTHING_CHANGED, change_number, count, sentence

STATES = {
    "waiting": "is being made",
    "scheduled": "is scheduled",
    "running": "is being made",
    "done": "is done",
    "already": "had nothing to do",
    "refused": "was refused",
    "failed": "failed",
    "late": "was not run",
    "cancelled": "was cancelled",
    "unsettled": "may or may not have gone through",
}
"""What became of a change, by the state of its entry in the journal."""


def _nothing_changed(text: str) -> str:
    return f"{sentence(text)} {NOTHING_CHANGED}"


# Numbers of changes.


def no_change(number: int) -> str:
    return _nothing_changed(f"There is no change {change_number(number)}")


def no_visible_change(number: int) -> str:
    return _nothing_changed(f"There is no change {change_number(number)} that you may see")


def no_drift(number: int) -> str:
    return _nothing_changed(f"There is no drift {number}")


def ended_by(number: int, by: int) -> str:
    return _nothing_changed(f"{change_number(number)} was already ended by {change_number(by)}")


def no_times(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} is neither scheduled nor temporary")


def not_temporary(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} isn't temporary, or has already ended")


def not_scheduled(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} isn't waiting for its time: it {STATES[state]}")


def waits_for_approval(number: int) -> str:
    return _nothing_changed(f"{change_number(number)} is waiting for approval")


def needs_no_approval(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} isn't waiting for approval: it {STATES[state]}")


def is_an_end(number: int, of: int) -> str:
    return _nothing_changed(f"{change_number(number)} is the end of {change_number(of)}")


def changed_nothing(number: int, state: str) -> str:
    return _nothing_changed(f"{change_number(number)} changed nothing on the PBX: it {STATES[state]}")


def nothing_to_undo(name: str | None) -> str:
    of = f"for “{name}”" if name else "of yours here"
    return _nothing_changed(f"There is no change {of} to undo")


def nothing_pending(name: str) -> str:
    return _nothing_changed(f"Nothing is pending for “{name}”")


def several_pending(name: str, number: int) -> str:
    return f"“{name}” has {count(number, 'pending change')}. Which one? {NOTHING_CHANGED}"


def pending_line(number: int, line: str) -> str:
    return f"{change_number(number)}: {line}"


# Park itself.

READ_ONLY = f"Park is read-only here: PARK_READ_ONLY is set. {NOTHING_CHANGED}"
STILL_ANSWERS = "You can still ask questions and preview changes."
ASK_AFTER_RESUME = "Send it again once Park is resumed."
PAUSED_BY = "Paused by"
PAUSED = f"Park is paused. {NOTHING_CHANGED}"


# Permissions.

MAY_NOT = "You can't do that here."
CONTACT = "Ask"
"""The label before whom to ask for a permission."""
WHOEVER_RUNS_PARK = "whoever runs Park here"
FOR_ADMIN = "For your admin"
ALLOWED_IN = "Allowed in"
APPROVERS = "Can be approved by"
ONLY_CHANGES = "Only a change can be approved or be an emergency, not a question: send the change that you want."
EMERGENCY_BUTTON = "Emergency ..."
UNSEEN_GROUP = f"You can't do that here: it concerns a group that you may not see. {NOTHING_CHANGED}"
DEACTIVATED = f"The Slack account of the person who asked for this is deactivated. {NOTHING_CHANGED}"


def may_not(reason: str) -> str:
    return f"{MAY_NOT} {reason} {NOTHING_CHANGED}"


def add_permission(permission: str) -> str:
    """What an admin has to add to the policy, before the channel or the person."""
    return f"add “{permission}” for"


def rule_name(permission: str) -> str:
    """The name of a rule that an admin may paste into the policy."""
    return f"Allowed on request: {permission}"


def would_be_allowed(difference: str) -> str:
    return f"It would be allowed {difference}."


def would_be_allowed_after_approval(difference: str) -> str:
    return f"With an approval, it would be allowed {difference}."


def would_be_allowed_in_emergency(difference: str) -> str:
    return f"In an emergency, it would be allowed {difference}."


def only(difference: str) -> str:
    """The label of a button that does what would be allowed."""
    return f"Only {difference}"


def ask_only(difference: str) -> str:
    """The label of a button that asks for approval of what could be approved."""
    return f"Ask for approval, only {difference}"


def only_until(at: str) -> str:
    return f"Only until {at}"


def at_most(length: str) -> str:
    return f"for at most {length}"


def at_once(people: int) -> str:
    return f"for {count(people, 'person', 'people')} at once"


def with_at_most(length: str) -> str:
    return f"with at most {length}"


def from_time(at: str) -> str:
    return f"from {at}"


# Conflicts with temporary and scheduled changes.


def already_scheduled(planned: str, when: str, number: int) -> str:
    return _nothing_changed(f"Already scheduled as {change_number(number)} for {when}: {planned}")


def temporary(what: str, until: str, number: int) -> str:
    return f"{sentence(what)} That is temporary: {change_number(number)}, until {until}. {NOTHING_CHANGED}"


def being_ended(number: int) -> str:
    return f"{change_number(number)} is being ended."


def hidden_conflict(what: str) -> str:
    return f"{what}? A temporary change is in the way. {NOTHING_CHANGED}"


def permanent(what: str, at: str) -> str:
    return f"{what} That is permanent, so it would not end {at}. {NOTHING_CHANGED}"


def would_change(label: str) -> str:
    return f"Would change: {label}"


def ends_first(planned: str, number: int) -> str:
    return f"{planned}? {change_number(number)} would be ended first."


def end_and_do(number: int) -> str:
    return f"End {change_number(number)} and do this"


def cancel_number(number: int) -> str:
    return f"Cancel {change_number(number)}"


def extend_number(number: int) -> str:
    return f"Extend {change_number(number)}"


def keep_number(number: int) -> str:
    return f"Keep {change_number(number)}"


def extend_to(at: str) -> str:
    return f"Extend to {at}"


def end_at(at: str) -> str:
    return f"End {at}"


def remove_at(at: str) -> str:
    return f"Remove {at}"


CHANGE_IT_THEN = "Change it then ..."

# Names.

SEE_ALL_GROUPS = "See them all: groups"
NOT_ALL = "Not all of this can be done, so nothing was changed."
SEVERAL_MEANINGS = f"This line has more than one meaning. Which one? {NOTHING_CHANGED}"
CORRECT_TIME = "Correct the time"
SOMEBODY_ELSE = "somebody else"


def several_called(text: str, number: int, plural: str) -> str:
    """A name that is not unique: `2 people are called Alex Morgan.`"""
    return f"{number} {plural} are called {text}. Which one? {NOTHING_CHANGED}"


def more_match(number: int) -> str:
    return f"{number} more match: type more of the name, or the number."


def no_group(name: str) -> str:
    return _nothing_changed(f"There is no park group called “{name}”")


def group_gone(name: str) -> str:
    return _nothing_changed(f"The park group “{name}” no longer exists")


def group_renamed(name: str, now: str | None) -> str:
    called = f"is now called “{now}”" if now else "has been renamed"
    return _nothing_changed(f"The park group “{name}” {called}")


def no_user(text: str) -> str:
    return _nothing_changed(f"Nobody on the PBX has the extension or name “{text}”")


def no_user_with(address: str) -> str:
    return _nothing_changed(f"No user on the PBX has the e-mail address {address}. Type the extension instead")


NO_USER_FOR_MENTION = _nothing_changed(
    "Park can't see that person's e-mail address, so it can't find them on the PBX. Type the extension instead"
)


def no_extension(user: str) -> str:
    return _nothing_changed(f"{user} has no extension, so can't be in a park group")


def extension_moved(number: str, owner: str, text: str) -> str:
    return _nothing_changed(f"Extension {number} now belongs to {owner}, no longer to “{text}”")


def not_a_user(number: str, kind: str) -> str:
    return _nothing_changed(f"{number} is {kind}; only users can be members of a park group")


def group_to_delete(name: str, quoted: str) -> str:
    return f"{name} is a park group. To delete it, type: delete {quoted}"


def group_with_members(name: str, quoted: str) -> str:
    return f"{name} is a park group. To see its members, type: group {quoted}"


def user_as_recall(name: str) -> str:
    whom = "the user who parked them or to a ring group, not to another user"
    return _nothing_changed(f"“{name}” is a user. Unanswered parked calls can go to {whom}")


def not_a_ring_group(text: str, kind: str) -> str:
    return _nothing_changed(f"“{text}” is {kind}, not a ring group")


def no_ring_group(text: str) -> str:
    return _nothing_changed(f"There is no ring group called “{text}”")


def ring_group_gone(name: str) -> str:
    return _nothing_changed(f"The ring group “{name}” no longer exists")


def ring_group_renamed(name: str, now: str) -> str:
    return _nothing_changed(f"The ring group “{name}” is now called “{now}”")


PROMPT_NOT_KEPT = f"Park no longer has that prompt. {NOTHING_CHANGED}"
CHOOSE_FILE = "Choose its file in the form."


def prompt_not_kept(prompt: str) -> str:
    return f"Park no longer has the prompt {prompt}, so it can't be restored."
