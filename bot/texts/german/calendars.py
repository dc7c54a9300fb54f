"""German texts about holiday calendars: what is wrong with one, in the policy, in the health report and on cards."""

from collections.abc import Sequence

from bot.texts.german.wording import count, listed

SUBDIVISION_ALONE = 'subdivision braucht ein Land: darüber country = "DE" schreiben'
TOO_LARGE = "die Datei ist größer als 2 MB"
NO_CALENDAR_FILE = "das ist keine .ics-Datei, die Park lesen kann"
HEALTHY = "Kalender werden gelesen"


def bad_name(name: str) -> str:
    return (
        f"„{name}“ lässt sich nach „on“ nicht eingeben: einen Namen aus Kleinbuchstaben, Ziffern und Bindestrichen"
        " wählen, wie holidays"
    )


def one_source(given: Sequence[str]) -> str:
    if not given:
        return (
            'dieser Kalender hat keine Tage: country = "DE", file = "holidays.ics" oder url = "https://..." schreiben'
        )
    return f"dieser Kalender hat {listed(list(given))}: nur eines davon schreiben"


def unknown_country(country: str) -> str:
    return f"country: „{country}“ ist kein Ländercode, den Park kennt: zwei Großbuchstaben schreiben, wie DE oder US"


def unknown_subdivision(subdivision: str, country: str, known: Sequence[str]) -> str:
    codes = f"möglich: {', '.join(known)}" if known else "bitte weglassen"
    return f"subdivision: {country} hat kein „{subdivision}“: {codes}"


def not_https(url: str) -> str:
    return f"url: „{url}“ wird nicht gelesen: eine Adresse schreiben, die mit https:// beginnt"


def host_not_allowed(name: str, host: str) -> str:
    return f'calendars.{name}: {host} steht nicht auf der Liste der Hosts: oben calendar_hosts = ["{host}"] schreiben'


def host_not_listed(host: str) -> str:
    return f"{host} steht nicht auf der Liste calendar_hosts der Richtlinie"


def no_file(path: str, why: str) -> str:
    return f"{path} lässt sich nicht öffnen: {why}"


def no_answer(host: str, why: str) -> str:
    return f"{host} antwortet nicht: {why}"


def wrong_answer(host: str, status: int) -> str:
    return f"{host} antwortet mit Status {status}"


def faulty(name: str, fault: str, days: int) -> str:
    known = f"Park rechnet mit den bekannten Tagen weiter ({days})" if days else "Park kennt keinen seiner Tage"
    return f"Der Kalender „{name}“ lässt sich nicht lesen: {fault}. {known}."


NO_CALENDAR = "kein Feiertagskalender ist eingetragen, deshalb ist „on holidays“ in Zeitplänen nicht möglich"


def computed(name: str, source: str) -> str:
    return f"der Kalender „{name}“ hat die gesetzlichen Feiertage von {source}"


def was_read(name: str, days: int) -> str:
    return f"der Kalender „{name}“ hat ab heute {count(days, 'Tag', 'Tage')}"
