"""What the card of a change says in German: titles by state, statuses, labels of facts and buttons, and the footer."""

from bot.texts.german.wording import change_number, sentence

# Titles. `title` says what is so while the change is in effect, `planned` what it was to do.


def active(title: str, until: str) -> str:
    return f"{title}, bis {until}"


def late(planned: str) -> str:
    return f"Ende überfällig: {planned}"


def not_ended(planned: str) -> str:
    return f"Konnte nicht beendet werden: {planned}"


def ended(planned: str) -> str:
    return f"Beendet: {planned}"


def undone(planned: str) -> str:
    return f"Rückgängig gemacht: {planned}"


def partly_undone(planned: str) -> str:
    return f"Teilweise rückgängig gemacht: {planned}"


def partly_done_again(planned: str) -> str:
    return f"Teilweise erneut ausgeführt: {planned}"


def replaced(planned: str) -> str:
    return f"Ersetzt: {planned}"


def scheduled(planned: str) -> str:
    return f"Geplant: {planned}"


def awaiting_approval(planned: str) -> str:
    return f"Wartet auf Freigabe: {planned}"


def cancelled(planned: str) -> str:
    return f"Abgesagt: {planned}"


def withdrawn(planned: str) -> str:
    return f"Zurückgezogen: {planned}"


def rejected(planned: str) -> str:
    return f"Abgelehnt: {planned}"


def expired(planned: str) -> str:
    return f"Abgelaufen: {planned}"


def as_planned(overlap: str) -> str:
    return f"Stand der Planung: {overlap}"


def not_run(planned: str) -> str:
    return f"Nicht gestartet: {planned}"


def not_done(planned: str) -> str:
    return f"Nicht ausgeführt: {planned}"


def unknown(planned: str) -> str:
    return f"Ergebnis unbekannt: {planned}"


def nothing_to_do(planned: str) -> str:
    return f"Nichts zu tun: {planned}"


def emergency(title: str) -> str:
    return f"Notfalländerung. {title}"


# Statuses, below the card.

STATUS_DONE = "ausgeführt"
STATUS_ENDED = "beendet"
STATUS_UNDONE = "rückgängig gemacht"
STATUS_PARTLY_UNDONE = "teilweise rückgängig gemacht"
STATUS_PARTLY_DONE_AGAIN = "teilweise erneut ausgeführt"
STATUS_NOT_ENDED = "konnte nicht beendet werden"
STATUS_WAITING = "wartet auf Freigabe"
STATUS_CANCELLED = "abgesagt"
STATUS_WITHDRAWN = "zurückgezogen"
STATUS_REJECTED = "abgelehnt"
STATUS_EXPIRED = "abgelaufen"
STATUS_NOT_RUN = "nicht gestartet"
STATUS_NOT_DONE = "nicht ausgeführt"
STATUS_FAILED = "fehlgeschlagen"
STATUS_UNKNOWN = "Ergebnis unbekannt"
STATUS_NOTHING_TO_DO = "nichts zu tun"


def status_active(until: str) -> str:
    return f"aktiv bis {until}"


def status_late(since: str) -> str:
    return f"überfällig, Ende war {since}"


def status_scheduled(starts: str) -> str:
    return f"geplant für {starts}"


def status_replaced(number: int) -> str:
    return f"ersetzt durch {change_number(number)}"


# Labels of facts.

UNTIL = "Bis"
BEGINS = "Beginnt"
LASTS = "Dauert"
NOTE = "Notiz"
ENDED = "Beendet"
WITHDRAWN = "Zurückgezogen"
LATE = "Überfällig"
NOT_ENDED = "Konnte nicht beendet werden"
UNDONE = "Rückgängig gemacht"
PARTLY_UNDONE = "Teilweise rückgängig gemacht"
PARTLY_DONE_AGAIN = "Teilweise erneut ausgeführt"
DONE_AGAIN = "Erneut ausgeführt"
REPLACED = "Ersetzt"
CHANGED_SINCE = "Seitdem geändert"
EMERGENCY = "Notfall"
BY = "Von"
CHANGE = "Änderung"
ASKED_BY = "Angefragt von"
REASON = "Grund"

# Buttons.

UNDO = "Rückgängig"
UNDO_REST = "Rest rückgängig machen"
DO_REST = "Rest erneut ausführen"
DO_AGAIN = "Erneut ausführen"
RESTORE_ANYWAY = "Wie vorher herstellen"
END_NOW = "Jetzt beenden"
EXTEND = "Um 1 h verlängern"
KEEP = "Beibehalten"
DO_NOW = "Jetzt ausführen"
CANCEL = "Absagen"
APPROVE = "Freigeben"
REJECT = "Ablehnen"
WITHDRAW = "Zurückziehen"
TRY_AGAIN = "Prüfen und erneut versuchen"
ASK_AGAIN = "Erneut anfragen"
PREVIEW_AGAIN = "Neue Vorschau"
RESTORE_PROMPT = "Ansage wiederherstellen"
LIST_CONTINUES = "Die Liste geht im Thread weiter."

# Values and notes.

BY_PERSON = "von"
AUTOMATICALLY = "automatisch"


def by_change(number: int) -> str:
    return f"{change_number(number)} von"


def by_itself(at: str) -> str:
    return f"{AUTOMATICALLY}, {at}"


def should_have_ended(at: str, why: str | None) -> str:
    return f"Ende war {at}. {sentence(why or '')}" if why else f"Ende war {at}"


def see_thread(at: str) -> str:
    return f"{at}, siehe Thread"


def ends_first(number: int) -> str:
    return f"Beendet zuerst {change_number(number)}."


def will_be_lost(what: str) -> str:
    return sentence(f"Geht verloren: {what}")


def duration_from_approval(duration: str) -> str:
    return f"{duration}, ab der Freigabe gezählt"


# The footer.

ASKED_IN_FORM = "angefragt in einem Formular"
ASKED_IN_DM = "angefragt in einer Direktnachricht"


NO_UPDATES = (
    "Park ist nicht in diesem Kanal und kann diese Nachricht nicht aktualisieren. Neues folgt in neuen Nachrichten."
)
NOT_POSTED_THERE = "Park kann dort, wo das angefragt wurde, nicht posten. Deshalb steht es hier."
NOT_POSTED_IN_CHOSEN = (
    "Park kann im gewählten Kanal nicht posten: Er ist archiviert, oder Sie oder Park sind nicht mehr darin. Deshalb"
    " steht es hier."
)
NOT_POSTED_FOR_TEAM = (
    "Es steht hier, weil im Kanal der Regel nicht gepostet werden kann: Er ist archiviert oder mit anderen Firmen"
    " geteilt, oder Sie oder Park sind nicht darin."
)
IN_DM = "Es steht hier, weil es in einer Direktnachricht angefragt wurde."
FORM_WITHOUT_CHANNEL = "Es steht hier, weil im Formular kein Kanal gewählt wurde."


def footer(by: str, number: int | None, status: str, updated: str) -> str:
    numbered = [change_number(number)] if number is not None else []
    return " · ".join((f"von {by}", *numbered, status, f"aktualisiert {updated}"))


def announced(by: str, origin: str) -> str:
    return f"von {by} · {origin}"


def asked_in(channel: str) -> str:
    return f"angefragt in {channel}"


def to_be_posted_in(origin: str, channel: str) -> str:
    return f"{origin}, wird gepostet in {channel}"


def thread_link(url: str) -> str:
    return f"<{url}|Thread öffnen>"
