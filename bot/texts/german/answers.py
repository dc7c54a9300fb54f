"""German answers to questions about groups, the server, what is pending and the policy."""

from bot.texts.german.wording import change_number, count

MEMBERS, PROMPT = "Mitglieder", "Ansage"
ASKED, IN, POLICY = "Angefragt", "In", "Richtlinie"
GROUP_COLUMNS = ("Parkgruppe", "Wiederanruf an", "Mitglieder", "Befristet bis")
GROUP_IS_EMPTY = "noch keine"
NOTHING_PENDING = "Nichts steht aus: Keine Änderung ist geplant, befristet oder wartet auf Freigabe."
OWN_CHANGE = "die eigenen Änderungen darf man immer rückgängig machen"
SHOW_GROUP_USAGE = "group <name>"
LOOK_AND_RETRY = "Prüfen und erneut versuchen"
AS_TABLE, AS_LIST = "Als Tabelle", "Als Liste"
PENDING_COLUMNS = ("Nummer", "Änderung", "Stand", "Person", "Beginn", "Ende oder Ablauf")
WAITS, TEMPORARY, LATE, SCHEDULED = "wartet auf Freigabe", "befristet", "verspätet", "geplant"
RECURRING, UNKNOWN, UNREADABLE = "wiederkehrend", "Ergebnis unbekannt", "nicht lesbar"


def groups_found(number: int, search: str | None) -> str:
    matching = f" mit „{search}“ im Namen" if search else ""
    found = count(number, "Parkgruppe", "Parkgruppen")
    return found[:1].upper() + found[1:] + matching


def group_in_list(recall: str, members: int | None) -> str:
    return f"Wiederanruf an {recall}" + ("" if members is None else f", {members_in_list(members)}")


def members_in_list(members: int | None) -> str:
    return "" if members is None else count(members, "Mitglied", "Mitglieder")


def group(name: str) -> str:
    return f"Parkgruppe {name}"


def is_in(person: str, group_name: str) -> str:
    return f"{person} ist in {group_name}"


def in_none_of(person: str, searched: int) -> str:
    return f"{person} ist in keiner der {searched} durchsuchten Gruppen"


def search_further(total: int) -> str:
    return (
        f"Es gibt {total} Gruppen, und jede muss einzeln bei der PBX abgefragt werden. Noch einmal fragen, um die"
        " übrigen zu durchsuchen."
    )


def in_no_group(person: str) -> str:
    return f"{person} ist in keiner Parkgruppe, die Sie sehen dürfen"


SERVER = "Call-Park-Server"
TIMES_SERVE_BOTH = "Die Zeiten gelten für beide Arten."


def parks_on_extension(code: str) -> str:
    return f"{code} parkt einen Anruf auf der eigenen Nebenstelle, oder auf einer anderen, deren Nummer danach folgt."


def parks_in_group(park: str, retrieve: str) -> str:
    return f"{park} parkt einen Anruf in der eigenen Parkgruppe. {retrieve} holt einen geparkten Anruf zurück."


def server_recall_serves(code: str) -> str:
    return (
        f"Der Wiederanruf oben gilt für Anrufe, die mit {code} geparkt wurden. Für in einer Gruppe geparkte Anrufe gilt"
        " die Einstellung der Gruppe."
    )


def pending(number: int) -> str:
    return f"{number} ausstehend"


def first_of(shown: int, total: int) -> str:
    return f"Das sind die ersten {shown} von {total}. [{AS_LIST}] zeigt alles."


def first_ending(shown: int, total: int) -> str:
    return f"Von {total} befristeten Änderungen enden diese {shown} zuerst. `group NAME` zeigt die einer Gruppe."


def numbered(text: str, number: int) -> str:
    return f"{change_number(number)} {text}"


def waits_for_approval(title: str, until: str) -> str:
    return f"{title}: wartet auf Freigabe bis {until}"


def ends(title: str, at: str) -> str:
    return f"{title}, bis {at}"


def ends_late(title: str, at: str, failure: str) -> str:
    return f"{title}: überfällig, Ende war {at}. {failure} Park versucht es weiter."


def ends_as_soon_as_possible(title: str, at: str) -> str:
    return f"{title}: Ende war {at} und folgt, sobald Park wieder Änderungen machen kann."


def scheduled(title: str, at: str) -> str:
    return f"{title}: geplant für {at}"


def outcome_unknown(title: str) -> str:
    return f"{title}: Ob das ausgeführt wurde, ist nicht bekannt. Bitte die PBX prüfen, dann die Schaltfläche benutzen."


def outcome_found(number: int, title: str, *, made: bool) -> str:
    return f"{change_number(number)} wurde {'' if made else 'nicht '}ausgeführt, wie die PBX zeigt: {title}."


def allowed_by(number: int, rule: str) -> str:
    return f"{change_number(number)} wurde erlaubt durch {f'„{rule}“' if rule else 'keine Regel'}"


def policy_since(then: str, now: str) -> str:
    return f"{then}, gilt noch" if then == now else f"{then}, seitdem geändert (jetzt {now})"
