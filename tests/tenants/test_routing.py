"""Each gesture reaches the PBX of its channel, or the one that the person means; any other is answered."""

from collections.abc import Iterator

import pytest

from tests.tenants.several import BERLIN, MUNICH, PARIS, SeveralPbxs

SAME = {BERLIN, MUNICH, PARIS}


def changed(park: SeveralPbxs, extension: str = "1001") -> set[str]:
    """The PBXs on which Sales has the extension."""
    return {name for name in SAME if extension in park.members(name)}


def _home(park: SeveralPbxs) -> str:
    home = park.slack.home(park.people["ana"])
    return home.plain if home is not None else ""


@pytest.mark.parametrize("name", [BERLIN, MUNICH])
def test_a_command_changes_the_pbx_of_its_channel_alone(park: SeveralPbxs, name: str) -> None:
    park.type("add 1001 to Sales", name)
    assert changed(park) == {name}
    park.slack.click(park.people["ana"], park.card(name), label="Undo")
    park.settle()
    assert changed(park) == set()


def test_a_mention_changes_the_pbx_of_its_channel_alone(park: SeveralPbxs) -> None:
    park.slack.say(park.people["ana"], park.channels[MUNICH], f"<@{park.slack.bot_user}> add 1001 to Sales")
    park.slack.wait_for(lambda: changed(park))
    park.settle()
    assert changed(park) == {MUNICH}


def test_each_pbx_counts_its_own_changes(one_way: SeveralPbxs) -> None:
    for name in (BERLIN, MUNICH):
        one_way.type("add 1001 to Sales", name)
        assert "#1 ·" in one_way.card(name).plain
    one_way.type("history", MUNICH)
    assert "#2" not in one_way.seen(MUNICH)[-1].plain


def test_a_channel_of_no_pbx_is_told_so_and_what_to_do(park: SeveralPbxs) -> None:
    random = park.channels["random"]
    said = park.type("add 1001 to Sales", "random")
    assert said.startswith("Nothing was done: this channel belongs to no PBX of Park's.")
    assert f"can add {random} to the channels of a PBX in park.toml" in said
    park.slack.say(park.people["ana"], random, f"<@{park.slack.bot_user}> add 1001 to Sales")
    park.slack.wait_for(lambda: len(park.slack.ephemerals(park.people["ana"], random)) == 2)
    assert changed(park) == set()


def test_a_message_that_is_not_for_park_is_not_answered(park: SeveralPbxs) -> None:
    park.slack.say(park.people["ana"], park.channels["random"], "good morning")
    park.settle()
    assert len(park.seen("random")) == 1


@pytest.mark.parametrize(("person", "name"), [("ben", BERLIN), ("eve", MUNICH), ("ada", PARIS)])
def test_whoever_has_rights_on_one_pbx_means_that_one(park: SeveralPbxs, person: str, name: str) -> None:
    park.write("request add 1001 to Sales", person)
    assert [one.request.user for one in park.tenant(name).journal.recent(5)] == [park.people[person]]
    for other in SAME - {name}:
        assert not park.tenant(other).journal.recent(5)


def test_whoever_has_rights_on_several_is_asked_once_and_the_line_is_run(park: SeveralPbxs) -> None:
    asked = park.write("add 1001 to Sales")
    assert asked.startswith("*Which PBX do you mean?*\nNothing was done yet. Your choice runs the line.")
    assert "[Berlin]  [Munich]  [Paris]" in asked
    question = next(one for one in park.seen("") if "Which PBX" in one.plain)
    park.slack.click(park.people["ana"], question, label="Munich")
    park.slack.wait_for(lambda: changed(park))
    park.settle()
    assert changed(park) == {MUNICH}
    assert "Direct messages and the Home tab are about Munich." in "\n".join(one.plain for one in park.seen(""))
    park.write("add 1005 to Sales")
    assert changed(park, "1005") == {MUNICH}


def test_a_slash_command_in_a_direct_message_is_asked_about_too(park: SeveralPbxs) -> None:
    assert "Which PBX do you mean?" in park.type("add 1001 to Sales", "")
    park.slack.click(park.people["ana"], park.slack.ephemerals(park.people["ana"])[-1], label="Paris")
    park.slack.wait_for(lambda: changed(park))
    park.settle()
    assert changed(park) == {PARIS}


