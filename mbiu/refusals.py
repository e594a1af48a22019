"""Why something a user asked for was not done; each carries words fit for a screen."""


class Refused(Exception):
    """The base of all refusals. ``why`` is one sentence for the user."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotAllowed(Refused):
    """This person may not do this."""


class Stale(Refused):
    """Someone changed the thing since it was looked at."""


class NotPossible(Refused):
    """The thing is not in a state in which this can be done."""


class NotFound(Refused):
    """There is no such thing, or it lies outside the user's area; nobody can tell which."""
