"""German texts about lines that are not understood, and questions about what a line means."""

from bot.texts.german.wording import NOTHING_CHANGED, listed

OPEN_FORM, HELP, DO_IT_NOW = "Formular öffnen", "Hilfe", "Jetzt ausführen"

NOT_WRITTEN = "Es wurde nichts getan: Park kann sein Journal gerade nicht schreiben."
TRY_AGAIN = "Bitte erneut versuchen."
EDITED = "Es wurde nichts getan: Bearbeitete Nachrichten werden nicht von selbst ausgeführt."
MENTION_IN_SENTENCE = "Es wurde nichts getan: Nur eine Nachricht, die mit der Erwähnung beginnt, ist ein Befehl."

MISSING_QUOTE = 'Ein Anführungszeichen fehlt. Den ganzen Namen in Anführungszeichen setzen: "Night Desk".'
WITH_OR_WITHOUT_TIME = "Die erste Schaltfläche lässt die Zeit weg. Die zweite nimmt sie als Teil des Namens."

NO_MEMBER = "Bitte mindestens ein Mitglied eingeben."
ONE_MEMBER = "Bitte einzeln: eine Nebenstelle oder einen Namen eingeben."
NO_RING_GROUP = "Welche Rufgruppe? Zum Beispiel: user then Night Desk."
NO_CHANGE_NUMBER = "Die Nummer der Änderung eingeben, zum Beispiel #42. Sie steht auf der Karte der Änderung."
AFTER_NUMBER = "Was auf die Nummer folgt, ist nicht lesbar. So geht es:"
NO_DRIFT_NUMBER = "Die Nummer der Abweichung eingeben, zum Beispiel 7. Sie steht in der Meldung dazu."
NUMBER_THEN_TIME = "Erst die Nummer der Änderung oder den Gruppennamen eingeben, dann die Zeit: extend 42 for 1h."
ON_OR_OFF = "„on“ oder „off“ eingeben."
NO_LINE = "Danach fehlt ein Befehl."
NO_REASON = "Bitte einen Grund in Worten angeben."
NO_FILE = "Die Datei im Formular wählen oder ihren Link aus Slack einfügen (Link zur Datei kopieren)."
NO_PERSON = "Wer? „me“ eingeben oder jemanden mit @ erwähnen."
ONLY_ANYWAY = "Nach der Nummer kann nur „anyway“ folgen."
ONLY_NUMBER = "Um eine Änderung rückgängig zu machen, nur ihre Nummer eingeben: undo 42."
REASON_AFTER_BECAUSE = "Der Grund steht nach „because“: pause because the PBX is being updated."

LIVE_CALLS = (
    "Park kann laufende Anrufe weder anzeigen noch parken oder zurückholen: Das erlaubt die PBX nur am Telefon."
    " Am Telefon helfen die Sterncodes; „server“ zeigt sie."
)
GROUP_TIMERS = (
    f"Parkgruppen haben keine eigenen Zeiten: Die des Call-Park-Servers gelten für alle Gruppen. {NOTHING_CHANGED}"
)

NO_GROUP_SWITCH = (
    "Eine Parkgruppe lässt sich nicht ein- oder ausschalten, nur das Parken von Anrufen im Ganzen. Was befristet ist,"
    f" endet mit „undo“, und „recall“ ändert, wohin unbeantwortete Anrufe gehen. {NOTHING_CHANGED}"
)

ONE_UNDO = f"Park macht immer nur eine Änderung rückgängig. {NOTHING_CHANGED}"
MANY_UNDOS = (
    "„history today“ zeigt die Änderungen von heute, jede mit einer Schaltfläche dafür. „restore everything to 9:00“"
    " zeigt, was wieder so wäre wie zu dieser Uhrzeit, mit einer Schaltfläche für alles."
)
ONE_CHANGE = f"Das geht nur für eine Änderung auf einmal. {NOTHING_CHANGED}"
ONE_SCHEDULE = f"Das geht nur für einen Zeitplan auf einmal. {NOTHING_CHANGED}"
LISTED_WITH_BUTTONS = "In der Liste stehen alle, jede Zeile mit Schaltflächen."
ONE_GROUP = f"Hier gehört der Name einer Parkgruppe hin. {NOTHING_CHANGED}"
MANY_GROUPS = "Viele auf einmal ändern: „export“, die Datei bearbeiten, dann „apply“."
ONE_BY_ONE = f"Wer ist gemeint? Nebenstellen oder Namen eingeben, bis zu 100 in einer Zeile. {NOTHING_CHANGED}"

