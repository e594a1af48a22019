"""Planted secrets are looked for everywhere but under a seal: database, broker, logs."""

import base64
import hashlib
import io
import json
import logging
from collections.abc import Iterator

import psycopg
import pytest
import redis
from psycopg import sql

from mbiu import arrivals, channels, delivery, enrolment, logs, questions, routing
from mbiu.channels import africastalking, gateway, twilio
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.enrolment import Registrar, bringing, sheet
from mbiu.jobs import Job, ring_now
from mbiu.models import Address, utcnow
from mbiu.settings import Settings
from tests.cast import approve, close, incident_of, person, read_all, route, user
from tests.conftest import Database

NUMBER, CHAT_ID, NAME = "+256772918273", "5918273645", "Zebulon Quartzman"
RESPONDER = "+256772564738"
WORDS = "zanzibarquokka"
TEXT = f"Armed men attacked Bwera in Kasese, 3 people killed, says {NAME} {WORDS}, call {NUMBER}"


def spellings() -> dict[str, str]:
    """Each secret in the ways it may be written."""
    found = {
        "words": WORDS,
        "first name": NAME.split(maxsplit=1)[0],
        "last name": NAME.split()[1],
        "chat": CHAT_ID,
    }
    for name, number in (("number", NUMBER), ("responder", RESPONDER)):
        bare = number[1:]
        found |= {f"{name} plain": bare, f"{name} local": "0" + bare[3:], f"{name} core": bare[3:]}
    return found


def digests() -> Iterator[tuple[str, bytes]]:
    """Common digests of numbers, chat id and name in their usual spellings, raw and in hex."""
    values = [NUMBER, NUMBER[1:], "00" + NUMBER[1:], "0" + NUMBER[4:], NUMBER[4:], CHAT_ID, NAME, RESPONDER]
    values += [f"sms:{NUMBER}", f"telegram:{CHAT_ID}", f"tel:{NUMBER}"]
    for value in values:
        for kind in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sha3_256"):
            digest = hashlib.new(kind, value.encode()).digest()
            yield f"{kind} of a secret", digest[:16]
            yield f"{kind} of a secret in hex", digest.hex()[:32].encode()