def test_the_choice_is_changed_by_a_line_and_survives_a_restart(one_way: SeveralPbxs) -> None:
    assert one_way.write("pbx Munich").startswith("*Direct messages and the Home tab are about Munich.*")
    one_way.restart()
    one_way.write("add 1001 to Sales")
    assert changed(one_way) == {MUNICH}
    assert "about Paris" in one_way.type("pbx paris", "")
    one_way.write("add 1005 to Sales")
    assert changed(one_way, "1005") == {PARIS}
    assert "you have no PBX “rome”. There are berlin, munich and paris." in one_way.write("pbx rome")
    assert one_way.type("pbx", MUNICH) == "This channel belongs to Munich."


@pytest.mark.parametrize("line", ["pbx", "pbx paris"])
def test_whoever_asks_in_a_channel_is_told_its_pbx_by_a_mention_as_by_a_command(park: SeveralPbxs, line: str) -> None:
    user, channel = park.people["ana"], park.channels[MUNICH]
    park.slack.say(user, channel, f"<@{park.slack.bot_user}> {line}")
    (answer,) = park.slack.wait_for(lambda: park.slack.ephemerals(user, channel))
    typed = park.type(line, MUNICH)
    for said in (answer.plain, typed):
        assert "This channel belongs to Munich." in said
        assert ("`pbx NAME` to Park alone" in said or "pbx NAME to Park alone" in said) is (line != "pbx")


@pytest.mark.parametrize("line", ["pbx paris", "@park pbx paris"])
def test_a_choice_in_a_direct_message_may_mention_park(one_way: SeveralPbxs, line: str) -> None:
    assert "about Paris" in one_way.write(line.replace("@park", f"<@{one_way.slack.bot_user}>"))


def test_a_line_that_mentions_park_in_a_direct_message_is_run_by_the_choice(one_way: SeveralPbxs) -> None:
    one_way.write(f"<@{one_way.slack.bot_user}> add 1001 to Sales")
    question = next(one for one in one_way.seen("") if "Which PBX" in one.plain)
    one_way.slack.click(one_way.people["ana"], question, label="Munich")
    one_way.slack.wait_for(lambda: changed(one_way))
    one_way.settle()
    assert changed(one_way) == {MUNICH}


def test_whoever_has_no_rights_learns_no_name(park: SeveralPbxs) -> None:
    for said in (park.write("groups", "gil"), park.write("pbx", "gil"), park.write("pbx munich", "gil")):
        assert said.startswith("*Nothing was done: no PBX of Park's allows you anything in direct messages")
        assert not any(name in said.lower() for name in SAME)


def test_whoever_has_rights_on_one_pbx_learns_no_other_name(park: SeveralPbxs) -> None:
    park.slack.open_home(park.people["ben"])
    park.settle()
    home = park.slack.wait_for(lambda: park.slack.home(park.people["ben"]))
    assert home is not None
    assert "Direct messages and the Home tab are about Berlin." in home.plain
    assert "Munich" not in home.plain
    assert "you have no PBX “munich”. There is berlin." in park.write("pbx munich", "ben")


def test_home_shows_the_chosen_pbx_and_the_choice(park: SeveralPbxs) -> None:
    ana = park.people["ana"]
    park.slack.open_home(ana)
    first = park.slack.wait_for(lambda: park.slack.home(ana))
    assert first is not None
    assert first.plain.startswith("*Which PBX do you mean?*")
    park.slack.click(ana, first, label="Munich")
    park.slack.wait_for(lambda: "about Munich" in _home(park))
    park.type("add 1001 to Sales", BERLIN)  # a change on another PBX does not bring that PBX's tab back
    park.settle()
    home = park.slack.wait_for(lambda: park.slack.home(ana))
    assert home is not None
    assert "about Munich" in home.plain
    assert "1001" not in home.plain.split("13 park groups")[1].split("Support")[0]
    park.slack.click(ana, home, label="Berlin")
    park.slack.wait_for(lambda: "about Berlin" in _home(park))


def test_a_shortcut_asks_and_goes_on_in_the_same_view(park: SeveralPbxs) -> None:
    ana = park.people["ana"]
    assert park.slack.shortcut(ana, "park:panel").ok
    view = park.slack.wait_for(lambda: park.slack.views_of(ana))[-1]
    assert "Which PBX do you mean?" in view.plain
    park.slack.click(ana, view, label="Munich")
    park.slack.wait_for(lambda: "What do you want to do?" in park.slack.view(ana).plain)
    assert "Munich" in park.slack.view(ana).plain
    assert len(park.slack.views_of(ana)) == 1


