"""Addresses that a form or a query hands us to go to."""


def own_path(target: str) -> str:
    """``target`` where it is a path of this console, else nothing."""
    # Browsers read a backslash as a slash, and two slashes as the start of another host's address.
    slashes = target.replace("\\", "/")
    own = slashes.startswith("/") and not slashes.startswith("//")
    return target if own and target.isprintable() else ""
