"""Sealed values open at their place and with their key only; an index needs no opened number."""

import base64
import hashlib
import os

import pytest

from mbiu import vault
from mbiu.channels.phone import e164
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.models import Address, VaultEntry
from mbiu.refs import new_id
from mbiu.settings import Settings
from mbiu.settings import settings as read_settings
from tests.cast import AMINA, JOSEPH, count, say

NUMBER = "+256772123456"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_sealed_value_opens_at_its_place() -> None:
    row = new_id()
    assert vault.unseal("vault", "value", row, vault.seal("vault", "value", row, NUMBER)) == NUMBER


@pytest.mark.parametrize("place", [("message", "text"), ("vault", "other"), ("other", "value")])
def test_a_sealed_value_opens_in_no_other_column(place: tuple[str, str]) -> None:
    row = new_id()
    sealed = vault.seal("vault", "value", row, NUMBER)
    with pytest.raises(vault.CannotOpen):
        vault.unseal(*place, row, sealed)


def test_a_sealed_value_moved_to_another_row_does_not_open() -> None:
    say("Houses are burning in Bwera", AMINA)
    say("Houses are burning in Kween", JOSEPH)
    with transaction() as session:
        one, other = session.query(VaultEntry).order_by(VaultEntry.id)
        assert {vault.unseal("vault", "value", row.id, row.value) for row in (one, other)} == {AMINA, JOSEPH}
        with pytest.raises(vault.CannotOpen) as closed:
            vault.unseal("vault", "value", one.id, other.value)
    assert AMINA not in str(closed.value)
    assert JOSEPH not in str(closed.value)


def test_the_same_value_is_never_sealed_the_same() -> None:
    row = new_id()
    assert vault.seal("vault", "value", row, NUMBER) != vault.seal("vault", "value", row, NUMBER)


@pytest.mark.parametrize("spot", [0, 1, 2, 5, 20, -1])
def test_a_damaged_value_does_not_open(spot: int) -> None:
    row = new_id()
    sealed = bytearray(vault.seal("vault", "value", row, NUMBER))
    sealed[spot] ^= 1
    with pytest.raises(vault.CannotOpen):
        vault.unseal("vault", "value", row, bytes(sealed))
    for cut in (b"\x01", bytes(sealed[:10]), bytes(sealed[:-1])):
        with pytest.raises(vault.CannotOpen):
            vault.unseal("vault", "value", row, cut)


def test_a_value_names_its_key_and_an_older_key_still_opens_it(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, old = new_id(), installation.vault_keys.get_secret_value()
    sealed = vault.seal("vault", "value", row, NUMBER)
    monkeypatch.setenv("MBIU_VAULT_KEYS", f"k2:{key()},{old}")
    read_settings.cache_clear()
    assert vault.key_of(sealed) == "k1"
    assert vault.unseal("vault", "value", row, sealed) == NUMBER
    assert vault.key_of(vault.seal("vault", "value", row, NUMBER)) == "k2"


@pytest.mark.parametrize("name", ["k1", "k9"])
def test_a_wrong_or_missing_key_opens_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = new_id()
    sealed = vault.seal("vault", "value", row, NUMBER)
    monkeypatch.setenv("MBIU_VAULT_KEYS", f"{name}:{key()}")
    read_settings.cache_clear()
    with pytest.raises(vault.CannotOpen):
        vault.unseal("vault", "value", row, sealed)


# --- the blind index ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["+256772123456", "0772123456", "00256772123456", "256772123456"])
def test_one_number_in_any_spelling_has_one_index(typed: str) -> None:
    assert vault.blind_index(AddressKind.SMS, e164(typed, "UG")) == vault.blind_index(AddressKind.SMS, NUMBER)


def test_two_spellings_are_one_person() -> None:
    for typed in ("+256772123456", "0772123456", "00256772123456"):
        say("NEW Houses are burning in Bwera", e164(typed, "UG"))
    assert count(Address) == 1


def test_a_number_and_a_chat_id_of_the_same_digits_are_two() -> None:
    digits = "256772123456"
    assert vault.blind_index(AddressKind.SMS, digits) != vault.blind_index(AddressKind.TELEGRAM, digits)


def test_the_index_is_not_a_plain_digest_and_changes_with_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = vault.blind_index(AddressKind.SMS, NUMBER)
    assert before not in {hashlib.sha256(text.encode()).digest() for text in (NUMBER, f"sms:{NUMBER}")}
    monkeypatch.setenv("MBIU_INDEX_KEY", key())
    read_settings.cache_clear()
    assert vault.blind_index(AddressKind.SMS, NUMBER) != before
