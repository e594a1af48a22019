"""The console over TLS, as it is reached behind a proxy's certificate or its own."""

import datetime as dt
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, expect

from mbiu.launch import programs
from tests import forks

pytestmark = pytest.mark.browser


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody else vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
    made = builder.not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return cert_file, key_file


@pytest.fixture
def secure_console(
    environment: dict[str, str], installation: dict[str, str], tmp_path: Path
) -> Iterator[str]:
    cert, key = _certificate(tmp_path)
    port = int(environment["MBIU_CONSOLE_PORT"])
    url = f"https://127.0.0.1:{port}"
    env = environment | {"MBIU_CONSOLE_URL": url, "GUNICORN_CMD_ARGS": f"--certfile {cert} --keyfile {key}"}
    child = forks.forked(programs.console("127.0.0.1", port, 1, env))
    child.start(lambda _name, _line: None)
    _wait(port)
    yield url
    child.stop()


def _wait(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the console did not come up")


def test_logging_in_and_out_works_over_tls(
    browser: Browser, secure_console: str, installation: dict[str, str]
) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{secure_console}/login")
    page.get_by_label("Name").fill("ruth")
    page.get_by_label("Passphrase").fill(installation["ruth"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{secure_console}/")
    (cookie,) = context.cookies()
    assert cookie["name"] == "__Host-mbiu"
    assert cookie["secure"]
    assert cookie["httpOnly"]
    page.locator("[data-claim]").first.click()
    expect(page.get_by_role("status").filter(has_text="yours")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{secure_console}/login")
    context.close()
