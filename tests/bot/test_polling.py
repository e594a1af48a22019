"""Amina writes to the bot; it is killed, the database goes, Telegram stutters: no message is lost."""

import io
import signal
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from PIL import Image
from sqlalchemy.engine import make_url

from mbiu import delivery, spool, texts, vault
from mbiu.launch import programs
from mbiu.launch.process import Child, stop_all
from tests import forks
from tests.doubles import TelegramDouble
from tests.webhooks.calls import wait
from tests.webhooks.line import Line

pytestmark = pytest.mark.timeout(90)

Rows = Callable[..., list[tuple[Any, ...]]]
Launch = Callable[[str], Any]
AMINA, JOSEPH = 700_100_200, 700_300_400


def stored(rows: Rows) -> int:
    return int(rows("SELECT count(*) FROM message WHERE direction = 'in'")[0][0])


def said(rows: Rows) -> list[str]:
    found = rows("SELECT id, text FROM message WHERE direction = 'in' ORDER BY created_at, id")
    return [vault.unseal("message", "text", row_id, text) for row_id, text in found]


def test_what_is_written_is_stored_in_order_and_confirmed_after(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    for number in range(5):
        telegram.inject_text(AMINA, f"cattle seen at place {number}")
    launch("bot")
    wait(lambda: stored(rows) == 5)
    assert said(rows) == [f"cattle seen at place {n}" for n in range(5)]
    wait(lambda: not telegram.pending)


def commands(telegram: TelegramDouble, scope: str, language: str) -> dict[str, str]:
    return {one["command"]: one["description"] for one in telegram.menus[f"{scope}:{language}"]}


def test_menus_and_words_about_the_bot_are_set_in_every_language(
    launch: Launch, telegram: TelegramDouble
) -> None:
    bot = launch("bot")
    wait(lambda: any("bot.introduced" in line for line in bot.lines))
    for language in ("", *texts.languages()):
        private = commands(telegram, "all_private_chats", language)
        group = commands(telegram, "all_group_chats", language)
        assert private.keys() == {"report", "status", "language", "help", "stop"}
        assert group.keys() == private.keys() - {"stop"}
        asked = {"language_code": language}
        assert telegram.api_getmydescription(asked)["description"] == texts.say(language, "menu.about")
        assert telegram.api_getmyshortdescription(asked) == {
            "short_description": texts.say(language, "menu.short")
        }
    in_swahili, in_english = (commands(telegram, "all_private_chats", code) for code in ("sw", "en"))
    assert in_swahili["help"] != in_english["help"]


def test_what_telegram_shows_already_is_left_alone(launch: Launch, telegram: TelegramDouble) -> None:
    told = []
    for _ in range(2):
        bot = launch("bot")
        wait(lambda bot=bot: any("bot.introduced" in line for line in bot.lines))
        told.append(len(telegram.told))
    assert told[0] == told[1] > len(texts.languages())


def test_start_offers_languages_and_a_press_sets_one(
    launch: Launch, telegram: TelegramDouble, rows: Rows, settings: object
) -> None:
    telegram.inject_text(AMINA, "/start")
    launch("bot")
    wait(lambda: rows("SELECT 1 FROM delivery"))
    delivery.deliver()
    question = telegram.sent[-1]
    offered = [data for row in question.buttons for _, data in row]
    assert offered == [f"lang:{code}" for code in texts.languages()]
    telegram.press(AMINA, "lang:sw")
    wait(lambda: delivery.deliver() and telegram.texts(AMINA)[-1] == "Tutakuandikia kwa Kiswahili.")
    assert rows("SELECT language FROM contact") == [("sw",)]
    assert telegram.answered, "the button's waiting sign must end"
    assert question.buttons == [], "an answered question has no buttons any more"


def test_a_pin_and_a_photo_join_the_report_before_them(
    launch: Launch, telegram: TelegramDouble, rows: Rows
) -> None:
    telegram.inject_text(AMINA, "Houses are burning near the river")
    telegram.inject_location(AMINA, 2.53, 34.66, accuracy=12.0)
    picture = io.BytesIO()
    Image.new("RGB", (32, 32)).save(picture, "JPEG")
    telegram.inject_photo(AMINA, picture.getvalue())
    launch("bot")
    wait(lambda: stored(rows) == 3)
    assert rows("SELECT count(*) FROM report") == [(1,)]
    assert rows("SELECT count(*) FROM message WHERE location IS NOT NULL") == [(1,)]
    assert rows("SELECT kind, state FROM media") == [("photo", "pending")]


def test_a_killed_bot_loses_nothing_and_takes_nothing_twice(
    launch: Launch, telegram: TelegramDouble, rows: Rows, environment: dict[str, str]
) -> None:
    first = forks.forked(programs.bot(environment))
    first.start(lambda _name, _line: None)
    for number in range(10):
        telegram.inject_text(AMINA + number, f"before the kill {number}")
    wait(lambda: stored(rows) >= 3)
    first.popen.send_signal(signal.SIGKILL)  # type: ignore[union-attr]
    for number in range(10):
        telegram.inject_text(AMINA + number, f"after the kill {number}")
    launch("bot")
    wait(lambda: stored(rows) == 20 and not telegram.pending)
    assert rows("SELECT count(DISTINCT provider_id) FROM message WHERE direction = 'in'") == [(20,)]
    first.kill()


def test_two_bots_at_once_do_no_harm(
    telegram: TelegramDouble, rows: Rows, environment: dict[str, str]
) -> None:
    pair = [forks.forked(programs.bot(environment)) for _ in range(2)]
    for child in pair:
        child.start(lambda _name, _line: None)
    for number in range(12):
        telegram.inject_text(AMINA + number, f"report number {number}")
        time.sleep(0.1)
    wait(lambda: stored(rows) == 12, 40)
    assert all(child.is_alive for child in pair)
    assert rows("SELECT count(*) FROM report") == [(12,)]
    stop_all(pair)


def test_while_the_database_is_away_telegram_keeps_the_updates(
    telegram: TelegramDouble, rows: Rows, environment: dict[str, str], settings: object
) -> None:
    url = make_url(environment["MBIU_DATABASE_URL"])
    with Line(url.host or "127.0.0.1", url.port or 5432) as line:
        over = url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
        child = forks.forked(programs.bot(environment | {"MBIU_DATABASE_URL": over}))
        child.start(lambda _name, _line: None)
        telegram.inject_text(AMINA, "before it goes")
        wait(lambda: stored(rows) == 1)
        line.set("cut")
        for number in range(3):
            telegram.inject_text(AMINA, f"while it is away {number}")
        time.sleep(2)
        assert len(telegram.pending) >= 3
        line.set("open")
        wait(lambda: stored(rows) == 4, 40)
        wait(lambda: not telegram.pending)
        assert said(rows)[1:] == [f"while it is away {n}" for n in range(3)]
        stop_all([child])


def test_an_update_that_cannot_be_read_holds_up_nobody(
    launch: Launch, telegram: TelegramDouble, rows: Rows
) -> None:
    poison = telegram.inject({"message": {"chat": "no chat", "text": ["canary"]}})
    telegram.inject_text(JOSEPH, "behind the broken one")
    bot = launch("bot")
    wait(lambda: stored(rows) == 1)
    told = "\n".join(bot.lines)
    assert f"u{poison}" in told
    assert "canary" not in told


def test_an_update_that_breaks_the_intake_ends_in_the_spool(
    launch: Launch,
    telegram: TelegramDouble,
    rows: Rows,
    superuser: "psycopg.Connection[tuple[Any, ...]]",
    settings: Any,
) -> None:
    poison = telegram.inject_text(AMINA, "a fault of ours meets this")
    superuser.execute(f"ALTER TABLE message ADD CONSTRAINT ours CHECK (provider_id <> '{poison}')")
    telegram.inject_text(JOSEPH, "HELP")
    bot = launch("bot")
    wait(lambda: stored(rows) == 1, 60)
    (kept,) = settings.spool_dir.glob("*.msg")
    assert any("update.set_aside" in line and kept.name in line for line in bot.lines)
    told = "\n".join(bot.lines)
    assert "update.failed" in told
    assert [canary for canary in ("a fault of ours", str(AMINA), telegram.token) if canary in told] == []
    superuser.execute("ALTER TABLE message DROP CONSTRAINT ours")
    assert spool.take_in() == 1
    assert stored(rows) == 2


def test_who_stops_the_bot_is_noted_and_welcome_again(
    launch: Launch, telegram: TelegramDouble, rows: Rows
) -> None:
    launch("bot")
    telegram.inject_text(AMINA, "a report from the market")
    wait(lambda: stored(rows) == 1)
    telegram.block(AMINA)
    wait(lambda: rows("SELECT blocked_at IS NOT NULL FROM address") == [(True,)])
    telegram.inject_text(AMINA, "I am back")
    wait(lambda: rows("SELECT blocked_at IS NULL FROM address") == [(True,)])


def test_a_failing_telegram_is_asked_again(
    telegram: TelegramDouble, rows: Rows, environment: dict[str, str]
) -> None:
    """Started before its provider can be reached, the bot waits for it."""
    closed = environment | {"MBIU_TELEGRAM_API_URL": "http://127.0.0.1:9"}
    lines: list[str] = []
    child = forks.forked(programs.bot(closed))
    child.start(lambda _, line: lines.append(line))
    wait(lambda: any("telegram.away" in line for line in lines))
    assert child.is_alive
    assert telegram.token.split(":")[1] not in "\n".join(lines)
    stop_all([child])


def test_it_stops_when_asked(environment: dict[str, str], telegram: TelegramDouble) -> None:
    child = forks.forked(programs.bot(environment))
    lines: list[str] = []
    child.start(lambda _, line: lines.append(line))
    wait(lambda: any("bot.polling" in line for line in lines))
    began = time.monotonic()
    child.ask()
    assert child.finish() == 0
    assert time.monotonic() - began < 5


def run_once(env: dict[str, str], *words: str) -> tuple[int, str]:
    lines: list[str] = []
    child = forks.forked(Child("bot", [*programs.bot(env).argv, *words], env=env))
    child.start(lambda _, line: lines.append(line))
    return child.finish(), "\n".join(lines)


def test_a_web_hook_is_registered_and_left_for_polling(
    launch: Launch, telegram: TelegramDouble, environment: dict[str, str]
) -> None:
    code, said = run_once(environment | {"MBIU_PUBLIC_URL": "https://hooks.example.org"}, "--webhook")
    assert (code, said.count("\n")) == (0, 0)
    assert telegram.hook == {
        "url": "https://hooks.example.org/hooks/telegram",
        "secret_token": "tg-Secret_0123456789abcdef",
    }
    launch("bot")
    wait(lambda: not telegram.hook)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"MBIU_TELEGRAM_TOKEN": ""}, "MBIU_TELEGRAM_TOKEN"),
        ({"MBIU_TELEGRAM_HOOK_SECRET": "short"}, "MBIU_TELEGRAM_HOOK_SECRET"),
        ({"MBIU_PUBLIC_URL": ""}, "MBIU_PUBLIC_URL"),
    ],
)
def test_a_missing_setting_is_one_line(
    environment: dict[str, str], changed: dict[str, str], named: str
) -> None:
    code, said = run_once(environment | changed, "--webhook")
    assert code == 2
    assert named in said
    assert "\n" not in said
