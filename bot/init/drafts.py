"""What is to be written, made of the answers; nothing is, yet."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from bot.checking import outcome
from bot.errors import PolicyError
from bot.init.env_file import merged, read_only_comment
from bot.init.known import Known
from bot.init.pbx_address import SAVED, Address
from bot.init.policy_file import policy_text
from bot.init.rights import Rights
from bot.init.writing import Draft
from bot.policy import read_policy


def drafts(
    known: Known,
    where: Address,
    rights: Rights | None,
    groups: list[str],
    values: Mapping[str, str | None],
    now: datetime,
) -> Iterator[Draft]:
    """The environment last, for it names the others. Without rights, the policy that is there stays."""
    if where.pem:
        yield Draft(file=known.folder / SAVED, text=where.pem)
    if rights is not None:
        file = known.policy_file
        keeps = file.with_name(f"{file.stem}.until-{now:%Y%m%d-%H%M%S}{file.suffix}") if file.exists() else None
        yield Draft(file=file, text=policy_text(rights, groups, now.date()), keeps=keeps)
    yield Draft(file=known.env_file, text=_env(known, values, now.date()), secret=True)


def check_policy(draft: Draft, spare: Path) -> None:
    """Read it and hold it to its own examples, in the folder `spare`; raise PolicyError."""
    tried = spare / draft.file.name
    tried.write_text(draft.text, encoding="utf-8")
    policy = read_policy(tried)
    for example in policy.example:
        found, why = outcome(policy, example)
        if found != example.expect:
            raise PolicyError(f"The policy would not do what it should: {example.line} came out as {found}. {why}")


def _env(known: Known, values: Mapping[str, str | None], today: date) -> str:
    return merged(known.env, values, {"PARK_READ_ONLY": read_only_comment(today)})
