"""A peace committee writes from its group: only what is for the bot is kept, and the group may move."""

from collections.abc import Callable
from typing import Any

import pytest

from mbiu import delivery, vault
from mbiu.codes import AddressKind, ContactRole
from mbiu.launch import programs
from mbiu.launch.process import stop_all
from tests import cast, forks
from tests.doubles import TelegramDouble
from tests.webhooks.calls import wait

pytestmark = pytest.mark.timeout(90)

Rows = Callable[..., list[tuple[Any, ...]]]
Launch = Callable[[str], Any]
AMINA, JOSEPH = 700_100_200, 700_300_400
GROUP, FORUM = -4_001, -1_002_000_000_001
FIRE = "/report Houses are burning in Bwera"
STORED = "SELECT count(*) FROM message WHERE direction = 'in'"


def committee(chat: int = GROUP) -> None:
    chats = {"kind": AddressKind.TELEGRAM, "channel": "telegram"}
    cast.person("KTD-12", str(chat), role=ContactRole.COMMITTEE, **chats)


def stored(rows: Rows) -> int:
    return int(rows(STORED)[0][0])


def reporters(rows: Rows) -> list[str]:
    query = "SELECT c.code FROM report r JOIN contact c ON c.id = r.contact_id ORDER BY r.created_at"
    return [code for (code,) in rows(query)]


def test_the_committee_is_the_source_and_its_talk_is_not_kept(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    committee()
    telegram.privacy = False
    launch("bot")
    telegram.inject_said(GROUP, JOSEPH, "The meeting is at ten, canary-7741")
    telegram.inject_said(GROUP, AMINA, FIRE)
    telegram.inject_said(GROUP, JOSEPH, "May they be safe, canary-7741")
    wait(lambda: not telegram.pending)
    assert (stored(rows), reporters(rows)) == (1, ["KTD-12"])
    ((row_id, text),) = rows("SELECT id, text FROM message WHERE direction = 'in'")
    assert "Bwera" in vault.unseal("message", "text", row_id, text)
    ((author,),) = rows("SELECT author FROM message WHERE direction = 'in'")
    assert author
    assert str(AMINA) not in author


def test_the_answer_comes_into_the_topic_of_the_report(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    committee(FORUM)
    telegram.found(FORUM, topics=(7,))
    launch("bot")
    telegram.inject_said(FORUM, AMINA, FIRE, topic=7)
    wait(lambda: rows("SELECT 1 FROM delivery"))
    wait(lambda: delivery.deliver() and telegram.sent)
    assert [(message.chat_id, message.topic) for message in telegram.sent] == [(FORUM, 7)]


@pytest.mark.parametrize("tell", [("to", "from"), ("from", "to"), ("to",), ("from",)])
def test_a_group_that_becomes_a_supergroup_stays_the_same_committee(
    launch: Launch, telegram: TelegramDouble, rows: Rows, tell: tuple[str, ...], settings: object
) -> None:
    committee()
    launch("bot")
    telegram.inject_said(GROUP, AMINA, FIRE)
    telegram.migrate(GROUP, FORUM, tell=tell)
    telegram.inject_said(FORUM, AMINA, "/report NEW The bridge at Kilembe is broken")
    wait(lambda: stored(rows) == 2)
    assert reporters(rows) == ["KTD-12", "KTD-12"]
    assert rows("SELECT count(*) FROM address") == [(1,)]


def test_a_report_from_the_supergroup_that_overtakes_the_news_of_the_move_is_the_committees(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    committee()
    launch("bot")
    telegram.inject_said(FORUM, AMINA, FIRE)
    telegram.migrate(GROUP, FORUM)
    wait(lambda: not telegram.pending)
    assert reporters(rows) == ["KTD-12"]
    assert rows("SELECT count(*) FROM contact") == [(1,)]
    assert rows("SELECT count(*) FROM vault") == [(1,)]


def test_a_group_that_put_the_bot_out_is_noted_and_welcome_again(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    committee()
    launch("bot")
    telegram.kick(GROUP)
    wait(lambda: rows("SELECT blocked_at IS NOT NULL FROM address") == [(True,)])
    telegram.bring_back(GROUP)
    wait(lambda: rows("SELECT blocked_at IS NULL FROM address") == [(True,)])


def test_a_conversation_goes_on_with_whichever_bot_lives(
    launch: Launch, telegram: TelegramDouble, rows: Rows, environment: dict[str, str]
) -> None:
    """Two bots poll; the one is killed in the middle, the other restarted: neither remembers anything."""
    pair = [forks.forked(programs.bot(environment)) for _ in range(2)]
    for child in pair:
        child.start(lambda _name, _line: None)
    telegram.inject_text(AMINA, "Houses are burning near the river")
    wait(lambda: stored(rows) == 1)
    pair[0].kill()
    telegram.inject_location(AMINA, 0.04, 29.77)
    wait(lambda: stored(rows) == 2, 40)
    stop_all(pair)
    telegram.inject_album(AMINA, [b"\xff\xd8 smoke", b"\xff\xd8 more smoke"])
    launch("bot")
    wait(lambda: stored(rows) == 4)
    assert rows("SELECT count(*) FROM report") == [(1,)]
    assert rows("SELECT count(DISTINCT report_id), count(report_id) FROM message WHERE direction = 'in'") == [
        (1, 4)
    ]


def test_the_steps_of_a_live_location_do_not_become_messages(
    launch: Launch, telegram: TelegramDouble, rows: Rows
) -> None:
    launch("bot")
    telegram.inject_text(AMINA, "Houses are burning near the river")
    number = telegram.inject_live(AMINA, 0.04, 29.77)
    for step in range(30):
        telegram.inject_step(AMINA, number, 0.04 + step * 1e-5, 29.77, later=10 * step)
    telegram.inject_step(AMINA, number, 0.05, 29.77, later=400)
    wait(lambda: not telegram.pending)
    assert rows("SELECT count(*) FROM message WHERE location IS NOT NULL") == [(2,)]
    assert rows("SELECT count(*) FROM report") == [(1,)]


def test_by_the_web_hook_a_mention_waits_until_the_bot_has_learnt_its_name(
    launch: Launch, telegram: TelegramDouble, rows: Rows, environment: dict[str, str], settings: object
) -> None:
    committee()
    telegram.token, right = "7000000001:not-known-yet", telegram.token
    hooks = launch("hooks")
    secret = environment["MBIU_TELEGRAM_HOOK_SECRET"]
    telegram.api_setwebhook({"url": f"{hooks.url}/hooks/telegram", "secret_token": secret})
    telegram.inject_said(GROUP, AMINA, "@mbiu_test_bot Houses are burning in Bwera")
    wait(lambda: telegram.hook_answers)
    assert {status for _, status in telegram.hook_answers} == {503}
    telegram.token = right
    wait(lambda: not telegram.pending)
    assert (stored(rows), reporters(rows)) == (1, ["KTD-12"])
