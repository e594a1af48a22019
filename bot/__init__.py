"""Telegram by polling, for a machine without a public address; `--webhook` moves it to the hooks.

No conversation is kept here: what was said before is in the database, so that a bot may be killed,
or run twice, at any moment.
"""
