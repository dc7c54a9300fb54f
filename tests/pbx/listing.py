"""A PBX with lists only, which varies in everything that the documentation leaves open about lists."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.pbx.scripted import ReceivedRequest, Reply, json_reply

Item = dict[str, Any]


def park_groups(count: int) -> list[Item]:
    return [{"id": f"g{place}", "name": f"Group {place}"} for place in range(count)]


@dataclass
class FakeLists:
    """Answers from `items`, by path; whether it supports filters and search, paging and counts can be chosen."""

    items: dict[str, list[Item]]
    narrows: bool = True
    refuses: bool = False
    any_case: bool = True
    counts: bool = True
    skips: bool = True
    most: int = 100
    members: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, request: ReceivedRequest) -> Reply:
        if request.path.endswith("/members"):
            return self._members(request.path.split("/")[2])
        if request.path in self.items:
            return self._page(self.items[request.path], request.query)
        path, _, thing_id = request.path.rpartition("/")
        return next((json_reply(thing) for thing in self.items[path] if thing["id"] == thing_id), Reply(404))

    def _members(self, group_id: str) -> Reply:
        if group_id not in self.members:
            return Reply(404)
        return json_reply({"items": [{"extension_number": extension} for extension in self.members[group_id]]})

    def _page(self, things: list[Item], query: dict[str, str]) -> Reply:
        narrowed = query.keys() & {"filter", "search"}
        if narrowed and self.refuses:
            return Reply(400)
        kept = [thing for thing in things if self._kept(thing, query)] if narrowed and self.narrows else things
        skip = int(query["skip"]) if self.skips else 0
        page = {"items": kept[skip : skip + min(self.most, int(query["top"]))]}
        return json_reply({**page, "count": len(kept)} if self.counts else page)

    def _kept(self, thing: Item, query: dict[str, str]) -> bool:
        if "filter" in query:
            found = re.fullmatch(r"(\w+) eq '(.*)'", query["filter"], re.DOTALL)
            assert found, query
            return self._cased(str(thing.get(found[1]))) == self._cased(found[2].replace("''", "'"))
        return any(self._cased(query["search"]) in self._cased(str(value)) for value in thing.values())

    def _cased(self, text: str) -> str:
        return text.casefold() if self.any_case else text
