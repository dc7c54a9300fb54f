"""Why an operation is not possible as the PBX is now, in German, and what a reversal can't restore."""

from bot.texts.german.wording import NOTHING_CHANGED

PUT_BACK = "Wie vorher herstellen"
PROMPT_FILE_HINT = "Wenn die Datei noch da ist, neu setzen mit: server prompt."
NO_NOTIFICATION = (
    f"Diese PBX kann die parkende Person nicht benachrichtigen: Das gibt es ab PortSIP 22.6. {NOTHING_CHANGED}"
)


def not_searched_enough(person: str, searched: int, total: int) -> str:
    return (
        f"{person} ist in keiner der bisher durchsuchten Gruppen ({searched} von {total}). Bitte die Gruppe nennen."
        f" {NOTHING_CHANGED}"
    )


def in_other_group(person: str, group: str) -> str:
    return f"{person} ist in {group}; ein Benutzer kann nur in einer Parkgruppe sein."


def name_taken(group: str) -> str:
    return f"Es gibt schon eine Parkgruppe {group}. {NOTHING_CHANGED}"


def number_taken(number: str, holder: str) -> str:
    return f"{number} ist schon vergeben: {holder}. {NOTHING_CHANGED}"


def prompt_will_be_lost(prompt: str, why: str) -> str:
    return f"die jetzige Ansage {prompt}, weil sie sich nicht sichern lässt: {why}"


CALLS_LOST = "das Parken für alle, solange es ausgeschaltet ist; jetzt geparkte Anrufe werden vielleicht getrennt"


def gone(title: str, what: str) -> str:
    return f"{title} gibt es nicht mehr, deshalb lässt sich {what} nicht rückgängig machen. {NOTHING_CHANGED}"


def changed_since(title: str, what: str) -> str:
    return f"{title} wurde seit {what} noch einmal geändert. {NOTHING_CHANGED}"


def drift(number: int) -> str:
    return f"Abweichung {number}"


def prompt_not_saved(prompt: str) -> str:
    return f"Die frühere Ansage {prompt} wurde nie gesichert oder ist nicht mehr gespeichert. {NOTHING_CHANGED}"


def created_again(title: str) -> str:
    return f"{title} wird neu angelegt, mit einer neuen Kennung auf der PBX."


def added_last(title: str, members: str) -> str:
    return f"Wieder am Ende von {title} eingefügt, das Gruppenparken probiert sie zuletzt: {members}."


def group_is_lost(title: str) -> str:
    return f"die Parkgruppe {title}"


def members_unknown(title: str) -> str:
    return f"Wer in {title} war, ist nicht bekannt. Die Gruppe kommt leer zurück."


def restored(title: str, number: int) -> str:
    return f"{title} ist wieder wie vor Abweichung {number}"


def restore(title: str, number: int) -> str:
    return f"{title} herstellen wie vor Abweichung {number}"


def already_restored(number: int) -> str:
    return f"Abweichung {number} wurde schon zurückgenommen."
