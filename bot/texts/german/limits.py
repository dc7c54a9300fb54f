"""Values that the PBX does not accept, in German: numbers, names, times and prompt files, with what it does accept."""

from bot.texts.german.wording import NOTHING_CHANGED

RING_GROUP_MISSING = "Eine Rufgruppe fehlt: Bitte angeben, an welche nicht angenommene geparkte Anrufe gehen."
HALF_A_CHARACTER = "Der Text enthält ein defektes Zeichen, das nicht an die PBX gesendet werden kann."
TOO_LONG = "Der Text ist zu lang für die PBX."
FOREIGN_ADDRESS = "Die PBX nennt für diese Datei eine Adresse auf einem anderen Host, deshalb liest Park sie nicht."
WRONG_FORMAT = "Anderes Format: als WAV-Datei speichern: PCM, 16 Bit, Mono, 16, 32 oder 48 kHz."
STEREO = "Stereo"
TIMERS = {"recall_time": "Wiederanrufzeit", "recall_ring_group_time": "Zeit bis zur Rufgruppe"}
MONO = "als Mono speichern."
INCOMPLETE = "Die Datei ist leer oder unvollständig: Bitte neu speichern oder hochladen."


def extension(number: str, least: int, most: int) -> str:
    return f"„{number}“ ist keine Nebenstelle: Eine Nebenstelle hat {least} bis {most} Ziffern."


def name(least: int, most: int, length: int | None) -> str:
    has = f" Dieser hat {length}." if length is not None else ""
    return f"Ein Gruppenname hat {least} bis {most} Zeichen.{has}"


def recall_time(timer: str, seconds: object, least: int, most: int) -> str:
    unit = " Sekunden" if isinstance(seconds, int) else ""
    return f"{timer}: Möglich sind {least} bis {most} Sekunden (1 bis 15 Minuten), nicht {seconds}{unit}."


def not_a_prompt(file: str) -> str:
    return f"„{file}“ kann keine Ansage sein. {NOTHING_CHANGED}"


def too_large(file: str) -> str:
    return f"„{file}“ ist zu groß für eine Ansage. {NOTHING_CHANGED}"


def size(megabytes: float, most: float) -> str:
    has, limit = (f"{value}".replace(".", ",") for value in (f"{megabytes:.1f}", f"{most:g}"))
    return f"Die Datei hat {has} MB, möglich sind höchstens {limit} MB. Bitte kürzen."


def channels(described: str) -> str:
    return f"Die Datei ist {described}: {MONO}"


def channel_count(number: int) -> str:
    return f"in {number} Kanälen aufgenommen"


def sample_size(bits: int) -> str:
    return f"Die Datei hat {bits} Bit je Abtastwert: mit 16 Bit speichern."


def sample_rate(kilohertz: float) -> str:
    rate = f"{kilohertz:g}".replace(".", ",")
    return f"Die Abtastrate ist {rate} kHz: mit 16, 32 oder 48 kHz speichern."


def not_sendable(why: str) -> str:
    return f"Diese Einstellungen können nicht an die PBX gesendet werden: {why}."


def not_an_id(text: str) -> str:
    return f"„{text}“ kann auf der PBX keine Kennung sein."


# Files in Slack.

CHOOSE_OWN = "Im Formular eine eigene Datei wählen."
CHOOSE_FILE = "Die Datei im Formular wählen."
UPLOAD_FILE = "Die Datei im Formular hochladen."
NOT_SHARED_HERE = f"Diese Datei gehört jemand anderem und wurde hier nicht geteilt. {NOTHING_CHANGED}"
NO_SUCH_FILE = f"Slack hat keine solche Datei, oder Park kann sie nicht sehen. {NOTHING_CHANGED}"


def stored_elsewhere(file: str) -> str:
    return f"„{file}“ ist außerhalb von Slack gespeichert. {NOTHING_CHANGED}"
