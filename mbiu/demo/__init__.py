"""A small demonstration for an empty installation: people, routes and messages, all marked as exercise.

Everything goes through the same doors as real messages and decisions; the phones belong to the
simulator, so no text leaves the house. `phones` are who there is, `centre` is how their house is set up,
`course` is what has happened, `command` does it.
"""

from mbiu.demo.phones import MAILBOXES, PHONES, Phone, incoming, phone, register, said_on

__all__ = ["MAILBOXES", "PHONES", "Phone", "incoming", "phone", "register", "said_on"]
