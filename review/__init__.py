"""The analysts' console: a private Flask app on a port of its own."""

from review.app import create_app

__all__ = ["create_app"]