def test_a_second_click_on_the_question_runs_its_line_once(one_way: SeveralPbxs) -> None:
    one_way.type("create Night", "")
    question = one_way.slack.ephemerals(one_way.people["ana"])[-1]
    for _ in range(2):
        one_way.slack.click(one_way.people["ana"], question, label="Paris")
        one_way.settle()
    assert len(one_way.tenant(PARIS).journal.recent(5)) == 1


def test_a_pbx_that_could_not_be_started_is_named_and_the_others_work(one_way: SeveralPbxs) -> None:
    one_way.allowed[MUNICH] = []  # its policy names nobody, which is a mistake
    one_way.restart()
    assert "Park could not begin to serve Munich, and tries again by itself" in one_way.type(
        "add 1001 to Sales", MUNICH
    )
    one_way.type("add 1001 to Sales", BERLIN)
    assert changed(one_way) == {BERLIN}


@pytest.mark.parametrize("name", [BERLIN, MUNICH])
def test_a_step_of_a_workflow_asks_about_the_pbx_of_its_channel(park: SeveralPbxs, name: str) -> None:
    inputs = {"channel_id": park.channels[name], "action": "add", "members": "1001", "group": "Sales"}
    execution, ack = park.slack.run_step("members", inputs)
    assert ack.ok
    park.settle()
    park.slack.click(park.people["ana"], park.slack.messages(park.channels[name])[-1], label="Do it")
    park.settle()
    assert changed(park) == {name}
    assert execution.outputs["outcome"] == "done"


@pytest.mark.parametrize("place", ["random", None])
def test_a_step_of_a_workflow_in_a_channel_of_no_pbx_ends_with_the_reason(
    one_way: SeveralPbxs, place: str | None
) -> None:
    where = {"channel_id": one_way.channels[place]} if place else {}
    execution, ack = one_way.slack.run_step("show_group", {**where, "group": "Sales"})
    assert ack.ok
    one_way.settle()
    assert execution.status == "failed"
    assert "channel" in (execution.error or "")


@pytest.fixture
def german() -> Iterator[SeveralPbxs]:
    """Ida reads German; she may do something on each PBX."""
    with SeveralPbxs() as running:
        running.add_lead("ida", real_name="Ida Sommer", locale="de-DE")
        yield running


def test_what_no_pbx_answers_is_in_the_language_of_whoever_asks(german: SeveralPbxs) -> None:
    german.write("groups", "ida")  # from here on it is known how she reads
    assert german.type("groups", "random", "ida").startswith("Es wurde nichts getan")
    assert "Welche PBX" in german.type("groups", "", "ida")
    assert german.type("groups", "random", "ana").startswith("Nothing was done")
    assert "Which PBX" in german.type("groups", "", "ana")


@pytest.mark.parametrize(("person", "said"), [("ida", "Home-Tab: Munich"), ("ana", "are about Munich")])
def test_the_choice_on_a_home_tab_is_in_the_language_of_its_reader(german: SeveralPbxs, person: str, said: str) -> None:
    user = german.people[person]
    german.type("pbx munich", "", person)
    for _ in range(2):
        german.slack.open_home(user)
        german.settle()
    german.type("add 1001 to Sales", MUNICH, "ana" if person == "ida" else "ida")  # has all tabs drawn again
    home = german.slack.home(user)
    assert home is not None
    assert said in home.plain


def test_whoever_lost_their_rights_on_the_chosen_pbx_can_choose_the_other_one(one_way: SeveralPbxs) -> None:
    ben = one_way.people["ben"]
    one_way.allowed[MUNICH].append("ben")
    one_way.restart()
    one_way.type("pbx munich", "", "ben")
    one_way.allowed[MUNICH].remove("ben")
    one_way.restart()
    one_way.slack.open_home(ben)
    one_way.settle()
    before = one_way.slack.home(ben)
    assert before is not None
    assert one_way.slack.click(ben, before, label="Berlin").ok
    one_way.settle()
    home = one_way.slack.home(ben)
    assert home is not None
    assert "about Berlin" in home.plain
    assert "You may" in home.plain
