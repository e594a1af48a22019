"""What every answer of the console carries, and whether it is reached over TLS."""

from flask import Flask, Response, request

from mbiu.settings import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make every form over HTTPS fail the cross-site check.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
YEAR = 31_536_000


def is_https() -> bool:
    """Whether people reach the console over TLS, by the address the operator gave it."""
    return settings().console_url.startswith("https://")


def install(app: Flask) -> None:
    """Add the headers to every answer, errors and files included."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if is_https():
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    response.headers["Cache-Control"] = _caching()
    return response


def _caching() -> str:
    """Files with a content hash in their address may stay; everything else is forgotten at once."""
    if request.endpoint != "static":
        return "no-store"
    return f"public, max-age={YEAR}, immutable" if "v" in request.args else "no-cache"
