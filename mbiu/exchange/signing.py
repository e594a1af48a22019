"""The house's signature under its messages: enveloped XML-DSig, ECDSA over P-256 with SHA-256.

The key is a number of its own or, where none is set, made from the audit key. Its certificate is signed by
itself and always the same, so that receivers can hold on to it.
"""

import datetime as dt
import hashlib
import hmac
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from lxml import etree

from mbiu.settings import settings

#: The order of P-256 (SEC 2): private keys are 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: A certificate without an issuer proves nothing by its dates; these only must hold.
_FROM, _UNTIL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2056, 1, 1, tzinfo=dt.UTC)
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


def sign(root: etree._Element) -> etree._Element:
    """A signed copy of the document, the signature last in it and the certificate in the signature."""
    from signxml import methods
    from signxml.signer import XMLSigner

    key, certificate = _pair(settings().cap_signing_key)
    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm="ecdsa-sha256",
        digest_algorithm="sha256",
        c14n_algorithm=_C14N,
    )
    signed: etree._Element = signer.sign(root, key=key, cert=[certificate])
    return signed


def certificate() -> str:
    """What receivers check signatures with, as PEM."""
    return _pair(settings().cap_signing_key)[1].public_bytes(Encoding.PEM).decode()


@lru_cache(maxsize=4)
def _pair(secret: bytes) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    number = int.from_bytes(hmac.digest(secret, b"signs messages", "sha512")) % (_ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mbiu")])
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    serial = int.from_bytes(hashlib.sha256(public).digest()[:16]) >> 1
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(_FROM).not_valid_after(_UNTIL)
    return key, builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
