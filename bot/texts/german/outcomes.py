"""What became of a change, in German: replies in its thread, and notes on its card."""

from bot.texts.german.wording import NOTHING_CHANGED, change_number, sentence

DONE = "Ausgeführt und auf der PBX geprüft."
ALREADY = "Nichts zu tun: Es ist schon so eingestellt."
REORDERED = (
    "Mitglieder, die entfernt und wieder eingefügt wurden, stehen jetzt am Ende der Gruppe: Das Gruppenparken probiert"
    " die Mitglieder in dieser Reihenfolge."
)
PROMPT_CHANGED = "Die PBX hat auch die Ansage des Call-Park-Servers geändert: Bitte prüfen, was Anrufer hören."
PROMPT_SAVED = "Die vorherige Ansage wurde gesichert."
PARTLY_LEFT = "Ein Teil davon ist vielleicht wirksam: Vor einem neuen Versuch die Gruppe prüfen."
NOT_EVEN_BEGUN = "Es wurde unterbrochen, bevor etwas an die PBX gesendet war."
TOO_LATE = "Der Zeitpunkt liegt mehr als zwei Minuten zurück."
TOO_LATE_REPLY = "Zu spät, um das sicher auszuführen, deshalb ist nichts geschehen."
DO_NOW_HINT = "Um die Änderung jetzt auszuführen, die Schaltfläche oben benutzen."
NOT_RETRIED = "Park versucht es nicht von selbst noch einmal."
INTERNAL_ERROR = "In Park ist ein Fehler aufgetreten. Er wurde protokolliert."
CHECK_PBX = "Vor einem neuen Versuch die PBX prüfen."
MAY_HAVE_GONE_THROUGH = (
    "Die Änderung ist vielleicht ganz oder teilweise angekommen, oder sie kommt noch an. Park sendet sie nicht noch"
    " einmal von selbst."
)
UNKNOWN_REPLY = "Ob diese Änderung ausgeführt wurde, ist nicht bekannt."
UNKNOWN_HINT = "Bitte die PBX prüfen, dann die Schaltfläche oben benutzen."
ENDED_ALREADY = "Beendet: Es war schon alles wieder wie vorher."
STAYS = "Es bleibt so, bis jemand entscheidet."
ENDS_BY_ITSELF = "Danach ist alles wieder wie vorher."
RETRIED_END = "Park versucht es weiter, bis es gelingt oder jemand die Änderung beibehält."
BEING_CHANGED = "wurde gerade von jemand anderem geändert."
UNVERIFIED_ANSWERED = "Die PBX hat es angenommen, zeigt es aber nicht."
UNVERIFIED_SILENT = "Die PBX hat nicht geantwortet."
NOTHING_SHOWS = "Bisher ist auf der PBX nichts davon zu sehen."
OTHER_SHOWS = "Die PBX zeigt etwas anderes als angefragt."
UNREADABLE = "Die PBX lässt sich nicht lesen."
ACCEPTED = "Die PBX hat es angenommen."
PAUSED = "Park pausiert."


def also_changed(settings: str) -> str:
    return f"Die PBX hat auch diese Einstellungen geändert: {settings}."


def members_now(group: str, members: int) -> str:
    return f"Mitglieder von {group} jetzt ({members})" if members else f"Mitglieder von {group} jetzt"


def rejected(remains: str) -> str:
    return f"Die PBX hat die Änderung abgelehnt. {remains}"


def pbx_says(reason: str) -> str:
    return sentence(f"Die PBX hat es abgelehnt: {reason}")


def changed_meanwhile(target: str) -> str:
    return f"{target} wurde inzwischen von jemand anderem geändert"


def gone(target: str) -> str:
    return f"{target} gibt es nicht mehr"


def stopped(what: str) -> str:
    return f"Angehalten: {what}. {NOTHING_CHANGED}"


def interrupted(what: str) -> str:
    return f"Park wurde mittendrin unterbrochen: {what}."


def pbx_now_shows(label: str) -> str:
    return f"Die PBX zeigt jetzt: {label}"


def not_in_time(why: str) -> str:
    return f"Es war nicht rechtzeitig möglich. {sentence(why)}"


def sign_in_failed(why: str) -> str:
    return sentence(f"Park kann sich nicht bei der PBX anmelden: {why}")


def not_readable(why: str) -> str:
    return sentence(f"Die PBX lässt Park nicht lesen, was nötig ist: {why}")


def start_refused() -> str:
    return f"Zum vorgesehenen Zeitpunkt war es nicht möglich. {NOTHING_CHANGED}"


def ends(at: str, title: str) -> str:
    return f"Endet {at}: {title}"


def end_late(number: int) -> str:
    return f"Das Ende von {change_number(number)} ist überfällig: Es war noch nicht möglich."


def end_refused(number: int) -> str:
    return f"{change_number(number)} konnte nicht beendet werden."


def elsewhere(number: str, group: str) -> str:
    return f"{number} ist in {group}"


def one_group_only(where: str) -> str:
    return f"{where}; ein Benutzer kann nur in einer Parkgruppe sein."


def ring_group_deleted(target: str) -> str:
    return f"Die Rufgruppe, an die nicht angenommene geparkte Anrufe von {target} gehen würden, gibt es nicht mehr."


SEND_ELSEWHERE = "Bitte an die Person leiten, die sie geparkt hat, oder an eine andere Rufgruppe."


def keep_change(number: int) -> str:
    return f"{change_number(number)} beibehalten"


def same_button(line: str) -> str:
    return f"{sentence(f'Diese Schaltfläche hat schon jemand benutzt: {line}')} Mehr wurde nicht geändert."


def asked_already(number: int | None) -> str:
    if number is None:
        return "Das wurde schon getan."
    return f"Das wurde schon angefragt: {change_number(number)}."


def asked_in_vain(number: int | None) -> str:
    about = f" ({change_number(number)})" if number is not None else ""
    return f"Das wurde schon angefragt{about}, und es wurde nichts geändert."


TRY_AGAIN = "Erneut versuchen"
STALE_EFFECT = "Das täte jetzt etwas anderes als angezeigt. Es wurde nichts geändert; so sähe es jetzt aus:"
STALE_PREVIEW = "Die PBX hat sich seit dieser Anzeige geändert. Es wurde nichts geändert; so sähe es jetzt aus:"
SLACK_UNAVAILABLE = "Slack ist gerade nicht erreichbar."
HISTORY_UNAVAILABLE = "Der Verlauf lässt sich gerade nicht lesen. In einer Minute erneut versuchen."
