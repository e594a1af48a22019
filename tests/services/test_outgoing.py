"""One alert by SMS, chat, mail and web hook: each in its own words, and in no byte who told, or how."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from mbiu import delivery, routing
from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind, DeliveryState, ResponderClass
from mbiu.db import transaction
from mbiu.models import Report, utcnow
from mbiu.verification import find
from tests.cast import AMINA, DANIEL, approve, contact_of, deliveries, incident_of, person, route, tell, user
from tests.doubles import Doubles
from tests.doubles.hooks import HookDouble
from tests.doubles.mail import MailDouble
from tests.services.conftest import Configure

CHAT, OFFICE = "777001", "office@peace.example"
CANARY = "Kanari wa shamba"
TOLD = f"Land dispute in Bwera, Kasese, people are shouting at each other, {CANARY}"


@pytest.fixture
def mail() -> Iterator[MailDouble]:
    with MailDouble() as running:
        yield running


@pytest.fixture
def partner(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    configure: Configure,
    mail: MailDouble,
    providers: Doubles,
) -> Iterator[HookDouble]:
    with HookDouble(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        configure(
            hook_hosts=running.allowed, hook_networks="127.0.0.0/8", smtp_url=mail.url,
            mail_from="Centre <centre@example.org>", public_url="https://hooks.example.org",
        )  # fmt: skip
        providers.telegram.know(int(CHAT))
        yield running


def four(partner: HookDouble) -> list[str]:
    """Four people, one by each way; their code names."""
    chat, office = (
        {"kind": AddressKind.TELEGRAM, "channel": "telegram"},
        {"kind": AddressKind.EMAIL, "channel": "email"},
    )
    outside = {"kind": AddressKind.WEBHOOK, "channel": "webhook", "responder_class": ResponderClass.PARTNER}
    kept = str(Hook(partner.url, "a-secret-of-the-partner"))
    people = [
        person("KAS-71", DANIEL, language="sw"),
        person("KAS-72", CHAT, language="fr", **chat),
        person("KAS-73", OFFICE, language="en", **office),
        person("KAS-74", kept, language="en", **outside),
    ]
    route("everybody", [people])
    return ["KAS-71", "KAS-72", "KAS-73", "KAS-74"]


def test_one_alert_by_four_ways_says_what_each_may_know_and_nothing_of_who_told(
    providers: Doubles, mail: MailDouble, partner: HookDouble
) -> None:
    codes, report = four(partner), tell(TOLD)
    incident, ruth = incident_of(report), user("ruth")
    approve(incident.ref, ruth)
    with transaction() as session:
        ref = routing.send(session, ruth, incident.ref).ref
    while delivery.deliver():
        pass

    (sms,), (chat,) = providers.twilio.texts(DANIEL), providers.telegram.texts(int(CHAT))
    (letter,), (call,) = mail.to(OFFICE), partner.calls
    document = json.loads(call.body)["alert"]
    assert sms.startswith(f"{ref} ")
    assert "Jibu 1" in sms
    assert f"{ref}\n\nQuoi" in chat.replace(" :", "")
    assert letter["Subject"] == f"{ref}: please answer"
    assert "Where: Bwera, Kasese" in letter.get_content()
    assert "https://hooks.example.org/a/en/" in letter.get_content()
    assert (document["reference"], document["areas"][-1]) == (ref, "ug-kasese")
    assert {one.state for one in deliveries()} <= {DeliveryState.SENT, DeliveryState.DELIVERED}

    left = [sms, chat, letter.as_string(), letter.get_content(), call.body.decode(), str(call.headers)]
    told_by = contact_of(AMINA).code
    secrets = [CANARY, AMINA, AMINA[4:], told_by, report, *codes]
    assert [one for one in secrets for text in left if one in text] == []


def test_a_partner_hears_nothing_that_only_somebody_under_duress_tells(partner: HookDouble) -> None:
    four(partner)
    ref, ruth = incident_of(tell(TOLD)).ref, user("ruth")
    approve(ref, ruth)
    with transaction() as session:
        assert "KAS-74" in {one.code for one in routing.plan(session, find(session, ref)).recipients}
        session.execute(update(Report).values(duress=True))
        plan = routing.plan(session, find(session, ref))
    assert [code for code, _ in plan.left_out] == ["KAS-74"]


def test_a_partners_mail_knows_the_district_only(mail: MailDouble, partner: HookDouble) -> None:
    kept = {"kind": AddressKind.EMAIL, "channel": "email", "responder_class": ResponderClass.PARTNER}
    route("partners", [[person("KAS-75", OFFICE, **kept)]])
    report, ruth = tell(f"{TOLD}, {utcnow() - dt.timedelta(hours=1):%H:%M}"), user("ruth")
    approve(incident_of(report).ref, ruth)
    with transaction() as session:
        routing.send(session, ruth, incident_of(report).ref)
    while delivery.deliver():
        pass
    (letter,) = mail.to(OFFICE)
    assert "Where: Kasese" in letter.get_content().splitlines()
    assert "Bwera" not in letter.get_content()
