"""Updates come in while two bots poll at once, and while bots are killed."""

import pytest

from mbiu.simulate import Stream as Texts
from tests.faults.account import settle
from tests.faults.conftest import House
from tests.faults.stream import Post
from tests.flow.wiring import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

TAKEN = "SELECT count(*) FROM message WHERE direction = 'in'"


def write(house: House, number: int, first: int = 0) -> list[Post]:
    """So many people write to the bot."""
    texts = iter(Texts(seed=3 + first))
    posts = []
    for chat in range(first, first + number):
        text = next(texts).text
        house.doubles.telegram.inject_text(770_000 + chat, text)
        posts.append(Post("telegram", str(770_000 + chat), text, 200, "", 0.0))
    return posts


def taken(house: House) -> int:
    return int(house.rows(TAKEN)[0][0])


def wait_for(house: House, least: int) -> None:
    eventually(lambda: taken(house) >= least, what=f"{least} updates")


def test_100_updates_survive_bots_that_are_killed_in_the_middle(house: House) -> None:
    house.start("worker")
    house.start("beat")
    posts = write(house, 100)
    for least in (1, 30):
        house.start("bot")
        wait_for(house, least)
        with house.held("message", "bot"):
            house.children["bot"].kill()
        assert taken(house) < 100
    house.start("bot")
    assert settle_all(house, posts) == 0


def test_two_bots_at_once_take_each_update_once(house: House) -> None:
    house.start("worker")
    house.start("beat")
    for key in ("one bot", "another bot"):
        house.start("bot", key)
    posts: list[Post] = []
    for wave in range(4):
        posts += write(house, 25, first=25 * wave)
        wait_for(house, len(posts))
    assert settle_all(house, posts) == 0
    assert house.ended() == []


def settle_all(house: House, posts: list[Post]) -> int:
    wait_for(house, len(posts))
    return settle(house, posts).doubled
