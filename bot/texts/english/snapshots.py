"""What set-up files and snapshots hold and what they do not, and how far a restoration goes by them."""

ONE_TIME = "Enter one of both: a time, or the number of a change."
NO_SNAPSHOT = "There is no snapshot: it is computed from what was changed since, as far as Park knows of it."


def first_snapshot(taken: str) -> str:
    """A time before the first snapshot."""
    return f"The first snapshot is of {taken}: how it was before is computed from what Park knows was changed since."


def far_snapshot(taken: str) -> str:
    """A time long after the last snapshot before it."""
    return (
        f"Goes by the snapshot of {taken}, as old ones are kept weekly. What others changed since then counts only as"
        " far as Park knows of it."
    )


def same_as_then(what: str, when: str) -> str:
    """Nothing to restore."""
    return f"{what[:1].upper()}{what[1:]}: nothing differs from how it was {when}."


def newer_version(version: str, known: int) -> str:
    """A file of a newer Park."""
    return (
        f"version {version} of set-up files is newer than this Park, which reads version {known}: update Park, or"
        " export the file with this one"
    )


def prompt_left_out(name: str) -> str:
    """The sound file that is in no file and no snapshot."""
    return (
        f"The prompt {name} is not in it, as the PBX gives no sound file out: keep it, and set it with: server prompt."
    )


def only_new_groups(text: str) -> str:
    """Words where only what may be deleted with a restoration can stand."""
    return f"“{text[:80]}” can't stand there. Only new groups can be deleted with it; end with: and delete new groups."


NEW_ONLY_WITH_EVERYTHING = (
    "New groups are deleted only when everything is restored: restore everything to … and delete new groups."
)
