"""What is said while the PBX does not do what it should: which fault it is, and what happens next."""

from bot.texts.english.wording import sentence

CONNECTION_REFUSED = "The PBX refuses the connection: its service may be stopped or restarting."
UNREACHABLE = "The PBX can't be reached over the network."
TIMED_OUT = "The PBX did not answer in time."
CONNECTION_BROKE = "The connection to the PBX broke."
OVERLOADED = "Too many requests to the PBX are already waiting."
UNUSABLE = "The PBX sent an answer that Park can't use."
CLOSED = "Park is shutting down."
QUESTION_FAILED = "Try again in a minute."
SLOW = "The PBX is slow right now."
WORKING = "It takes a little longer than usual."
NO_NEED_TO_REPEAT = "No need to send it again."


def failed(status: int) -> str:
    """A 5xx, or a 408."""
    return f"The PBX reports an internal error (HTTP {status})."


def redirected(status: int) -> str:
    return f"The PBX redirects Park elsewhere (HTTP {status}), which Park does not follow."


def no_reason(status: int) -> str:
    return f"the PBX gave no reason (HTTP {status})"


def insecure(why: str) -> str:
    """A TLS handshake that failed."""
    return f"No secure connection to the PBX: {why}."


def checking(line: str, why: str) -> str:
    """A note of progress."""
    return f"Working on “{line}”. {sentence(why)} {NO_NEED_TO_REPEAT}"


def searched(looked_at: int, total: int) -> str:
    return f"{looked_at} of {total} groups searched so far."


def as_of(time: str, *, reachable: bool) -> str:
    """A note on a list from memory; `reachable` tells whether the PBX can be read right now."""
    return f"As of {time}." if reachable else f"As of {time}: the PBX can't be read right now."


# Signing in.

CORRECT_SIGN_IN = "Correct it in Park's .env, or on the PBX and then type resume; until then nothing is sent."
"""What to do about a sign-in that the PBX has rejected for good."""
SIGNS_IN_AGAIN = "Park signs in again after a pause."

REJECTED_AT_ONCE = "The PBX rejects a token that it has just issued"
SIGN_IN_EXPIRED = "The PBX no longer accepts PBX_TOKEN: it has expired or was revoked"
NO_SIGN_IN_ADDRESS = "The PBX has no sign-in address that Park knows: does PBX_URL end in /api?"
SIGN_IN_TIMED_OUT = "The PBX gave up on the sign-in (HTTP 408)"


def sign_in_rejected(reason: str) -> str:
    return f"The PBX does not accept the sign-in: {reason}"


def second_factor(user: str) -> str:
    return (
        f"The PBX asks for a second factor for {user}: give Park a tenant user of its own, without two-factor"
        " authentication"
    )
