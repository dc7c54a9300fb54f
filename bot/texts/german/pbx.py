"""What is said in German while the PBX does not do what it should: which fault it is, and what happens next."""

from bot.texts.german.wording import sentence

CONNECTION_REFUSED = "Die PBX weist die Verbindung ab: Der Dienst ist vielleicht gestoppt oder startet neu."
UNREACHABLE = "Die PBX ist über das Netz nicht erreichbar."
TIMED_OUT = "Die PBX hat nicht rechtzeitig geantwortet."
CONNECTION_BROKE = "Die Verbindung zur PBX ist abgebrochen."
OVERLOADED = "Es warten schon zu viele Anfragen an die PBX."
UNUSABLE = "Die PBX hat eine Antwort gesendet, mit der Park nichts anfangen kann."
CLOSED = "Park wird gerade beendet."
QUESTION_FAILED = "In einer Minute erneut versuchen."
SLOW = "Die PBX ist gerade langsam."
WORKING = "Es dauert etwas länger als sonst."
NO_NEED_TO_REPEAT = "Noch einmal senden ist nicht nötig."


def failed(status: int) -> str:
    return f"Die PBX meldet einen internen Fehler (HTTP {status})."


def redirected(status: int) -> str:
    return f"Die PBX leitet Park auf eine andere Adresse um (HTTP {status}), der Park nicht folgt."


def no_reason(status: int) -> str:
    return f"die PBX hat keinen Grund genannt (HTTP {status})"


def insecure(why: str) -> str:
    return f"Keine sichere Verbindung zur PBX: {why}."


def checking(line: str, why: str) -> str:
    return f"„{line}“ ist in Arbeit. {sentence(why)} {NO_NEED_TO_REPEAT}"


def searched(looked_at: int, total: int) -> str:
    return f"Bisher durchsucht: {looked_at} von {total} Gruppen."


def as_of(time: str, *, reachable: bool) -> str:
    return f"Stand: {time}." if reachable else f"Stand: {time}. Die PBX lässt sich gerade nicht lesen."


# Signing in.

CORRECT_SIGN_IN = (
    "In der Datei .env von Park korrigieren, oder auf der PBX und dann „resume“ eingeben; bis dahin wird nichts"
    " gesendet."
)
SIGNS_IN_AGAIN = "Park meldet sich nach einer Pause erneut an."

REJECTED_AT_ONCE = "Die PBX lehnt ein Token ab, das sie gerade erst ausgestellt hat"
SIGN_IN_EXPIRED = "Die PBX nimmt PBX_TOKEN nicht mehr an: Es ist abgelaufen oder wurde widerrufen"
NO_SIGN_IN_ADDRESS = "Die PBX hat keine Anmeldeadresse, die Park kennt: Endet PBX_URL mit /api?"
SIGN_IN_TIMED_OUT = "Die PBX hat die Anmeldung abgebrochen (HTTP 408)"


def sign_in_rejected(reason: str) -> str:
    return f"Die PBX nimmt die Anmeldung nicht an: {reason}"


def second_factor(user: str) -> str:
    return (
        f"Die PBX verlangt für {user} einen zweiten Faktor: Park braucht einen eigenen Benutzer des Mandanten, ohne"
        " Zwei-Faktor-Anmeldung"
    )
