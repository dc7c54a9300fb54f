"""The fields of forms: the label of each, the hint below it, and what the choice of no time is called."""

from bot.texts.english.recurrences import EXAMPLES

LABELS = {
    "group": "Park group",
    "from group": "From park group",
    "to group": "To park group",
    "new name": "Name",
    "search": "Part of a name",
    "members": "Members",
    "member": "Extension or name",
    "recall": "Where recalls go",
    "extension": "Extension",
    "call park": "Call park",
    "notification": "Notification",
    "seconds": "Time",
    "file": "Sound file",
    "set-up file": "File",
    "reason": "Reason",
    "pause reason": "Reason",
    "reason to reject": "Reason",
    "change to reject": "Change",
    "emergency line": "Change",
    "emergency reason": "Reason",
    "start": "Begins",
    "end": "Ends",
    "pause end": "Ends",
    "repetition": "Repeats",
    "restored scope": "What",
    "restored moment": "As it was on",
    "restored change": "Or as before change",
    "new groups": "Groups that were created since",
}
"""The labels, by the name of the argument's type."""

HINTS = {
    "new name": "1 to 64 characters",
    "extension": "3 to 64 digits",
    "seconds": "60 to 900 seconds: 5m, 90s or 1m30s. The PBX's default is 5m.",
    "file": "A WAV file: PCM, 16 bit, mono, 16, 32 or 48 kHz; 10 MB at most",
    "set-up file": "A set-up as YAML, or a CSV of extension and group; 1 MB at most",
    "pause reason": "People who want to make a change meanwhile will read it.",
    "reason to reject": "The person who asked for the change will read it.",
    "change to reject": "Its number is on its card.",
    "emergency line": "As you would type it: recall Sales to Night Desk for 2h",
    "emergency reason": "It is posted right away to the channel that the policy names.",
    "repetition": f"{EXAMPLES}. Empty: once.",
    "restored moment": "Such as: Friday 18:00, yesterday 9:00, 2 hours ago",
    "restored change": "Its number, such as 42",
}
"""The hints, for the types that have one."""

NO_TIMES = {
    "start": "Now",
    "end": "No end: it stays until somebody changes it",
    "pause end": "No end: until somebody resumes",
    "new groups": "Keep them",
}
"""The choice of no time, for each type of a time that a form can ask for, or of no value."""

CHOICES = {"new groups": "Delete them"}
"""The only value, for each type that has no other."""
