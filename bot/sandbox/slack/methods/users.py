"""People and user groups."""

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.methods import method
from bot.sandbox.slack.methods.paging import page
from bot.sandbox.slack.model import Json, Person
from bot.sandbox.slack.state import State


@method("users.info", "users:read")
def users_info(state: State, args: Json) -> Json:
    person = state.people.get(str(args.get("user")))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _shown(state, person)}


@method("users.list", "users:read")
def users_list(state: State, args: Json) -> Json:
    people, cursor = page(list(state.people.values()), args)
    return {"members": [_shown(state, p) for p in people], "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", "users:read.email")
def lookup_by_email(state: State, args: Json) -> Json:
    email = str(args.get("email") or "").lower()
    found = next((p for p in state.people.values() if p.email and p.email.lower() == email), None)
    if found is None or found.team != state.team:
        raise SlackError("users_not_found")
    return {"user": _shown(state, found)}


@method("usergroups.list", "usergroups:read")
def usergroups_list(state: State, args: Json) -> Json:
    def shown(group_id: str) -> Json:
        group = state.groups[group_id]
        entry: Json = {"id": group.id, "team_id": state.team, "is_usergroup": True, "name": group.name}
        entry |= {"handle": group.handle, "user_count": len(group.members), "date_delete": 0}
        return entry | ({"users": group.members} if args.get("include_users") in ("1", "true", True) else {})

    return {"usergroups": [shown(group_id) for group_id in state.groups]}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(state: State, args: Json) -> Json:
    group = state.groups.get(str(args.get("usergroup")))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def _shown(state: State, person: Person) -> Json:
    """The user object; the address is there with the scope for it only, and of the own workspace's people only."""
    profile: Json = {"real_name": person.real_name, "display_name": person.real_name, "team": person.team}
    if "users:read.email" in state.scopes and person.email and person.team == state.team:
        profile["email"] = person.email
    shown: Json = {"id": person.id, "team_id": person.team, "name": person.name, "real_name": person.real_name}
    return shown | {
        "deleted": person.deleted,
        "tz": person.tz,
        "profile": profile,
        "is_admin": person.admin,
        "is_owner": False,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
        "is_bot": person.bot_id is not None,
        "is_app_user": False,
        "is_stranger": person.team != state.team,
    }
