"""Values that the PBX does not accept: numbers, names, times and prompt files, with what it does accept."""

from bot.texts.english.wording import NOTHING_CHANGED

RING_GROUP_MISSING = "A ring group is missing: say which one unanswered parked calls go to."
HALF_A_CHARACTER = "The text contains a broken character that can't be sent to the PBX."
TOO_LONG = "The text is too long for the PBX."
FOREIGN_ADDRESS = "The PBX gives an address on another host for this file, so Park does not read it."
WRONG_FORMAT = "Another format: save it as a WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz."
MONO = "save it as mono."
STEREO = "stereo"
TIMERS = {"recall_time": "recall time", "recall_ring_group_time": "recall ring group time"}
"""The server's timers, by their names in the REST API."""
INCOMPLETE = "It is empty or incomplete: save or upload it again."


def extension(number: str, least: int, most: int) -> str:
    return f"“{number}” is not an extension: an extension has {least} to {most} digits."


def name(least: int, most: int, length: int | None) -> str:
    has = f" This one has {length}." if length is not None else ""
    return f"A group's name has {least} to {most} characters.{has}"


def recall_time(timer: str, seconds: object, least: int, most: int) -> str:
    unit = " seconds" if isinstance(seconds, int) else ""
    return f"The {timer} must be {least} to {most} seconds (1 to 15 minutes), not {seconds}{unit}."


def not_a_prompt(file: str) -> str:
    return f"“{file}” can't be the prompt. {NOTHING_CHANGED}"


def too_large(file: str) -> str:
    return f"“{file}” is too large for a prompt. {NOTHING_CHANGED}"


def size(megabytes: float, most: float) -> str:
    return f"It has {megabytes:.1f} MB; at most {most:g} MB are possible. Make it shorter."


def channels(described: str) -> str:
    return f"It is {described}: {MONO}"


def channel_count(number: int) -> str:
    return f"recorded in {number} channels"


def sample_size(bits: int) -> str:
    return f"It has {bits} bits per sample: save it with 16 bits."


def sample_rate(kilohertz: float) -> str:
    return f"Its sample rate is {kilohertz:g} kHz: save it with 16, 32 or 48 kHz."


def not_sendable(why: str) -> str:
    return f"These settings can't be sent to the PBX: {why}."


def not_an_id(text: str) -> str:
    return f"“{text}” can't be the id of anything on the PBX."


# Files in Slack.

CHOOSE_OWN = "Choose a file of your own in the form."
CHOOSE_FILE = "Choose the file in the form."
UPLOAD_FILE = "Upload the file in the form."
NOT_SHARED_HERE = f"That file belongs to somebody else and was not shared here. {NOTHING_CHANGED}"
NO_SUCH_FILE = f"Slack has no such file, or Park can't see it. {NOTHING_CHANGED}"


def stored_elsewhere(file: str) -> str:
    return f"“{file}” is stored outside Slack. {NOTHING_CHANGED}"
