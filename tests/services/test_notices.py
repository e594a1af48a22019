"""What people of a role must see."""

from mbiu import notices
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import AuditEntry
from tests.cast import count, user


def _raise(kind: str = "panic", role: Role = Role.CUSTODIAN, subject: str = "contact:KAS-07") -> None:
    with transaction() as session:
        notices.raise_notice(session, kind, role, subject)


def _open(role: Role) -> list[tuple[str, str]]:
    with transaction() as session:
        return [(one.kind, one.subject) for one in notices.open_notices(session, role)]


def test_a_notice_is_shown_to_its_role_only() -> None:
    _raise()
    assert _open(Role.CUSTODIAN) == [("panic", "contact:KAS-07")]
    assert _open(Role.COORDINATOR) == []


def test_an_equal_notice_is_raised_once_until_it_is_seen() -> None:
    _raise()
    _raise()
    assert len(_open(Role.CUSTODIAN)) == 1
    simon = user("simon", Role.CUSTODIAN)
    with transaction() as session:
        one = notices.open_notices(session, Role.CUSTODIAN)[0]
        assert notices.seen(session, simon, one.id)
    _raise()
    assert len(_open(Role.CUSTODIAN)) == 1


def test_only_the_role_itself_puts_a_notice_away_and_once() -> None:
    _raise()
    ruth, simon = user("ruth"), user("simon", Role.CUSTODIAN)
    with transaction() as session:
        one = notices.open_notices(session, Role.CUSTODIAN)[0]
        assert not notices.seen(session, ruth, one.id)
        assert notices.seen(session, simon, one.id)
        assert not notices.seen(session, simon, one.id)
    assert _open(Role.CUSTODIAN) == []
    assert count(AuditEntry, AuditEntry.action == "notice.seen") == 1
