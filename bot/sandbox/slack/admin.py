"""Administration of the fake workspace: users, channels, user groups and files."""

from collections.abc import Collection
from urllib.parse import quote

from bot.sandbox.slack.methods.registry import direct_channel
from bot.sandbox.slack.model import Channel, File, User, UserGroup, new_id
from bot.sandbox.slack.state import SlackState


class WorkspaceAdmin:
    """Adds and changes users, channels, user groups and files."""

    state: SlackState

    def add_person(
        self,
        name: str,
        *,
        real_name: str,
        email: str | None = None,
        tz: str = "Europe/Berlin",
        locale: str = "en-US",
        guest: bool = False,
        team: str | None = None,
        admin: bool = False,
    ) -> str:
        """Adds a user and returns the id; a `team` other than the workspace's is Slack Connect."""
        person = User(id=new_id("U"), team=team or self.state.team, name=name, real_name=real_name, email=email, tz=tz)
        person.guest, person.admin, person.locale = guest, admin, locale
        with self.state.changed:
            self.state.people[person.id] = person
            self.state.changed.notify_all()
        return person.id

    def deactivate(self, user: str) -> None:
        """Deactivates a user, who stays listed as deleted."""
        with self.state.changed:
            self.state.people[user].deleted = True
            self.state.changed.notify_all()

    def add_channel(
        self, name: str, members: Collection[str], *, private: bool = False, archived: bool = False, bot: bool = True
    ) -> str:
        """Adds a channel and returns its id; the bot is a member unless `bot` is false."""
        inside = [*members, self.state.bot.id] if bot else list(members)
        channel = Channel(id=new_id("C"), name=name, members=inside, private=private, archived=archived)
        with self.state.changed:
            self.state.channels[channel.id] = channel
            self.state.changed.notify_all()
        return channel.id

    def direct(self, user: str) -> str:
        """Returns the id of the user's direct conversation with the bot."""
        return direct_channel(self.state, [user]).id

    def add_user_group(self, handle: str, members: Collection[str], *, name: str | None = None) -> str:
        """Adds a user group and returns its id."""
        group = UserGroup(id=new_id("S"), handle=handle, name=name or handle, members=list(members))
        with self.state.changed:
            self.state.groups[group.id] = group
            self.state.changed.notify_all()
        return group.id

    def add_file(
        self, user: str, name: str, content: bytes, *, channel: str | None = None, id: str | None = None
    ) -> str:
        """Adds a user's file and returns its id; without `channel` it is not shared."""
        key = id or new_id("F")
        url = f"{self.state.base}/files-pri/{self.state.team}-{key}/download/{quote(name)}"
        file = File(id=key, name=name, length=len(content), url=url, content=content, channel=channel, user=user)
        with self.state.changed:
            self.state.files[key] = file
            self.state.changed.notify_all()
        return key

    def invite(self, channel: str, user: str) -> None:
        with self.state.changed:
            if user not in self.state.channels[channel].members:
                self.state.channels[channel].members.append(user)
            self.state.changed.notify_all()

    def kick(self, channel: str, user: str) -> None:
        with self.state.changed:
            self.state.channels[channel].members.remove(user)
            self.state.changed.notify_all()

    def archive(self, channel: str, archived: bool = True) -> None:
        with self.state.changed:
            self.state.channels[channel].archived = archived
            self.state.changed.notify_all()

    def rename(self, channel: str, name: str) -> None:
        with self.state.changed:
            self.state.channels[channel].name = name
            self.state.changed.notify_all()