def needles() -> list[tuple[str, bytes]]:
    """Every form in which a secret would still be one: raw, base64 at any offset, hex, UTF-16, digests."""
    found = list(digests())
    for name, secret in spellings().items():
        raw = secret.encode()
        found += [(name, raw), (f"{name} in hex", raw.hex().encode()), (f"{name} reversed", raw[::-1])]
        found.append((f"{name} in UTF-16", secret.encode("utf-16-le")))
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + raw)
            start = (offset * 8 + 5) // 6
            found.append((f"{name} in base64", coded[start : (offset + len(raw)) * 8 // 6]))
    return found


def finds(where: str, content: bytes) -> list[str]:
    return [f"{name} in {where}" for name, needle in needles() if needle in content]


def dump(database: Database) -> dict[str, bytes]:
    """Every table as text, each bytea in hex and once more as its bytes."""
    tables = {}
    with psycopg.connect(database.superuser_url) as link:
        names = [
            row[0] for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        for name in names:
            rows = link.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
            cells = [cell for row in rows for cell in row]
            words = "\n".join(str(cell) for cell in cells if not isinstance(cell, bytes))
            tables[name] = words.encode() + b"\n".join(cell for cell in cells if isinstance(cell, bytes))
    return tables


def broker_content(url: str) -> bytes:
    with redis.Redis.from_url(url) as client:
        keys = client.keys("*")
        return b"\n".join([*keys, *(client.dump(key) or b"" for key in keys)])


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All logging, as a program writes it: every logger at DEBUG through the scrubbing formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:], root.level = before, level


def telegram_update(number: int, text: str) -> dict[str, object]:
    who = {"id": int(CHAT_ID), "first_name": NAME.split(maxsplit=1)[0], "last_name": NAME.split()[1]}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_795_000_000,
            "from": who | {"is_bot": False, "username": WORDS, "language_code": "en"},
            "chat": who | {"type": "private", "username": WORDS},
            "text": text,
        },
    }


def every_way_in() -> Iterator[arrivals.Arrival]:
    """The canaries as each provider hands them over."""
    form = {"MessageSid": "SM" + "1f" * 16, "From": NUMBER, "Body": TEXT, "NumMedia": "0", "FromCity": NAME}
    yield twilio.parse_message(form, "UG")
    form = {"id": "at-1", "from": NUMBER, "text": "NEW " + TEXT, "to": "22395", "linkId": "x"}
    yield africastalking.parse_message(form, "UG")
    body = json.dumps({"id": "gw-1", "from": "0" + NUMBER[4:], "text": "NEW " + TEXT, "name": NAME})
    yield gateway.parse_message("moroto", body.encode(), "UG")
    for number, text in ((1, "/start"), (2, TEXT), (3, f"STATUS {WORDS}"), (4, f"ACK {WORDS}")):
        found = arrivals.from_update(telegram_update(number, text))
        assert found is not None
        yield found


FILE = f"""name,number,role,area
{NAME},{NUMBER},focal point,Kasese
{WORDS},{RESPONDER},responder,Kasese
{NAME},call {NUMBER},{WORDS},{NAME}
"""


def bring_people(by: Registrar) -> None:
    """The canaries in a file of people, as own words, as join words."""
    now = utcnow()
    with transaction() as session:
        plan = bringing.check(session, by, sheet.read(FILE.encode()))
        logging.getLogger("mbiu.enrolment").info("people.brought", extra={"plan": repr(plan)})
        (_, code), _ = bringing.apply(session, by, plan, now, only_good=True)
        contact = enrolment.find(session, by, code)
        enrolment.set_own_words(session, by, contact, WORDS, NAME.split(maxsplit=1)[0])
        address_id = session.query(Address.id).filter_by(contact_id=contact.id).scalar()
        enrolment.join(session, contact.id, address_id, WORDS, now)
        enrolment.borrow(session, WORDS, NUMBER, now)


@pytest.fixture
def planted(installation: Settings) -> None:
    """The canaries came in by every way, were read, verified, alerted, answered and closed."""
    for arrival in every_way_in():
        with transaction() as session:
            arrivals.take(session, arrival)
    read_all()
    ruth, peter = user("ruth"), user("peter")
    route("elders", [[person("UG-1", RESPONDER)]])
    with transaction() as session:
        from mbiu.models import Report

        ref = incident_of(session.query(Report.ref).order_by(Report.created_at).limit(1).scalar()).ref
    with transaction() as session:
        report = session.query(Report).order_by(Report.created_at).first()
        assert report is not None
        questions.ask_as(session, ruth, report, f"Is {NAME} with you? {WORDS}")
    approve(ref, ruth, peter)
    with transaction() as session:
        routing.send(session, ruth, ref)
    with transaction() as session:
        arrivals.take(
            session,
            twilio.parse_message(
                {"MessageSid": "SM" + "2f" * 16, "From": RESPONDER, "Body": f"DONE {NAME} {WORDS}"}, "UG"
            ),
        )
    close(ruth, ref, words=f"{NAME} {WORDS}")
    bring_people(Registrar(ruth))
    delivery.deliver()
    ring_now(Job.TRIAGE)
    channels.close()


def test_no_secret_lies_open_in_database_broker_or_logs(
    written: io.StringIO, planted: None, database: Database, broker: str
) -> None:
    tables = dump(database)
    assert len(tables["message"]) > 5000
    assert len(tables["vault"]) > 100
    found = [hit for name, content in tables.items() for hit in finds(name, content)]
    found += finds("broker", broker_content(broker))
    assert broker_content(broker)
    assert written.getvalue()
    found += finds("logs", written.getvalue().encode())
    assert found == []


def test_the_scan_finds_what_is_planted_in_the_open(database: Database) -> None:
    with psycopg.connect(database.superuser_url) as link:
        link.execute("INSERT INTO audit_head VALUES (7, 0, %s, %s)", (NUMBER.encode(), b"x"))
        link.execute(
            "INSERT INTO audit_head VALUES (8, 0, %s, %s)",
            (hashlib.sha256(NUMBER.encode()).digest(), base64.b64encode(b"-" + WORDS.encode())),
        )
    hits = finds("audit_head", dump(database)["audit_head"])
    for hit in ("number plain", "sha256 of a secret", "words in base64"):
        assert f"{hit} in audit_head" in hits


def test_an_exception_with_secrets_in_it_leaves_none_in_the_log(written: io.StringIO) -> None:
    try:
        int(f"cannot send {TEXT} to {NUMBER}")
    except ValueError:
        logging.getLogger("mbiu.delivery").exception("delivery.broken", extra={"delivery": "1"})
    assert "ValueError" in written.getvalue()
    assert finds("log", written.getvalue().encode()) == []


def test_a_telegram_name_is_not_even_carried_to_the_intake() -> None:
    found = arrivals.from_update(telegram_update(9, "Hello"))
    assert NAME.split(maxsplit=1)[0] not in repr(found)
    assert WORDS not in repr(found)
    assert AddressKind.TELEGRAM.value in repr(found)
