"""Forged, stale and mangled calls: one genuine call and everything Mallory makes of it."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import urlencode

URL = "https://hooks.example.org/hooks/twilio/messages"
TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "k3Yp0wQ7-vJ2mZ_xR9tLcA5d"
KEY = b"a shared key of the gateway"
NOW = 1_795_000_000
FORM = {
    "MessageSid": "SM" + "1f" * 16,
    "AccountSid": "AC" + "0a" * 16,
    "From": "+254712345678",
    "To": "+254700000000",
    "Body": "Watu wamefika é na n'gombe",
    "NumMedia": "0",
    "FromCountry": "KE",
}
BODY = b'{"id": "phone-1", "from": "0712345678", "text": "Habari"}'


@dataclass(frozen=True)
class TwilioCall:
    """What reaches ``twilio.verify``."""

    url: str = URL
    form: dict[str, str | list[str]] | None = None
    signature: str | None = ""
    tokens: tuple[str, ...] = (TOKEN,)


@dataclass(frozen=True)
class GatewayCall:
    """What reaches ``gateway.verify``."""

    body: bytes = BODY
    timestamp: str | None = str(NOW)
    signature: str | None = ""
    key: bytes = KEY
    now: float = NOW


def digest(text: str, token: str = TOKEN, algorithm: str = "sha1") -> str:
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), algorithm)).decode()


def joined(form: dict[str, str], url: str = URL) -> str:
    return url + "".join(name + form[name] for name in sorted(form))


GENUINE = digest(joined(FORM))
SIGNED = TwilioCall(form=dict(FORM), signature=GENUINE)


def _form(**changes: str | list[str]) -> TwilioCall:
    return replace(SIGNED, form=dict(FORM) | changes)


def _form_of(form: dict[str, str], without: str) -> TwilioCall:
    return replace(SIGNED, form={key: value for key, value in form.items() if key != without})


def _without(name: str) -> TwilioCall:
    return _form_of(FORM, name)


def _signature(signature: str | None) -> TwilioCall:
    return replace(SIGNED, signature=signature)


def _url(url: str) -> TwilioCall:
    return replace(SIGNED, url=url)


TWILIO_FORGERIES: dict[str, TwilioCall] = {
    "no signature": _signature(None),
    "an empty signature": _signature(""),
    "a blank signature": _signature(" "),
    "the word null": _signature("null"),
    "zeros": _signature(base64.b64encode(bytes(20)).decode()),
    "another token": _signature(digest(joined(FORM), "f" * 32)),
    "the account id as token": _signature(digest(joined(FORM), FORM["AccountSid"])),
    "an empty token": _signature(digest(joined(FORM), "")),
    "an empty token where none is set": replace(SIGNED, signature=digest(joined(FORM), ""), tokens=("",)),
    "no token set": replace(SIGNED, tokens=()),
    "only another token set": replace(SIGNED, tokens=("f" * 32,)),
    "signed for the status hook": _signature(digest(joined(FORM, URL.replace("messages", "status")))),
    "signed for another host": _signature(digest(joined(FORM, URL.replace("hooks.", "hook.")))),
    "posted to another path": _url(URL.replace("messages", "status")),
    "posted to another host": _url(URL.replace("example.org", "example.com")),
    "posted to a host that begins alike": _url(URL.replace("example.org", "example.org.evil.test")),
    "posted over http": _url(URL.replace("https", "http")),
    "posted with a query": _url(URL + "?x=1"),
    "posted with a slash more": _url(URL + "/"),
    "posted in capitals": _url(URL.replace("hooks/twilio", "Hooks/Twilio")),
    "another text": _form(Body="Watu wameondoka"),
    "a space after the text": _form(Body=FORM["Body"] + " "),
    "a line after the text": _form(Body=FORM["Body"] + "\n"),
    "an empty text": _form(Body=""),
    "the text in another Unicode form": _form(Body=unicodedata.normalize("NFD", FORM["Body"])),
    "the text with a NUL": _form(Body=FORM["Body"] + "\x00"),
    "the text with a surrogate": _form(Body=FORM["Body"] + "\ud800"),
    "another sender": _form(From="+254799999999"),
    "sender and receiver exchanged": _form(From=FORM["To"], To=FORM["From"]),
    "another message id": _form(MessageSid="SM" + "2e" * 16),
    "a field more": _form(MediaUrl0="https://evil.test/x.jpg"),
    "an empty field more": _form(Foo=""),
    "a second text": _form(Body=[FORM["Body"], "Njooni"]),
    "a field less": _without("NumMedia"),
    "no sender": _without("From"),
    "a field in other letters": _form_of(FORM | {"body": FORM["Body"]}, "Body"),
    "no fields": replace(SIGNED, form={}),
    "signature cut": _signature(GENUINE[:-2]),
    "padding cut": _signature(GENUINE.rstrip("=")),
    "signature longer": _signature(GENUINE + "A"),
    "signature twice": _signature(f"{GENUINE},{GENUINE}"),
    "signature in quotes": _signature(f'"{GENUINE}"'),
    "signature with a line": _signature(GENUINE + "\n"),
    "signature with a space before": _signature(" " + GENUINE),
    "signature with a NUL": _signature(GENUINE + "\x00"),
    "signature in small letters": _signature(GENUINE.lower()),
    "signature in capitals": _signature(GENUINE.upper()),
    "signature as hexadecimal": _signature(base64.b64decode(GENUINE).hex()),
    "signature encoded twice": _signature(base64.b64encode(GENUINE.encode()).decode()),
    "signature named": _signature("sha1=" + GENUINE),
    "signature outside ASCII": _signature("é" + GENUINE[1:]),
    "signature with a surrogate": _signature("\ud800" + GENUINE[1:]),
    "a megabyte of signature": _signature("A" * 1_000_000),
    "SHA-256": _signature(digest(joined(FORM), algorithm="sha256")),
    "MD5": _signature(digest(joined(FORM), algorithm="md5")),
    "no key at all": _signature(base64.b64encode(hashlib.sha1(joined(FORM).encode()).digest()).decode()),
    "the URL alone": _signature(digest(URL)),
    "fields unsorted": _signature(digest(URL + "".join(name + value for name, value in FORM.items()))),
    "the encoded body": _signature(digest(URL + urlencode(FORM))),
}


def gateway_signature(timestamp: str, body: bytes, key: bytes = KEY, algorithm: str = "sha256") -> str:
    return "sha256=" + hmac.new(key, timestamp.encode() + b"." + body, algorithm).hexdigest()


_T = str(NOW)
_S = gateway_signature(_T, BODY)
PHONE = GatewayCall(signature=_S)


def _at(timestamp: str | None) -> GatewayCall:
    """A time that Mallory can have signed, were it a number."""
    signed = gateway_signature(timestamp, BODY) if timestamp and timestamp.isprintable() else _S
    return replace(PHONE, timestamp=timestamp, signature=signed)


def _with(signature: str | None) -> GatewayCall:
    return replace(PHONE, signature=signature)


GATEWAY_FORGERIES: dict[str, GatewayCall] = {
    "no signature": _with(None),
    "an empty signature": _with(""),
    "no time": replace(PHONE, timestamp=None),
    "an empty time": replace(PHONE, timestamp=""),
    "neither": replace(PHONE, timestamp=None, signature=None),
    "301 seconds old": replace(PHONE, now=NOW + 301),
    "301 seconds early": replace(PHONE, now=NOW - 301),
    "a day old": replace(PHONE, now=NOW + 86_400),
    "time renewed without signing": replace(PHONE, timestamp=str(NOW + 60)),
    "time in milliseconds": _at(str(NOW * 1000)),
    "time zero": _at("0"),
    "time below zero": _at(f"-{NOW}"),
    "time with a plus": _at(f"+{NOW}"),
    "time with a fraction": _at(f"{NOW}.0"),
    "time with an exponent": _at("1.795e9"),
    "time in hexadecimal": _at(hex(NOW)),
    "time with underscores": _at("1_795_000_000"),
    "time with a space": _at(f" {NOW}"),
    "time with a line": _at(f"{NOW}\n"),
    "time with a NUL": _at(f"{NOW}\x00"),
    "time in Arabic digits": _at("".join(chr(0x660 + int(d)) for d in _T)),
    "time of a thousand digits": _at("1" * 1_000),
    "time as a word": _at("now"),
    "time not a number": _at("nan"),
    "time without end": _at("inf"),
    "time as a date": _at("2026-11-22T12:00:00Z"),
    "time with a surrogate": _at("\ud800"),
    "another text": replace(PHONE, body=BODY.replace(b"Habari", b"Hatari")),
    "a byte more": replace(PHONE, body=BODY + b" "),
    "a byte less": replace(PHONE, body=BODY[:-1]),
    "no body": replace(PHONE, body=b""),
    "the same JSON written otherwise": replace(PHONE, body=BODY.replace(b": ", b":")),
    "another sender": replace(PHONE, body=BODY.replace(b"0712", b"0799")),
    "another key": _with(gateway_signature(_T, BODY, b"another key of some length")),
    "an empty key": replace(PHONE, key=b"", signature=gateway_signature(_T, BODY, b"")),
    "the key of another gateway": replace(PHONE, key=b"the key of the gateway at Kotido"),
    "no name of the digest": _with(_S.removeprefix("sha256=")),
    "SHA-1": _with("sha1=" + hmac.new(KEY, f"{_T}.".encode() + BODY, "sha1").hexdigest()),
    "SHA-1 called SHA-256": _with(gateway_signature(_T, BODY, algorithm="sha1")),
    "SHA-512 called SHA-256": _with(gateway_signature(_T, BODY, algorithm="sha512")),
    "no key at all": _with("sha256=" + hashlib.sha256(_T.encode() + b"." + BODY).hexdigest()),
    "the body alone": _with("sha256=" + hmac.new(KEY, BODY, "sha256").hexdigest()),
    "time and body without the dot": _with(
        "sha256=" + hmac.new(KEY, _T.encode() + BODY, "sha256").hexdigest()
    ),
    "the border moved": replace(PHONE, timestamp=_T[:-1], body=_T[-1:].encode() + b"." + BODY),
    "signature cut": _with(_S[:-1]),
    "signature longer": _with(_S + "0"),
    "signature in capitals": _with("sha256=" + _S[7:].upper()),
    "signature in base64": _with("sha256=" + base64.b64encode(bytes.fromhex(_S[7:])).decode()),
    "two signatures": _with(f"{_S},{_S}"),
    "signature with a space": _with(_S + " "),
    "signature with a line": _with(_S + "\n"),
    "signature outside ASCII": _with("sha256=é" + _S[8:]),
    "signature with a surrogate": _with("\ud800" + _S),
    "zeros": _with("sha256=" + "0" * 64),
    "a megabyte of signature": _with("sha256=" + "0" * 1_000_000),
}


SECRET_FORGERIES: dict[str, tuple[str | None, str]] = {
    "nothing": (None, SECRET),
    "an empty text": ("", SECRET),
    "a space": (" ", SECRET),
    "a slash": ("/", SECRET),
    "the word None": ("None", SECRET),
    "no secret set, none given": (None, ""),
    "no secret set, an empty one given": ("", ""),
    "no secret set": (SECRET, ""),
    "a short secret set and given": ("short", "short"),
    "a secret of one character": ("x", "x"),
    "in capitals": (SECRET.upper(), SECRET),
    "in small letters": (SECRET.lower(), SECRET),
    "backwards": (SECRET[::-1], SECRET),
    "twice": (SECRET * 2, SECRET),
    "with a space before": (" " + SECRET, SECRET),
    "with a space after": (SECRET + " ", SECRET),
    "with a line after": (SECRET + "\n", SECRET),
    "with a NUL after": (SECRET + "\x00", SECRET),
    "with a slash after": (SECRET + "/", SECRET),
    "with a path after": (SECRET + "/../" + SECRET, SECRET),
    "percent-encoded": (SECRET.replace("-", "%2D"), SECRET),
    "in quotes": (f'"{SECRET}"', SECRET),
    "as a digest": (hashlib.sha256(SECRET.encode()).hexdigest(), SECRET),
    "as base64": (base64.b64encode(SECRET.encode()).decode(), SECRET),
    "with a look-alike letter": (SECRET.replace("c", "с"), SECRET),
    "in wide letters": ("".join(chr(ord(c) + 0xFEE0) for c in SECRET), SECRET),
    "with a surrogate": (SECRET + "\ud800", SECRET),
    "with a joiner inside": (SECRET[:5] + "\u200d" + SECRET[5:], SECRET),
    "with two letters exchanged": (SECRET[1] + SECRET[0] + SECRET[2:], SECRET),
    "a million letters": ("A" * 1_000_000, SECRET),
    "a pattern": (".*", SECRET),
    "a per cent sign": ("%", SECRET),
    "a list": (f"[{SECRET!r}]", SECRET),
} | {f"without letter {n}": (SECRET[:n] + SECRET[n + 1 :], SECRET) for n in range(len(SECRET))}