NOT_TO_DO = (
    f"Eine Zeile sagt, was geschehen soll; was nicht geschehen soll, kann Park nicht lesen. {NOTHING_CHANGED}"
    " „undo“ nimmt eine Änderung zurück; „pending“ zeigt, was noch kommt."
)
WHOLE_SWITCH = f"„server off“ schaltet das Parken für alle aus, „server on“ schaltet es ein. {NOTHING_CHANGED}"
NO_EXCEPTIONS = "Was nicht geschehen soll, auch Ausnahmen, kann Park nicht lesen. Nur eingeben, was geschehen soll."
SHOWN_BY_BUTTON = "Die Schaltfläche zeigt das."
ONE_LINE = "Nur die erste Zeile einer Nachricht ist der Befehl. Die Schaltfläche nimmt alle Zeilen."


def further_lines(typed: str) -> str:
    return f"Gehört „{typed}“ zum Befehl, oder ist es eine Notiz? {NOTHING_CHANGED}"


def as_note(line: str) -> str:
    return f"Als Notiz: {line}"


def without(words: str, label: str) -> str:
    return f"Ohne „{words}“: {label}"


def now(line: str) -> str:
    return f"Jetzt: {line}"


def for_example(line: str) -> str:
    return f"Zum Beispiel: {line}"


def end_in_reason(typed: str) -> str:
    return f"Ist „{typed}“ das Ende oder ein Teil der Begründung? {NOTHING_CHANGED}"


def too_long(length: int, limit: int) -> str:
    has, most = (f"{number:,}".replace(",", ".") for number in (length, limit))
    return f"Diese Zeile ist zu lang: {has} Zeichen, möglich sind {most}. Bitte auf mehrere Zeilen aufteilen."


def unknown_word(word: str) -> str:
    return f"„{word}“ ist kein bekannter Befehl. {NOTHING_CHANGED}"


def unknown_line(line: str) -> str:
    return f"„{line}“ ist weder ein Befehl noch eine Parkgruppe. {NOTHING_CHANGED}"


def to_see_group(name: str) -> str:
    return f'Um eine Parkgruppe dieses Namens zu sehen, eingeben: group "{name}".'


def partly_understood(verb: str) -> str:
    return f"Ein Teil der Zeile ist unklar. {NOTHING_CHANGED} „{verb}“ geht so:"


def no_change(line: str, consequence: str) -> str:
    return f"„{line}“ ist keine Änderung, deshalb {consequence}. {NOTHING_CHANGED}"


PREVIEW_ONCE = f"„preview“ nur einmal eingeben. {NOTHING_CHANGED}"


def nothing_to_preview(line: str) -> str:
    return f"„{line}“ ändert nichts, deshalb gibt es keine Vorschau."


def too_many_members(limit: int) -> str:
    return f"Das sind mehr als {limit} Mitglieder. Bitte auf mehrere Zeilen aufteilen."


def no_range(typed: str) -> str:
    return f"{typed} ist kein Bereich: Beide Enden brauchen gleich viele Ziffern, das kleinere zuerst, wie 1005-1010."


def too_long_a_range(typed: str, limit: int) -> str:
    return f"{typed} umfasst mehr als {limit} Nummern: Bitte auf mehrere Zeilen aufteilen."


def comma_between_members(typed: str) -> str:
    return f"Zwischen Mitglieder ein Komma setzen, und Namen mit einer Zahl in Anführungszeichen: {typed}."


def slack_mention(typed: str) -> str:
    return f"{typed} ist eine Slack-Erwähnung. Den Namen auf der PBX eingeben."


def no_help(typed: str, topics: list[str]) -> str:
    return f"Zu „{typed}“ gibt es keine Hilfe. Hilfe gibt es zu {listed(topics)}."


def one_order(example: str) -> str:
    return f"Ein Teil der Zeile ist unklar. Zum Beispiel: {example}."
