"""The operations: what each is called on buttons and forms, and what help says of it."""

from bot.texts.operation_texts import OperationTexts

APPLY = "Apply"
"""The button that applies the preview of a change that has no button of its own."""

TEXTS = {
    "groups": OperationTexts(
        "List groups",
        "Lists the park groups and where their unanswered parked calls go. Part of a name narrows the list.",
    ),
    "find": OperationTexts(
        "Find somebody",
        "Shows which park group somebody is in. The extension alone is enough.",
    ),
    "group": OperationTexts(
        "Show a group",
        "Shows a park group: where its unanswered parked calls go, and its members. The name alone is enough.",
    ),
    "add": OperationTexts(
        "Add members",
        "Adds users to a park group, in this order: by extension, range, name or @mention. A user can be in"
        " one park group only.",
    ),
    "remove": OperationTexts(
        "Remove members",
        "Removes users from a park group; without a group, from the one they are in.",
    ),
    "move": OperationTexts(
        "Move members",
        "Moves users to another park group. Both steps happen, or neither.",
    ),
    "recall": OperationTexts(
        "Change recall",
        "Sends a park group's unanswered calls to the user who parked them (user), to a ring group, or to"
        " that user first and then to a ring group.",
    ),
    "create": OperationTexts(
        "Create a group",
        "Creates an empty park group. Its unanswered calls go back to the user who parked them, unless you"
        " name a ring group.",
    ),
    "rename": OperationTexts(
        "Rename a group",
        "Renames a park group. Its members and its recall target stay the same.",
    ),
    "delete": OperationTexts(
        "Delete a group",
        "Deletes a park group, after showing what will be lost. The users themselves stay.",
        button="Delete",
    ),
    "server": OperationTexts(
        "The call park server",
        "Shows the call park server's settings, and the star codes that phones dial.",
    ),
    "server_recall": OperationTexts(
        "Server recall",
        "Sends unanswered calls parked outside a group to the user who parked them, to a ring group, or to"
        " both in turn.",
    ),
    "server_recall_time": OperationTexts(
        "Recall time",
        "Sets how long a parked call waits before it is recalled: 1 to 15 minutes, for every group.",
    ),
    "server_recall_ring_group_time": OperationTexts(
        "Ring group time",
        "Sets how long a recall rings the user before it goes on to the ring group: 1 to 15 minutes, for every group.",
    ),
    "server_extension": OperationTexts(
        "Server extension",
        "Changes the call park server's extension, to a number that nothing else uses.",
    ),
    "server_prompt": OperationTexts(
        "Server prompt",
        "Replaces the call park server's prompt with a WAV file. Without a file, a form opens to choose one.",
        button="Set prompt",
    ),
    "server_enabled": OperationTexts(
        "Switch call park",
        "Switches call park on or off for everybody. “off” asks for confirmation.",
    ),
    "server_notify": OperationTexts(
        "Notify the parking user",
        "Switches on or off that the user who parked a call is notified; for a PBX from PortSIP 22.6 on.",
    ),
    "pending": OperationTexts(
        "What is pending",
        "Lists the changes that are scheduled, temporary or waiting for approval, and those whose outcome is unknown."
        " Add `as table` to get a table.",
    ),
    "pending_table": OperationTexts(
        "Pending as table",
        "Shows what `pending` lists as a table, without the buttons of each row.",
    ),
    "schedules": OperationTexts(
        "Schedules",
        "Lists the recurring schedules, of one group or all, each with its next three times and its buttons. Add"
        " `as table` to get a table.",
    ),
    "schedules_table": OperationTexts(
        "Schedules as table",
        "Shows what `schedules` lists as a table, without the buttons of each row.",
    ),
    "extend": OperationTexts(
        "Extend",
        "Changes when a temporary change ends: later by some time (for 1h), or at a set time (until 20:00).",
        card_label="Extended",
    ),
    "keep": OperationTexts(
        "Keep",
        "Makes a temporary change permanent.",
        card_label="Kept",
    ),
    "now": OperationTexts(
        "Do it now",
        "Starts a scheduled change now.",
        card_label="Started early",
    ),
    "cancel": OperationTexts(
        "Cancel",
        "Cancels a scheduled change, or a request for approval. To reverse a change that was made, use undo.",
        card_label="Cancelled",
    ),
    "skip": OperationTexts(
        "Skip",
        "Leaves out the next time of a schedule, or ends what it has set now until its next time. With an"
        " end, it leaves out every time until then.",
        card_label="Skipped",
    ),
    "pause_schedule": OperationTexts(
        "Pause a schedule",
        "Stops a schedule until it is resumed. What it has set now stays until its end.",
        card_label="Paused",
    ),
    "resume_schedule": OperationTexts(
        "Resume a schedule",
        "Lets a paused schedule go on.",
        card_label="Resumed",
    ),
    "delete_schedule": OperationTexts(
        "Delete a schedule",
        "Deletes a schedule. What it has set now ends at once.",
        card_label="Deleted",
    ),
    "adopt": OperationTexts(
        "Adopt a schedule",
        "Takes a schedule over from somebody who may not make its change any more, or has left. It goes on in"
        " your name.",
        card_label="Adopted",
    ),
    "undo": OperationTexts(
        "Undo a change",
        "Undoes one change and nothing else. Ends a temporary change now, and cancels a scheduled one. If"
        " somebody has changed the same thing since, it shows all three states and asks.",
        button="Undo",
    ),
    "undo_last": OperationTexts(
        "Undo",
        "Shows your last change here, or the last one of a group or of the server, and undoes it when you click.",
    ),
    "end": OperationTexts(
        "End a temporary change",
        "Shows what is temporary of a group, of the server, or of your own changes here, and ends it when you click.",
    ),
    "again": OperationTexts(
        "Do it again",
        "Shows your last change here, to be made again, and makes it when you click.",
    ),
    "put_back": OperationTexts(
        "Put back a drift",
        "Restores what was changed outside Park, and nothing else. If it has been changed again since, it"
        " shows all three states and asks.",
        button="Put it back",
    ),
    "ask": OperationTexts(
        "Ask for approval",
        "Asks for approval of a change that you can't make yourself. The approvers decide in the thread. What"
        " you may do yourself is done right away.",
        modifies="there is nothing to approve",
    ),
    "approve": OperationTexts(
        "Approve",
        "Approves a change that somebody asked for. It is made as soon as enough approvers have agreed.",
        button="Approve",
        card_label="Approved",
    ),
    "refuse": OperationTexts(
        "Reject a change",
        "Rejects a change that somebody asked for, and tells them the reason.",
        button="Reject",
        card_label="Rejected",
    ),
    "emergency": OperationTexts(
        "Emergency change",
        "Makes a change right away under a rule for emergencies. The reason is posted to the channel that the"
        " policy names, and kept in the history.",
        modifies="it needs no emergency",
    ),
    "decline": OperationTexts(
        "Decline a proposal",
        "Declines a change that a workflow proposes, and lets the workflow go on.",
        card_label="Declined",
    ),
    "workflow_mistake": OperationTexts("Mistake in a step", "What the journal keeps of a step that can't be read."),
    "pause": OperationTexts(
        "Pause Park",
        "Stops all changes, for a time or until somebody resumes. Questions and previews still work."
        " Temporary changes end when the pause is over.",
        card_label="Paused",
    ),
    "resume": OperationTexts(
        "Resume Park",
        "Ends a pause. Changes that should have ended meanwhile end now. Also lets Park sign in again after"
        " the PBX has rejected its password.",
        card_label="Resumed",
    ),
    "preview": OperationTexts(
        "Preview",
        "Shows what a line would change, with a button to run it. A question mark at the end of a line does the same.",
    ),
    "history": OperationTexts(
        "History",
        "Shows who changed what and when, and what came of it, refusals included, newest first: of a group,"
        " by a person, of a member, or in a period such as last night or in November. Add `as csv` to get a"
        " file, or `as table` to get a table.",
    ),
    "history_table": OperationTexts(
        "History as table",
        "Shows what `history` lists as a table, without the buttons of each entry, narrowed like `history`.",
    ),
    "history_export": OperationTexts(
        "Export history",
        "Sends you the history that you may see as a CSV file in a direct message, narrowed like `history`.",
    ),
    "export": OperationTexts(
        "Export the set-up",
        "Sends you the set-up of the server and of all groups as a YAML file, to keep, to compare or to apply again.",
    ),
    "export_members": OperationTexts(
        "Export the members",
        "Sends you all members with their groups as a CSV file, safe to open in a spreadsheet and to apply again.",
    ),
    "apply": OperationTexts(
        "Apply a file",
        "Makes the PBX as a file says: a set-up as YAML, as `export` sends it, or a CSV of extension and"
        " group. Shows first what would change. Without a file, a form opens to choose one.",
    ),
    "snapshot": OperationTexts(
        "Take a snapshot",
        "Keeps the whole set-up as it is now, so that you can restore it later. Park does the same every day.",
    ),
    "restore": OperationTexts(
        "Restore the set-up",
        "Makes a group, the server or everything as it was at a time, or before a change. Shows first what"
        " would change. Groups that were created since stay, unless you add: and delete new groups.",
        button="Restore",
    ),
    "access": OperationTexts(
        "What I may do",
        "Shows what you may do, here and elsewhere, and which rule of the policy allows it. `can me <line>`"
        " and `can @somebody <line>` check one line, `who can <line>` checks everybody, `why 42` explains one"
        " change.",
    ),
    "can": OperationTexts(
        "May somebody?",
        "Shows whether somebody may do that in this channel, and by which rule, or why not.",
    ),
    "who_can": OperationTexts(
        "Who may?",
        "Shows everybody whom a rule allows to do that, and in which channels.",
    ),
    "why": OperationTexts(
        "Why a change",
        "Shows which rule allowed a change, and whether the policy has changed since.",
    ),
    "help": OperationTexts(
        "Park",
        "Explains a command or a topic (times, approvals, policy), or lists what you can do here.",
    ),
}
"""The texts of each operation, by its id."""
