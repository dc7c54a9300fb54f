"""What an operation touches: the call park server, or one park group."""

from pydantic import BaseModel, ConfigDict


class Target(BaseModel):
    """A park group by id and by the name it had; a group not yet created has a name only; the server has neither."""

    model_config = ConfigDict(frozen=True)

    id: str | None = None
    name: str | None = None

    @property
    def is_server(self) -> bool:
        return self.name is None

    @property
    def key(self) -> str:
        """What a change holds it by: the id, for a group can be called by several names."""
        return self.id or self.title

    @property
    def title(self) -> str:
        """As people call it."""
        return self.name or "the call park server"


SERVER = Target()
