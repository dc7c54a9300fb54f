"""All that a probe learns, in the order in which it can be tried."""

from collections.abc import Callable, Mapping

from bot.doctor.probe import members, names, tokens, updates
from bot.doctor.probe.ground import Ground
from bot.doctor.probe.trying import Learnt

LESSONS: Mapping[str, Callable[[Ground], Learnt]] = {
    "refresh_tokens": tokens.refresh_tokens,
    "blanks_shown": updates.blanks_shown,
    "update": updates.update,
    "unknown_fields": updates.unknown_fields,
    "id_field": updates.id_field,
    "shown_fields": updates.shown_fields,
    "null": updates.null,
    "empty": updates.empty,
    "missing": updates.missing,
    "duplicate_name": names.duplicate_name,
    "filter": names.filter,
    "filter_case": names.filter_case,
    "search": names.search,
    "unknown_extension": members.unknown_extension,
    "not_a_member": members.not_a_member,
    "member_order": members.member_order,
    "member_twice": members.member_twice,
    "member_elsewhere": members.member_elsewhere,
    "delete_with_members": members.delete_with_members,
}
