"""The operations in German: what each is called on buttons and forms, and what help says of it."""

from bot.texts.operation_texts import OperationTexts

APPLY = "Ausführen"

TEXTS = {
    "groups": OperationTexts(
        "Gruppen anzeigen",
        "Zeigt die Parkgruppen, und wohin nicht angenommene geparkte Anrufe gehen. Ein Teil des Namens grenzt die Liste"
        " ein.",
    ),
    "find": OperationTexts(
        "Jemanden finden",
        "Zeigt, in welcher Parkgruppe jemand ist. Die Nebenstelle allein genügt.",
    ),
    "group": OperationTexts(
        "Gruppe anzeigen",
        "Zeigt eine Parkgruppe: wohin nicht angenommene geparkte Anrufe gehen, und die Mitglieder. Der Name allein"
        " genügt.",
    ),
    "add": OperationTexts(
        "Mitglieder hinzufügen",
        "Fügt Benutzer in dieser Reihenfolge zu einer Parkgruppe hinzu: nach Nebenstelle, Bereich, Name oder"
        " @Erwähnung. Ein Benutzer kann nur in einer Parkgruppe sein.",
    ),
    "remove": OperationTexts(
        "Mitglieder entfernen",
        "Entfernt Benutzer aus einer Parkgruppe; ohne Angabe einer Gruppe aus der, in der sie sind.",
    ),
    "move": OperationTexts(
        "Mitglieder verschieben",
        "Verschiebt Benutzer in eine andere Parkgruppe. Beide Schritte geschehen oder keiner.",
    ),
    "recall": OperationTexts(
        "Wiederanruf ändern",
        "Leitet nicht angenommene Anrufe einer Parkgruppe an die Person, die sie geparkt hat (user), an eine Rufgruppe,"
        " oder erst an diese Person und dann an eine Rufgruppe.",
    ),
    "create": OperationTexts(
        "Gruppe anlegen",
        "Legt eine leere Parkgruppe an. Nicht angenommene Anrufe gehen zurück an die Person, die sie geparkt hat, wenn"
        " keine Rufgruppe angegeben ist.",
    ),
    "rename": OperationTexts(
        "Gruppe umbenennen",
        "Benennt eine Parkgruppe um. Mitglieder und Wiederanruf bleiben gleich.",
    ),
    "delete": OperationTexts(
        "Gruppe löschen",
        "Löscht eine Parkgruppe und zeigt vorher, was verloren geht. Die Benutzer selbst bleiben.",
        button="Löschen",
    ),
    "server": OperationTexts(
        "Call-Park-Server",
        "Zeigt die Einstellungen des Call-Park-Servers und die Sterncodes, die am Telefon gewählt werden.",
    ),
    "server_recall": OperationTexts(
        "Server: Wiederanruf",
        "Leitet nicht angenommene Anrufe, die außerhalb einer Gruppe geparkt sind, an die Person, die sie geparkt hat,"
        " an eine Rufgruppe, oder nacheinander an beide.",
    ),
    "server_recall_time": OperationTexts(
        "Wiederanrufzeit",
        "Legt fest, wie lange ein geparkter Anruf bis zum Wiederanruf wartet: 1 bis 15 Minuten, für alle Gruppen.",
    ),
    "server_recall_ring_group_time": OperationTexts(
        "Zeit bis zur Rufgruppe",
        "Legt fest, wie lange ein Wiederanruf beim Benutzer klingelt, bevor er an die Rufgruppe geht: 1 bis 15 Minuten,"
        " für alle Gruppen.",
    ),
    "server_extension": OperationTexts(
        "Server: Nebenstelle",
        "Ändert die Nebenstelle des Call-Park-Servers, auf eine sonst nicht benutzte Nummer.",
    ),
    "server_prompt": OperationTexts(
        "Server: Ansage",
        "Ersetzt die Ansage des Call-Park-Servers durch eine WAV-Datei. Ohne Datei öffnet sich ein Formular zum"
        " Wählen.",
        button="Ansage setzen",
    ),
    "server_enabled": OperationTexts(
        "Parken ein/aus",
        "Schaltet das Parken von Anrufen für alle ein oder aus. Bei „off“ wird nachgefragt.",
    ),
    "server_notify": OperationTexts(
        "Parkende benachrichtigen",
        "Schaltet ein oder aus, dass die Person, die einen Anruf geparkt hat, benachrichtigt wird; ab PortSIP 22.6.",
    ),
    "pending": OperationTexts(
        "Ausstehende Änderungen",
        "Zeigt die Änderungen, die geplant oder befristet sind oder auf Freigabe warten, und die mit unbekanntem"
        " Ergebnis. Mit `as table` als Tabelle.",
    ),
    "pending_table": OperationTexts(
        "Ausstehendes als Tabelle",
        "Zeigt als Tabelle, was `pending` als Liste zeigt, ohne die Schaltflächen der Zeilen.",
    ),
    "schedules": OperationTexts(
        "Zeitpläne",
        "Zeigt die wiederkehrenden Zeitpläne, von einer Gruppe oder alle, je mit den nächsten drei Terminen und den"
        " Schaltflächen. Mit `as table` als Tabelle.",
    ),
    "schedules_table": OperationTexts(
        "Zeitpläne als Tabelle",
        "Zeigt als Tabelle, was `schedules` als Liste zeigt, ohne die Schaltflächen der Zeilen.",
    ),
    "extend": OperationTexts(
        "Verlängern",
        "Ändert das Ende einer befristeten Änderung: um eine Dauer später („for 1h“) oder auf eine Uhrzeit („until"
        " 20:00“).",
        card_label="Verlängert",
    ),
    "keep": OperationTexts(
        "Beibehalten",
        "Macht eine befristete Änderung dauerhaft.",
        card_label="Beibehalten",
    ),
    "now": OperationTexts(
        "Jetzt ausführen",
        "Startet eine geplante Änderung jetzt.",
        card_label="Früher gestartet",
    ),
    "cancel": OperationTexts(
        "Absagen",
        "Sagt eine geplante Änderung oder eine Anfrage nach Freigabe ab. Eine ausgeführte Änderung nimmt „undo“"
        " zurück.",
        card_label="Abgesagt",
    ),
    "skip": OperationTexts(
        "Auslassen",
        "Lässt den nächsten Termin eines Zeitplans aus, oder beendet, was er jetzt gesetzt hat, bis zum nächsten. Mit"
        " einem Ende lässt es alle Termine bis dahin aus.",
        card_label="Ausgelassen",
    ),
    "pause_schedule": OperationTexts(
        "Zeitplan anhalten",
        "Hält einen Zeitplan an, bis er fortgesetzt wird. Was er jetzt gesetzt hat, bleibt bis zum Ende.",
        card_label="Angehalten",
    ),
    "resume_schedule": OperationTexts(
        "Zeitplan fortsetzen",
        "Lässt einen angehaltenen Zeitplan weiterlaufen.",
        card_label="Fortgesetzt",
    ),
    "delete_schedule": OperationTexts(
        "Zeitplan löschen",
        "Löscht einen Zeitplan. Was er jetzt gesetzt hat, endet sofort.",
        card_label="Gelöscht",
    ),
    "adopt": OperationTexts(
        "Zeitplan übernehmen",
        "Übernimmt einen Zeitplan von jemandem, der seine Änderung nicht mehr machen darf oder nicht mehr da ist. Er"
        " läuft dann in Ihrem Namen weiter.",
        card_label="Übernommen",
    ),
    "undo": OperationTexts(
        "Änderung zurücknehmen",
        "Macht eine einzelne Änderung rückgängig und sonst nichts. Beendet eine befristete Änderung jetzt und sagt eine"
        " geplante ab. Hat seitdem jemand dasselbe geändert, werden alle drei Stände gezeigt, mit Nachfrage.",
        button="Rückgängig machen",
    ),
    "undo_last": OperationTexts(
        "Rückgängig",
        "Zeigt Ihre letzte Änderung hier, oder die letzte einer Gruppe oder des Servers, und macht sie nach einem Klick"
        " rückgängig.",
    ),
    "end": OperationTexts(
        "Befristete Änderung beenden",
        "Zeigt, was von einer Gruppe, vom Server oder von Ihren eigenen Änderungen hier befristet ist, und beendet es"
        " nach einem Klick.",
    ),
    "again": OperationTexts(
        "Wiederholen",
        "Zeigt Ihre letzte Änderung hier noch einmal und führt sie nach einem Klick aus.",
    ),
    "put_back": OperationTexts(
        "Abweichung zurücknehmen",
        "Stellt wieder her, was außerhalb von Park geändert wurde, und sonst nichts. Wurde es seitdem noch einmal"
        " geändert, werden alle drei Stände gezeigt, mit Nachfrage.",
        button="Wiederherstellen",
    ),
    "ask": OperationTexts(
        "Freigabe anfragen",
        "Fragt eine Freigabe für eine Änderung an, die Sie nicht selbst machen dürfen. Zuständige entscheiden im"
        " Thread. Was Sie selbst dürfen, geschieht sofort.",
        modifies="gibt es nichts freizugeben",
    ),
    "approve": OperationTexts(
        "Freigeben",
        "Gibt eine Änderung frei, die jemand angefragt hat. Sie wird ausgeführt, sobald genügend Zuständige zugestimmt"
        " haben.",
        button="Freigeben",
        card_label="Freigegeben",
    ),
    "refuse": OperationTexts(
        "Änderung ablehnen",
        "Lehnt eine angefragte Änderung ab und nennt der anfragenden Person den Grund.",
        button="Ablehnen",
        card_label="Abgelehnt",
    ),
    "decline": OperationTexts(
        "Vorschlag verwerfen",
        "Verwirft eine Änderung, die ein Workflow vorschlägt, und lässt den Workflow weiterlaufen.",
        card_label="Verworfen",
    ),
    "workflow_mistake": OperationTexts(
        "Fehler in einem Schritt", "Was das Journal von einem Schritt behält, der sich nicht lesen lässt."
    ),
    "emergency": OperationTexts(
        "Notfalländerung",
        "Macht eine Änderung sofort, nach einer Regel für Notfälle. Der Grund wird in dem Kanal gepostet, den die"
        " Richtlinie nennt, und im Verlauf behalten.",
        modifies="ist kein Notfall nötig",
    ),
    "pause": OperationTexts(
        "Park anhalten",
        "Hält alle Änderungen an, für eine Zeit oder bis jemand fortsetzt. Fragen und Vorschauen gehen weiter."
        " Befristete Änderungen enden nach der Pause.",
        card_label="Angehalten",
    ),
    "resume": OperationTexts(
        "Park fortsetzen",
        "Beendet eine Pause. Änderungen, die inzwischen hätten enden sollen, enden jetzt. Park meldet sich auch wieder"
        " an, nachdem die PBX sein Passwort abgelehnt hat.",
        card_label="Fortgesetzt",
    ),
    "preview": OperationTexts(
        "Vorschau",
        "Zeigt, was eine Zeile ändern würde, mit einer Schaltfläche zum Ausführen. Ein Fragezeichen am Zeilenende tut"
        " dasselbe.",
    ),
    "history": OperationTexts(
        "Verlauf",
        "Zeigt, wer wann was geändert hat und was daraus wurde, auch Abgelehntes, das Neueste zuerst: von einer"
        " Gruppe, durch eine Person, von einem Mitglied, oder in einem Zeitraum wie „last night“ oder „in November“."
        " Mit `as csv` als Datei, mit `as table` als Tabelle.",
    ),
    "history_table": OperationTexts(
        "Verlauf als Tabelle",
        "Zeigt als Tabelle, was `history` als Liste zeigt, ohne die Schaltflächen der Einträge, eingegrenzt wie bei"
        " `history`.",
    ),
    "history_export": OperationTexts(
        "Verlauf exportieren",
        "Sendet den Verlauf, den Sie sehen dürfen, als CSV-Datei in einer Direktnachricht, eingegrenzt wie bei"
        " `history`.",
    ),
    "export": OperationTexts(
        "Konfiguration senden",
        "Sendet die Konfiguration des Servers und aller Gruppen als YAML-Datei, zum Aufbewahren, Vergleichen oder"
        " erneuten Anwenden.",
    ),
    "export_members": OperationTexts(
        "Mitglieder exportieren",
        "Sendet alle Mitglieder mit ihren Gruppen als CSV-Datei, die sich in einer Tabelle sicher öffnen und wieder"
        " anwenden lässt.",
    ),
    "apply": OperationTexts(
        "Datei anwenden",
        "Stellt die PBX so ein, wie es in einer Datei steht: eine Konfiguration als YAML, wie `export` sie sendet, oder"
        " eine CSV-Datei aus Nebenstelle und Gruppe. Zeigt vorher, was sich ändert. Ohne Datei öffnet sich ein"
        " Formular.",
    ),
    "snapshot": OperationTexts(
        "Snapshot machen",
        "Speichert die ganze jetzige Konfiguration, um sie später wiederherzustellen. Park tut das auch jeden Tag.",
    ),
    "restore": OperationTexts(
        "Stand wiederherstellen",
        "Stellt eine Gruppe, den Server oder alles so her, wie es zu einer Zeit oder vor einer Änderung war. Zeigt"
        " vorher, was sich ändert. Seitdem angelegte Gruppen bleiben, außer mit „and delete new groups“.",
        button="Wiederherstellen",
    ),
    "access": OperationTexts(
        "Was ich darf",
        "Zeigt, was Sie hier und anderswo dürfen, und welche Regel der Richtlinie es erlaubt. `can me <line>` und"
        " `can @somebody <line>` prüfen eine Zeile, `who can <line>` prüft alle, `why 42` erklärt eine Änderung.",
    ),
    "can": OperationTexts(
        "Darf jemand das?",
        "Zeigt, ob jemand das in diesem Kanal darf, und nach welcher Regel, oder warum nicht.",
    ),
    "who_can": OperationTexts(
        "Wer darf das?",
        "Zeigt alle, denen eine Regel das erlaubt, und in welchen Kanälen.",
    ),
    "why": OperationTexts(
        "Warum eine Änderung",
        "Zeigt, welche Regel eine Änderung erlaubt hat, und ob sich die Richtlinie seitdem geändert hat.",
    ),
    "help": OperationTexts(
        "Park",
        "Erklärt einen Befehl oder ein Thema („times“, „approvals“, „policy“), oder zeigt, was Sie hier tun können.",
    ),
}
