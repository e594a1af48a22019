"""People are registered by code name; their numbers go to the vault and nowhere else."""

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from mbiu import enrolment, intake, vault
from mbiu.codes import AddressKind, ContactRole
from mbiu.db import transaction
from mbiu.messages import IncomingMessage
from mbiu.models import Address, AuditEntry, Contact, JoinWord, utcnow
from mbiu.registry import contact

NUMBER = "+256700000555"


def run(*words: str, typed: str = NUMBER) -> Result:
    return CliRunner().invoke(contact, [*words], input=f"{typed}\n")


def person(code: str) -> Contact:
    with transaction() as session:
        return session.execute(select(Contact).where(Contact.code == code)).scalar_one()


def write(number: str = NUMBER) -> str:
    """What a phone says arrives; the code name of who holds it."""
    with transaction() as session:
        intake.receive(
            session, IncomingMessage("twilio", AddressKind.SMS, f"SM{number}", number, "Habari", country="UG")
        )
        blind = vault.blind_index(AddressKind.SMS, number)
        query = select(Contact.code).join(Address, Address.contact_id == Contact.id)
        return session.execute(query.where(Address.blind_index == blind)).scalar_one()


def test_a_registered_phone_is_known_when_it_writes() -> None:
    done = run("add", "kas-07", "--role", "responder", "--home", "ug-kasese", "--language", "sw")
    assert done.exit_code == 0, done.output
    assert write() == "KAS-07"
    amina = person("KAS-07")
    assert (amina.role, amina.home_place_id, amina.language) == (ContactRole.RESPONDER, "ug-kasese", "sw")
    assert amina.area_path == "/ug/ug-western/ug-kasese/"


def test_a_number_written_the_national_way_is_the_same_person() -> None:
    run("add", "KAS-07", typed="0700 000555")
    assert write() == "KAS-07"


def test_a_stranger_who_wrote_gets_a_name_and_a_role() -> None:
    stranger = write()
    done = run("change", stranger, "--code", "KAS-91", "--role", "responder", "--grade", "B")
    assert done.exit_code == 0, done.output
    assert (person("KAS-91").role, person("KAS-91").grade) == (ContactRole.RESPONDER, "B")
    assert write() == "KAS-91"


def test_a_number_that_wrote_before_is_not_registered_twice() -> None:
    stranger = write()
    done = run("add", "KAS-07")
    assert done.exit_code == 1
    assert f"known as {stranger}" in done.output


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["add", "KAS-07"], "no number"),
        (["add", "K 7"], NUMBER),
        (["add", "KAS-07", "--home", "nowhere"], NUMBER),
        (["change", "NOBODY-1", "--role", "responder"], NUMBER),
    ],
)
def test_what_cannot_be_changes_nothing(words: list[str], typed: str) -> None:
    assert run(*words, typed=typed).exit_code == 1
    with transaction() as session:
        assert session.scalars(select(Contact)).all() == []


def test_the_record_names_the_code_and_no_number() -> None:
    run("add", "KAS-07", "--role", "focal_point")
    with transaction() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.object) == ("contact.added", "contact:KAS-07")
    assert NUMBER[4:] not in str(entry.details)


FILE = f"number,role,area\n{NUMBER},focal point,Kasese\nnone,chief,Kasese\n"


def test_a_dry_run_of_a_file_names_rows_and_columns_and_writes_nothing() -> None:
    done = run("import", "-", "--dry-run", typed=FILE)
    assert done.exit_code == 1
    assert "row 3, number: This is no phone number." in done.output
    assert "row 3, role: There is no such role." in done.output
    assert "1 good rows, 2 faults, 0 registered" in done.output
    with transaction() as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_file_with_bad_rows_is_brought_only_by_choice() -> None:
    assert "nobody was registered" in run("import", "-", typed=FILE).output
    done = run("import", "-", "--only-good", typed=FILE)
    assert done.exit_code == 0, done.output
    assert "row 2\tKAS-01" in done.output
    assert write() == "KAS-01"


def test_the_template_is_a_file_that_can_be_brought() -> None:
    assert run("import", "-", typed=run("import", "--template").output).exit_code == 0


def test_a_join_word_is_printed_and_kept_nowhere() -> None:
    done = run("join-word", "Kasese", "--role", "committee", "--uses", "2", "--language", "sw")
    word = done.output.strip()
    assert (done.exit_code, len(word)) == (0, 10)
    write()
    with transaction() as session:
        row, address = session.scalars(select(JoinWord)).one(), session.scalars(select(Address)).one()
        assert (row.uses_left, row.language, row.role) == (2, "sw", ContactRole.COMMITTEE)
        assert enrolment.join(session, address.contact_id, address.id, word, utcnow()) == "KAS-01"


@pytest.mark.parametrize("words", [("Nowhere",), ("Kasese", "--days", "91"), ("Kasese", "--language", "xx")])
def test_a_join_word_that_cannot_be_is_not_made(words: tuple[str, ...]) -> None:
    assert run("join-word", *words, "--role", "committee").exit_code == 1
