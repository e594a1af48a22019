"""Registering, joining, vouching and writing from any phone: what is kept, and what nobody learns."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import enrolment, vault
from mbiu.codes import ContactRole, Wish
from mbiu.db import transaction
from mbiu.enrolment import Offer, Person, Reader, Registrar, bringing, sheet
from mbiu.models import (
    Address,
    AuditEntry,
    Contact,
    JoinWord,
    LoginAttempt,
    Report,
    Route,
    VaultEntry,
    utcnow,
)
from mbiu.refusals import NotFound, NotPossible
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    MALLORY,
    QUARREL,
    address_of,
    contact_of,
    count,
    person,
    route,
    say,
    tell,
    texts_to,
    user,
)

KASESE, KWEEN = "/ug/ug-western/ug-kasese/", "/ug/ug-eastern/ug-kween/"
NOW = utcnow()
TYPED = {"number": AMINA, "role": "focal point", "area": "Kasese", "language": "sw"}


@pytest.fixture
def miriam() -> Registrar:
    return Registrar(user("miriam"))


def read(by: Registrar, **typed: str) -> tuple[Person, list[tuple[str, str]]]:
    with transaction() as session:
        found, faults = Reader(session, by).read(TYPED | typed)
    return found, [(one.field, one.what) for one in faults]


def enrol(by: Registrar, **typed: str) -> str:
    found, faults = read(by, **typed)
    assert faults == []
    with transaction() as session:
        return enrolment.enrol(session, by, found, NOW).code


def contact(code: str) -> Contact:
    with transaction() as session:
        return session.scalars(select(Contact).where(Contact.code == code)).one()


def offer(**more: Any) -> Offer:
    values: dict[str, Any] = {"role": ContactRole.FOCAL_POINT, "area_path": KASESE}
    values |= {"home_place_id": "ug-kasese", "language": "sw", "organisation": "Bwera elders"}
    days = more.pop("days", 7)
    return Offer(values | more, more.pop("uses", 1), NOW + dt.timedelta(days=days))


def word(by: Registrar, *, uses: int = 1, days: int = 7, **more: Any) -> str:
    made = Offer(offer(**more).columns, uses, NOW + dt.timedelta(days=days))
    with transaction() as session:
        return enrolment.make(session, by, made, NOW)


def join(number: str, word: str, now: dt.datetime = NOW) -> str | None:
    say("Habari", number)
    address = address_of(number)
    with transaction() as session:
        return enrolment.join(session, address.contact_id, address.id, word, now)


def borrow(code: str, pin: str, now: dt.datetime = NOW) -> UUID | None:
    with transaction() as session:
        return enrolment.borrow(session, code, pin, now)


def set_pin(contact_id: UUID, pin: str) -> bool:
    with transaction() as session:
        return enrolment.set_pin(session, contact_id, pin, NOW)


def vouch(by: UUID, code: str, now: dt.datetime = NOW) -> bool:
    with transaction() as session:
        return enrolment.vouch(session, by, code, now)


# --- registering -------------------------------------------------------------------------------


def test_a_registered_person_is_known_when_they_write(miriam: Registrar) -> None:
    code = enrol(miriam, number="0772 000101", organisation="Bwera elders", community="St Peter")
    assert code == "KAS-01"
    tell(QUARREL)
    amina = contact_of(AMINA)
    assert (amina.code, amina.role, amina.grade) == ("KAS-01", ContactRole.FOCAL_POINT, "F")
    assert (amina.home_place_id, amina.area_path, amina.country) == ("ug-kasese", KASESE, "UG")
    assert (amina.language, amina.organisation, amina.community) == ("sw", "Bwera elders", "St Peter")


def test_code_names_go_on_from_the_highest(miriam: Registrar) -> None:
    person("KAS-07", DANIEL)
    assert [enrol(miriam), enrol(miriam, number=JOSEPH)] == ["KAS-08", "KAS-09"]
    assert enrol(miriam, number=GRACE, code="kas-77") == "KAS-77"
    assert enrol(miriam, number=MALLORY, area="Kween") == "KWE-01"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "2.56772E+11"}, "number"),
        ({"number": "8008"}, "number"),
        ({"number": "call me"}, "number"),
        ({"role": "chief"}, "role"),
        ({"role": "unknown"}, "role"),
        ({"area": "Nowhere"}, "area"),
        ({"area": ""}, "area"),
        ({"area": "Kasese, Kenya"}, "area"),
        ({"language": "Klingon"}, "language"),
        ({"organisation": "=cmd()"}, "organisation"),
        ({"organisation": "call 0772000101"}, "organisation"),
        ({"community": "x" * 81}, "community"),
        ({"supervisor": "KAS-07"}, "supervisor"),
        ({"grade": "AB"}, "grade"),
        ({"code": "K 7"}, "code"),
        ({"code": "0772000101"}, "code"),
    ],
)
def test_every_fault_is_told_by_its_field(miriam: Registrar, typed: dict[str, str], field: str) -> None:
    person("KAS-07", DANIEL)
    _, faults = read(miriam, **typed)
    assert [name for name, _ in faults] == [field]
    assert "0772000101" not in str(faults)


@pytest.mark.parametrize("area", ["kasese", "ug-kasese", "Kasese, Uganda", "KASESE, Western, Uganda"])
def test_an_area_is_found_as_people_write_it(miriam: Registrar, area: str) -> None:
    found, faults = read(miriam, area=area)
    assert (faults, found.columns["home_place_id"]) == ([], "ug-kasese")


def test_nobody_registers_outside_their_areas() -> None:
    by = Registrar(user("miriam", scope=KWEEN), KWEEN)
    _, faults = read(by)
    assert faults == [("area", "This area is not one of yours.")]
    person("KAS-07", AMINA, area_path=KASESE)
    with transaction() as session, pytest.raises(NotFound):
        enrolment.find(session, by, "KAS-07")


def test_the_record_names_the_code_and_no_number(miriam: Registrar) -> None:
    enrol(miriam)
    with transaction() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.object) == ("miriam", "contact.added", "contact:KAS-01")
    assert AMINA[4:] not in str(entry.details)


# --- known numbers -----------------------------------------------------------------------------


def test_a_stranger_who_is_registered_begins_anew(miriam: Registrar) -> None:
    tell(QUARREL)
    stranger = contact_of(AMINA)
    code = enrol(miriam)
    assert contact_of(AMINA).code == code
    assert contact(stranger.code).role is ContactRole.UNKNOWN
    assert address_of(AMINA).last_in_at is None
    with transaction() as session:
        assert session.scalars(select(VaultEntry.contact_id)).all() == [contact(code).id]
    say("STATUS")
    assert contact_of(AMINA).code == code


def test_a_number_that_somebody_has_makes_a_twin_without_a_phone(miriam: Registrar) -> None:
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    code = enrol(miriam)
    assert code == "KAS-08"
    assert contact_of(AMINA).code == "KAS-07"
    assert contact(code).twin_of == contact("KAS-07").id
    with transaction() as session:
        assert session.scalars(select(VaultEntry.contact_id)).all() == [contact("KAS-07").id]
    with transaction() as session:
        details = session.scalars(select(AuditEntry.details)).one()
    assert details == {"fields": sorted(details["fields"])}
    assert "twin_of" not in details["fields"]


def test_a_custodian_ends_the_twin_or_gives_it_the_phone(miriam: Registrar) -> None:
    simon = Registrar(user("simon"))
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    person("KAS-17", JOSEPH, role=ContactRole.FOCAL_POINT)
    first, second = enrol(miriam), enrol(miriam, number=JOSEPH)
    with transaction() as session:
        enrolment.settle(session, simon, enrolment.find(session, simon, first), NOW, keep=True)
        enrolment.settle(session, simon, enrolment.find(session, simon, second), NOW, keep=False)
    assert contact_of(AMINA).code == "KAS-07"
    assert (contact(first).archived_at, contact(first).twin_of) == (NOW, None)
    assert contact_of(JOSEPH).code == second
    with transaction() as session:
        names = session.scalars(select(Contact.code).join(VaultEntry, VaultEntry.contact_id == Contact.id))
        assert set(names) == {"KAS-07", second}


# --- changing and ending -----------------------------------------------------------------------


def test_only_what_differs_is_changed_and_recorded(miriam: Registrar) -> None:
    code = enrol(miriam)
    with transaction() as session:
        row = enrolment.find(session, miriam, code)
        enrolment.change(session, miriam, row, {"grade": "B", "language": "sw", "organisation": "Elders"})
    assert (contact(code).grade, contact(code).organisation) == ("B", "Elders")
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.changed")).one()
    assert entry.details == {"fields": ["grade", "organisation"]}


def test_a_stranger_is_made_one_of_ours_by_their_own_word_only(miriam: Registrar) -> None:
    tell(QUARREL)
    with transaction() as session:
        row = enrolment.find(session, miriam, contact_of(AMINA).code)
    with transaction() as session, pytest.raises(NotPossible, match="Invite"):
        enrolment.change(session, miriam, row, {"role": ContactRole.RESPONDER})


def test_who_is_archived_is_a_stranger_in_no_route_and_can_come_back(miriam: Registrar) -> None:
    contact_id = person("KAS-07", AMINA, grade="B")
    route("elders", [[contact_id]])
    with transaction() as session:
        enrolment.archive(session, miriam, enrolment.find(session, miriam, "KAS-07"), NOW, block=False)
        assert session.scalars(select(Route)).one()
    gone = contact("KAS-07")
    assert (gone.role, gone.grade, gone.archived_at) == (ContactRole.UNKNOWN, "F", NOW)
    with transaction() as session:
        row = enrolment.find(session, miriam, "KAS-07")
        enrolment.restore(session, miriam, row, ContactRole.RESPONDER)
    assert (contact("KAS-07").role, contact("KAS-07").archived_at) == (ContactRole.RESPONDER, None)


def test_who_is_blocked_is_kept_and_not_answered(miriam: Registrar) -> None:
    person("KAS-07", AMINA)
    with transaction() as session:
        enrolment.archive(session, miriam, enrolment.find(session, miriam, "KAS-07"), NOW, block=True)
    until = address_of(AMINA).mute_until
    assert until is not None
    assert until > NOW + dt.timedelta(days=36_500)


# --- join words --------------------------------------------------------------------------------


def test_a_word_makes_a_stranger_one_of_ours_and_keeps_what_they_told(miriam: Registrar) -> None:
    ref = tell(QUARREL)
    made = word(miriam)
    assert join(AMINA, made) == "KAS-01"
    amina = contact_of(AMINA)
    assert (amina.role, amina.area_path, amina.grade) == (ContactRole.FOCAL_POINT, KASESE, "F")
    assert (amina.organisation, amina.home_place_id) == ("Bwera elders", "ug-kasese")
    assert str(say(f"STATUS {ref}").reply).startswith(ref)


def test_a_word_is_kept_as_a_digest_only(miriam: Registrar) -> None:
    made = word(miriam)
    with transaction() as session:
        row = session.scalars(select(JoinWord)).one()
        entry = session.scalars(select(AuditEntry)).one()
    assert made.encode() not in row.digest
    assert made not in f"{entry.details}{entry.object}"
    assert len(made) == 10


def test_a_word_serves_as_often_as_it_says_and_a_repeat_costs_nothing(miriam: Registrar) -> None:
    made = word(miriam, uses=2)
    assert [join(number, made) for number in (AMINA, AMINA, JOSEPH)] == ["KAS-01", "KAS-01", "KAS-02"]
    assert join(GRACE, made) is None
    assert join(AMINA, made) == "KAS-01"


def test_a_word_is_heard_however_it_is_spelt(miriam: Registrar) -> None:
    made = word(miriam, uses=2)
    heard_so = made.translate(str.maketrans("bfkdls", "pvgtrz"))
    assert join(AMINA, f" {made[:4].upper()}-{made[4:]}. ") == "KAS-01"
    assert join(JOSEPH, heard_so) == "KAS-02"


def test_expired_and_revoked_words_are_as_unknown_as_invented_ones(miriam: Registrar) -> None:
    late, revoked = word(miriam, days=1), word(miriam)
    with transaction() as session:
        ids = list(session.scalars(select(JoinWord.id).order_by(JoinWord.created_at, JoinWord.id)))
        enrolment.revoke(session, miriam, ids[1])
    assert join(AMINA, late, NOW + dt.timedelta(days=2)) is None
    assert join(AMINA, revoked) is None
    assert join(AMINA, "dabadabada") is None
    assert contact_of(AMINA).role is ContactRole.UNKNOWN


def test_a_word_changes_nobody_who_is_registered(miriam: Registrar) -> None:
    person("UG-92", AMINA, role=ContactRole.RESPONDER, area_path="/ug/")
    made = word(miriam)
    assert join(AMINA, made) == "UG-92"
    assert contact("UG-92").area_path == "/ug/"
    assert join(JOSEPH, made) == "KAS-01"


def test_after_five_wrong_words_the_right_one_waits_a_day(miriam: Registrar) -> None:
    made = word(miriam)
    for _ in range(5):
        assert join(AMINA, "dabadabada") is None
    assert join(AMINA, made) is None
    assert join(AMINA, made, NOW + dt.timedelta(days=1, minutes=1)) == "KAS-01"


def test_many_wrong_words_of_many_senders_leave_each_one_try(miriam: Registrar) -> None:
    made = word(miriam, uses=2)
    account = vault.blind_digest("join tries", "everybody")
    with transaction() as session:
        session.add_all([LoginAttempt(account=account, at=NOW) for _ in range(300)])
    assert join(AMINA, made) == "KAS-01"
    assert join(JOSEPH, "dabadabada") is None
    assert join(JOSEPH, made) is None


def test_a_word_of_an_exercise_is_for_exercise_phones(miriam: Registrar) -> None:
    made = word(miriam, exercise=True)
    assert join(AMINA, made) is None
    with transaction() as session:
        session.execute(update(Contact).values(exercise=True))
    assert join(AMINA, made) == "KAS-01"


@pytest.mark.parametrize(("uses", "days"), [(0, 7), (201, 7), (1, 0), (1, 91)])
def test_no_word_serves_for_ever(miriam: Registrar, uses: int, days: int) -> None:
    with pytest.raises(NotPossible):
        word(miriam, uses=uses, days=days)


def test_words_are_easy_to_say_and_all_different() -> None:
    from mbiu.enrolment.syllables import heard, new_word

    words = {new_word(5) for _ in range(2_000)}
    assert len(words) > 1_990
    for one in words:
        assert heard(one) == one
        assert set(one[1::2]) <= set("aeiou")
        assert not set(one[::2]) & set("aeiou")


# --- invitations -------------------------------------------------------------------------------


def invite(by: Registrar, number: str, now: dt.datetime = NOW) -> None:
    with transaction() as session:
        row = enrolment.find(session, by, contact_of(number).code)
        enrolment.invite(session, by, row, offer(), now)


def test_a_stranger_is_invited_by_a_word_of_their_own(miriam: Registrar) -> None:
    tell(QUARREL)
    invite(miriam, AMINA)
    text = texts_to(AMINA, "invite")[0]
    own = text.split("JOIN ")[1].split()[0]
    assert join(MALLORY, own) is None
    assert join(AMINA, own) == "KAS-01"
    assert count(JoinWord, JoinWord.uses_left > 0) == 0


def test_nobody_is_invited_twice_in_a_month(miriam: Registrar) -> None:
    tell(QUARREL)
    invite(miriam, AMINA)
    with pytest.raises(NotPossible):
        invite(miriam, AMINA, NOW + dt.timedelta(days=29))
    invite(miriam, AMINA, NOW + dt.timedelta(days=31))
    assert len(texts_to(AMINA, "invite")) == 2


@pytest.mark.parametrize("how", ["stopped", "wish", "archived"])
def test_who_wants_no_messages_is_not_written_to(miriam: Registrar, how: str) -> None:
    tell(QUARREL)
    if how == "stopped":
        say("STOP")
    with transaction() as session:
        if how == "wish":
            session.execute(update(Contact).values(wish=Wish.NEVER))
        if how == "archived":
            session.execute(update(Address).values(vault_id=None))
    invite(miriam, AMINA)
    assert texts_to(AMINA, "invite") == []
    assert contact_of(AMINA).invited_at == NOW


# --- vouching ----------------------------------------------------------------------------------


@pytest.fixture
def ruth_in_kasese() -> UUID:
    return person("KAS-90", GRACE, role=ContactRole.SUPERVISOR, area_path=KASESE)


def test_a_supervisor_lifts_the_lowest_grade_by_one_step(miriam: Registrar, ruth_in_kasese: UUID) -> None:
    code = enrol(miriam)
    assert vouch(ruth_in_kasese, "#kas91")
    row = contact(code)
    assert (row.code, row.grade, row.vouched_by, row.vouched_at) == ("KAS-91", "C", ruth_in_kasese, NOW)
    assert vouch(ruth_in_kasese, code)
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.vouched")).one()
    assert entry.details == {"by": "KAS-90", "grade": "C"}


def test_a_grade_that_reports_earned_is_left(ruth_in_kasese: UUID) -> None:
    person("KAS-07", AMINA, area_path=KASESE, grade="E")
    assert vouch(ruth_in_kasese, "KAS-07")
    assert contact("KAS-07").grade == "E"


def test_for_whom_nobody_may_speak(ruth_in_kasese: UUID) -> None:
    person("KWE-01", AMINA, area_path=KWEEN)
    person("KAS-01", JOSEPH, area_path=KASESE)
    say("Habari", MALLORY)
    for code in ("KWE-01", "KAS-90", "NONE-1", contact_of(MALLORY).code, ""):
        assert not vouch(ruth_in_kasese, code), code
    assert not vouch(contact("KAS-01").id, "KAS-90")
    with transaction() as session:
        session.execute(update(Contact).where(Contact.id == ruth_in_kasese).values(doubted_at=NOW))
    assert not vouch(ruth_in_kasese, "KAS-01")


def test_a_supervisor_speaks_for_their_own_line_in_any_area(ruth_in_kasese: UUID) -> None:
    person("KWE-01", AMINA, area_path=KWEEN, supervisor_id=ruth_in_kasese)
    assert vouch(ruth_in_kasese, "KWE-01")


def test_a_stolen_phone_lifts_ten_people_a_day(ruth_in_kasese: UUID) -> None:
    for number in range(11):
        person(f"KAS-{number:02}", f"+2567720003{number:02}", area_path=KASESE)
    assert [vouch(ruth_in_kasese, f"KAS-{number:02}") for number in range(11)] == [True] * 10 + [False]


# --- borrowed phones ---------------------------------------------------------------------------


def test_code_name_and_pin_open_from_any_phone() -> None:
    amina = person("KAS-07", AMINA)
    assert set_pin(amina, "4071")
    for typed in ("#KAS07", "kas-07", "KAS 07", "#kas07."):
        assert borrow(typed, "4071") == amina, typed
    assert borrow("KAS-07", "4072") is None
    assert borrow("KAS-70", "4071") is None


def test_after_five_wrong_pins_in_an_hour_the_right_one_waits() -> None:
    amina = person("KAS-07", AMINA)
    set_pin(amina, "4071")
    for _ in range(5):
        assert borrow("KAS-07", "0000") is None
    assert borrow("KAS-07", "4071", NOW + dt.timedelta(minutes=59)) is None
    assert borrow("KAS-07", "4071", NOW + dt.timedelta(minutes=61)) == amina


def test_a_right_pin_forgives_the_wrong_ones_before() -> None:
    amina = person("KAS-07", AMINA)
    set_pin(amina, "4071")
    for _ in range(3):
        assert [borrow("KAS-07", "0000") for _ in range(4)] == [None] * 4
        assert borrow("KAS-07", "4071") == amina


@pytest.mark.parametrize("pin", ["1234", "987654", "0000", "777777", "123", "1234567", "12a4", "٤٠٧١", ""])
def test_a_pin_is_four_to_six_digits_that_are_hard_to_guess(pin: str) -> None:
    assert not set_pin(person("KAS-07", AMINA), pin)


def test_a_pin_is_kept_so_that_the_database_alone_gives_it_to_nobody() -> None:
    from argon2 import PasswordHasher

    set_pin(person("KAS-07", AMINA), "4071")
    kept = contact("KAS-07").pin
    assert kept
    assert kept.startswith("$argon2id$")
    with pytest.raises(Exception, match="does not match"):
        PasswordHasher().verify(kept, "4071")


def test_strangers_and_people_gone_silent_borrow_nothing() -> None:
    say("Habari", MALLORY)
    assert not set_pin(contact_of(MALLORY).id, "4071")
    amina = person("KAS-07", AMINA)
    set_pin(amina, "4071")
    with transaction() as session:
        session.execute(update(Contact).values(silent_at=NOW))
    assert borrow("KAS-07", "4071") is None


# --- own words ---------------------------------------------------------------------------------


def test_own_words_are_digests_of_one_person(miriam: Registrar) -> None:
    first, second = enrol(miriam), enrol(miriam, number=JOSEPH)
    for code in (first, second):
        with transaction() as session:
            row = enrolment.find(session, miriam, code)
            enrolment.set_own_words(session, miriam, row, "Guava Teapot", "Lantern")
    row = contact(first)
    assert row.panic_word == vault.own_word("panic", row.id, "guava, TEAPOT!")
    assert row.duress_word == vault.own_word("duress", row.id, "lántern")
    assert row.panic_word != contact(second).panic_word


@pytest.mark.parametrize(
    ("panic", "duress"),
    [("stop", "lantern"), ("guava", "help"), ("guava", "two words"), ("guava", "Guava"), ("abc", "lantern")],
)
def test_words_that_are_said_by_chance_are_refused(miriam: Registrar, panic: str, duress: str) -> None:
    code = enrol(miriam)
    with transaction() as session, pytest.raises(NotPossible):
        enrolment.set_own_words(session, miriam, enrolment.find(session, miriam, code), panic, duress)


@pytest.mark.parametrize("language", ["en", "sw", "fr", "ar", "lg"])
def test_every_suggestion_is_taken(miriam: Registrar, language: str) -> None:
    from mbiu.enrolment.ownwords import _harmless

    words = _harmless()[language]
    assert len(set(words)) == len(words) == 40
    code = enrol(miriam)
    with transaction() as session:
        row = enrolment.find(session, miriam, code)
        for panic, duress in zip(words, words[1:] + words[:1], strict=True):
            enrolment.set_own_words(session, miriam, row, panic, duress)
        enrolment.set_own_words(session, miriam, row, *enrolment.suggest(language))


# --- files -------------------------------------------------------------------------------------

HEAD = "number,role,area,code\n"


def check(by: Registrar, text: str) -> bringing.Plan:
    with transaction() as session:
        return bringing.check(session, by, sheet.read(text.encode()))


def test_a_dry_run_tells_every_bad_row_and_writes_nothing(miriam: Registrar) -> None:
    text = HEAD + f"{AMINA},focal point,Kasese,\nnone,chief,Nowhere,\n0772000101,responder,Kasese,\n=1,x,y,\n"
    plan = check(miriam, text)
    assert [(one.row, one.column) for one in plan.bad] == [
        (3, "number"),
        (3, "role"),
        (3, "area"),
        (4, "number"),
        (5, ""),
    ]
    assert [row for row, _ in plan.people] == [2]
    assert "row 2" in plan.bad[3].what
    assert count(Contact) == count(VaultEntry) == count(AuditEntry) == 0


def test_a_file_is_brought_whole_or_not_at_all(miriam: Registrar) -> None:
    plan = check(miriam, HEAD + f"{AMINA},focal point,Kasese,\nnone,chief,Kasese,\n")
    with transaction() as session, pytest.raises(NotPossible):
        bringing.apply(session, miriam, plan, NOW)
    assert count(Contact) == 0
    with transaction() as session:
        assert bringing.apply(session, miriam, plan, NOW, only_good=True) == [(2, "KAS-01")]
    assert contact_of(AMINA).code == "KAS-01"


def test_chosen_code_names_stay_free_for_the_rows_that_chose_them(miriam: Registrar) -> None:
    plan = check(
        miriam,
        HEAD + f"{AMINA},focal point,Kasese,\n{JOSEPH},focal point,Kasese,KAS-01\n{GRACE},responder,Kween,\n",
    )
    with transaction() as session:
        made = bringing.apply(session, miriam, plan, NOW)
    assert made == [(2, "KAS-02"), (3, "KAS-01"), (4, "KWE-01")]


def test_a_dry_run_does_not_tell_who_is_known(miriam: Registrar) -> None:
    person("KAS-07", AMINA)
    say("Habari", JOSEPH)
    plan = check(miriam, HEAD + "".join(f"{n},focal point,Kasese,\n" for n in (AMINA, JOSEPH, MALLORY)))
    assert plan.bad == ()
    with transaction() as session:
        made = bringing.apply(session, miriam, plan, NOW)
    assert made == [(2, "KAS-08"), (3, "KAS-09"), (4, "KAS-10")]
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.imported")).one()
    assert entry.details == {"codes": ["KAS-08", "KAS-09", "KAS-10"]}
    assert contact_of(AMINA).code == "KAS-07"


# --- in conversation ---------------------------------------------------------------------------


def test_join_vouch_and_a_borrowed_phone_in_a_conversation(miriam: Registrar, ruth_in_kasese: UUID) -> None:
    made = word(miriam)
    assert "KAS-91" in str(say(f"JOIN {made}").reply)
    assert contact_of(AMINA).code == "KAS-91"
    assert say("VOUCH KAS91", GRACE).reply
    assert contact("KAS-91").grade == "C"
    assert "KAS-91" in str(say("PIN 4071").reply)
    ref = say(f"#KAS91 4071 {QUARREL}", MALLORY).ref
    assert ref
    assert str(say(f"STATUS {ref}").reply).startswith(ref)
    assert contact_of(MALLORY).role is ContactRole.UNKNOWN


def test_a_wrong_word_and_a_wrong_pin_open_nothing(miriam: Registrar) -> None:
    word(miriam)
    first, second = say("JOIN dabadabada"), say("JOIN kikikikiki")
    assert first.reply == second.reply
    assert contact_of(AMINA).role is ContactRole.UNKNOWN
    person("KAS-07", DANIEL, role=ContactRole.FOCAL_POINT)
    say(f"#KAS07 4071 {QUARREL}", MALLORY)
    with transaction() as session:
        reports = session.scalars(select(Contact.code).join(Report, Report.contact_id == Contact.id)).all()
    assert "KAS-07" not in reports
