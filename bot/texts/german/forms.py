"""German texts of the forms: labels of choices, notices above the inputs, and what the submit buttons say."""

OPENING = "Wird geöffnet ..."
CHECKING = "Prüfung mit der PBX ... Noch ist nichts geändert."
SHOWN_HERE = "Bitte ausfüllen. Was sich ändern würde, erscheint hier."
MORE_THAN_FITS = "Hier passt nicht alles hin. Die Zeile eingeben, um alles zu sehen."

TO_USER = "Die Person, die den Anruf geparkt hat"
TO_RING_GROUP = "Eine Rufgruppe"
NOT_SET = "nicht gesetzt"

AT_A_TIME = "An einem Datum mit Uhrzeit ..."
IN_YOUR_ZONE = "In der eigenen Zeitzone"
CHIPS = {"for 1h": "1 h", "for 2h": "2 h", "for 8h": "8 h", "until tomorrow 08:00": "Morgen 8:00 Uhr"}

HOW_OFTEN = "Wie oft"
ONCE = "Einmal"
ON_DAYS = "Wiederholt, an Wochentagen"
IN_WORDS = "Wiederholt, in Worten ..."
DAYS = "An diesen Tagen"
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
FROM, TO = "Von", "Bis"
FROM_HINT = "Für den ganzen Tag beide Zeiten leer lassen."
LAST_DAY, LAST_DAY_HINT = "Letzter Tag", "Der letzte Tag, an dem es beginnt. Leer: bis jemand es löscht."
WORDS = "Wann"
WORDS_HINT = "every 2nd Monday 9:00 to 12:00; on the 1st of every month 8:00 to 10:00"
CHOOSE_DAYS = "Bitte mindestens einen Tag wählen."
CHOOSE_BOTH_TIMES = "Bitte beide Zeiten wählen, oder für den ganzen Tag keine."


def at_a_time(label: str) -> str:
    return f"{label} am"


EVERYTHING, SERVER = "Alles: der Server und alle Gruppen", "Der Call-Park-Server"
ON, OFF = "An", "Aus: Dann kann niemand einen Anruf parken"
OR_KEEP = "Oder behalten"

POST_IN = "Bestätigung posten in"
POST_IN_HINT = "Ein Kanal, in dem Sie sind. An den Rechten ändert die Wahl nichts."
CONFIRMATION_IN = "Bestätigung in"
DIRECT_MESSAGE = "Eine Direktnachricht von Park"

SHOW, REVIEW, CANCEL, CLOSE = "Anzeigen", "Vorschau", "Abbrechen", "Schließen"
OPEN_FORM, TRY_AGAIN = "Formular öffnen", "Erneut versuchen"
USE_SHORTCUT_AGAIN = "Bitte den Shortcut noch einmal benutzen."

NEEDED = "Diese Angabe ist nötig."
CHOOSE_TIME = "Datum und Uhrzeit unten wählen."
NO_NAME = "Das ist kein Name. Die ersten Zeichen noch einmal eingeben und einen Namen auswählen."
MORE_TO_FILL = "Noch eine Angabe fehlt. Noch ist nichts geändert."

CHANGED_MEANWHILE = "Während das Formular offen war, hat jemand das geändert. Von hier wurde noch nichts geändert."
STILL_BELOW = "Die Eingaben stehen noch unten. Bitte prüfen und noch einmal absenden, wenn sie weiter passen."
JOURNAL_AWAY = (
    "Park kann sein Journal gerade nicht schreiben, deshalb wurde nichts getan. In einer Minute erneut versuchen."
)

NAMES_LOADING = "Die Namen werden noch aus der PBX gelesen. Gleich noch einmal tippen."
PBX_AWAY = "Die PBX antwortet nicht. In einer Minute noch einmal tippen."
NOTHING_ALLOWED = "Die Richtlinie erlaubt hier keine Auswahl."
NOT_KNOWN_YET = "Slack wird noch gefragt, wer Sie sind. Gleich noch einmal tippen."
PBX_UNAVAILABLE = "Die PBX antwortet gerade nicht. Es wurde nichts geändert. In einer Minute erneut versuchen."
SLACK_UNAVAILABLE = "Slack antwortet gerade nicht. Es wurde nichts geändert. In einer Minute erneut versuchen."
OUTDATED_OPTION = "Dieses Formular ist von einer anderen Version von Park. Bitte neu öffnen."


def on_holidays(calendar: str, *, alone: bool) -> str:
    return "Wiederholt, an Feiertagen" if alone else f"Wiederholt, an Feiertagen: {calendar}"


def in_zone(zone: str) -> str:
    return f"Uhrzeit in {zone}"


def user_then(ring_group: str) -> str:
    return f"Die parkende Person, dann {ring_group}"


def now(value: str) -> str:
    return f"Jetzt: {value}"


def label_now(label: str) -> str:
    return f"{label}, jetzt"


def kept_file(file: str) -> str:
    return f"Die vorher gewählte Datei ({file})"


def outdated(nothing_changed: str) -> str:
    return f"Dieses Formular ist von einer anderen Version von Park. Bitte neu öffnen. {nothing_changed}"


def not_opened(nothing_changed: str) -> str:
    return f"Slack hat das Formular nicht geöffnet. {nothing_changed}"


def internal_error(nothing_changed: str) -> str:
    return f"In Park ist ein Fehler aufgetreten. Er wurde protokolliert. {nothing_changed}"


def correct_field(label: str, fault: str) -> str:
    return f"Bitte das Feld „{label}“ korrigieren. {fault}"


ACCEPTED_NOTE = "Das Fenster kann geschlossen werden. Das Ergebnis wird wie üblich gepostet."


def accepted(planned: str) -> str:
    return f"In Arbeit: {planned}"


def too_much(nothing_changed: str) -> str:
    return f"Das ist mehr, als ein Formular fasst. Weniger auf einmal nennen. {nothing_changed}"


def no_group(name: str) -> str:
    return f"Es gibt keine Parkgruppe „{name}“."


def group_taken(name: str) -> str:
    return f"Es gibt schon eine Parkgruppe „{name}“."


def no_ring_group(name: str) -> str:
    return f"Es gibt keine Rufgruppe „{name}“."


def nobody(names: str) -> str:
    return f"Niemand auf der PBX hat die Nebenstelle oder den Namen {names}."


def and_more(names: str, more: int) -> str:
    return f"{names} und {more} weitere davon" if more > 0 else names


def destination_gone(obstacle: str) -> str:
    return f"Der Kanal der letzten Bestätigungen wird nicht mehr angeboten: {obstacle}."


def destination_refused(obstacle: str) -> str:
    return f"Im gewählten Kanal kann die Bestätigung nicht stehen: {obstacle}. Noch ist nichts geändert."


CHOOSE_ANOTHER = "Unten einen anderen Kanal wählen, oder keinen für eine Direktnachricht."
