"""The fields of forms in German: the label of each, the hint below it, and what the choice of no time is called."""

from bot.texts.german.recurrences import EXAMPLES

LABELS = {
    "group": "Parkgruppe",
    "from group": "Von Parkgruppe",
    "to group": "Nach Parkgruppe",
    "new name": "Name",
    "search": "Teil eines Namens",
    "members": "Mitglieder",
    "member": "Nebenstelle oder Name",
    "recall": "Wiederanruf an",
    "extension": "Nebenstelle",
    "call park": "Parken von Anrufen",
    "notification": "Benachrichtigung",
    "seconds": "Dauer",
    "file": "Audiodatei",
    "set-up file": "Datei",
    "reason": "Grund",
    "pause reason": "Grund",
    "reason to reject": "Grund",
    "change to reject": "Änderung",
    "emergency line": "Änderung",
    "emergency reason": "Grund",
    "start": "Beginnt",
    "end": "Endet",
    "pause end": "Endet",
    "repetition": "Wiederholung",
    "restored scope": "Was",
    "restored moment": "Stand vom",
    "restored change": "Oder Stand vor Änderung",
    "new groups": "Seitdem angelegte Gruppen",
}

HINTS = {
    "new name": "1 bis 64 Zeichen",
    "extension": "3 bis 64 Ziffern",
    "seconds": "60 bis 900 Sekunden: 5m, 90s oder 1m30s. Standard der PBX ist 5m.",
    "file": "Eine WAV-Datei: PCM, 16 Bit, Mono, 16, 32 oder 48 kHz; höchstens 10 MB",
    "set-up file": "Eine Konfiguration als YAML oder eine CSV-Datei aus Nebenstelle und Gruppe; höchstens 1 MB",
    "pause reason": "Wer inzwischen eine Änderung machen will, liest den Grund.",
    "reason to reject": "Die Person, die die Änderung angefragt hat, liest den Grund.",
    "change to reject": "Die Nummer steht auf der Karte der Änderung.",
    "emergency line": "Wie in einer Zeile eingegeben: recall Sales to Night Desk for 2h",
    "emergency reason": "Der Grund wird sofort in dem Kanal gepostet, den die Richtlinie nennt.",
    "restored moment": "Zum Beispiel: Friday 18:00, yesterday 9:00, 2 hours ago",
    "restored change": "Die Nummer, zum Beispiel 42",
    "repetition": f"{EXAMPLES}. Leer: einmal.",
}

NO_TIMES = {
    "start": "Jetzt",
    "end": "Kein Ende: bleibt, bis jemand es ändert",
    "pause end": "Kein Ende: bis jemand fortsetzt",
    "new groups": "Behalten",
}

CHOICES = {"new groups": "Löschen"}
