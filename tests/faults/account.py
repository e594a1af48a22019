"""What must be true once everything has calmed down: nothing lost, nothing double, nobody unanswered."""

from collections import Counter
from dataclasses import dataclass

from mbiu import vault
from tests.faults.conftest import House
from tests.faults.stream import Post
from tests.flow.wiring import eventually

_WAITING = """
    SELECT (SELECT count(*) FROM report WHERE state = 'received')
         + (SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending'))
"""
_UNFINISHED = """
    SELECT state, event_type, incident_id IS NULL FROM report
    WHERE NOT (state = 'joined' AND incident_id IS NOT NULL OR state = 'read' AND event_type = 'none')
"""
_IN = "SELECT id, text, channel, provider_id FROM message WHERE direction = 'in'"
_REPLIES = """
    SELECT asked.id, reply.id, reply.text FROM message asked
    LEFT JOIN message reply ON reply.reply_to = asked.id WHERE asked.direction = 'in'
"""
_UNSENT = "SELECT kind, channel, state, error FROM delivery WHERE state NOT IN ('sent', 'delivered')"


@dataclass(frozen=True)
class Account:
    """How often a provider got a text once more than needed, and the slowest answer to a post in seconds."""

    doubled: int
    slowest: float


def settle(house: House, posts: list[Post], seconds: float = 40.0) -> Account:
    """Wait until nothing is left to do, then check everything that was promised."""
    assert Counter(post.status // 100 for post in posts) == {2: len(posts)}
    eventually(lambda: not house.spooled, seconds, "the spool to be empty")
    eventually(lambda: house.rows(_WAITING) == [(0,)], seconds, "the queues to be empty")
    _all_there_once(house, posts)
    assert house.rows(_UNFINISHED) == []
    assert house.rows(_UNSENT) == []
    return Account(_all_answered(house, posts), max(post.seconds for post in posts))


def _all_there_once(house: House, posts: list[Post]) -> None:
    kept = house.rows(_IN)
    assert len({(channel, provider_id) for _, _, channel, provider_id in kept}) == len(kept) == len(posts)
    texts = Counter(vault.unseal("message", "text", row_id, text) for row_id, text, _, _ in kept)
    assert texts == Counter(post.text for post in posts)
    assert house.rows("SELECT count(*) FROM report") == [(len(posts),)]


def _all_answered(house: House, posts: list[Post]) -> int:
    """Each message has one answer, which its sender got with the TwiML or from the provider."""
    replies = house.rows(_REPLIES)
    assert len({asked for asked, _, _ in replies}) == len(replies) == len(posts)
    wanted = {vault.unseal("message", "text", row_id, text) for _, row_id, text in replies}
    sent = given(house)
    carried = {post.reply for post in posts if post.reply}
    assert wanted <= carried | {text for _, text in sent}
    told = {sender for sender, _ in sent} | {post.sender for post in posts if post.reply}
    assert {post.sender for post in posts} - told == set()
    return sum(count - 1 for count in sent.values())


def given(house: House) -> Counter[tuple[str, str]]:
    """How often each text was handed to a provider for each person."""
    doubles = house.doubles
    return (
        Counter((message.to, message.body) for message in doubles.twilio.sent)
        + Counter((message.to, message.text) for message in doubles.africastalking.sent)
        + Counter((message.to, message.text) for message in doubles.gateway.sent)
        + Counter((str(message.chat_id), message.text) for message in doubles.telegram.sent)
    )
