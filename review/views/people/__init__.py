"""People: who is registered, how they come to be, and what ends it. One module a subject."""

from review.views.people import enrolment, files, lists, parting, revealing, twins, ways, words
from review.views.people.blueprint import pages

__all__ = ["enrolment", "files", "lists", "pages", "parting", "revealing", "twins", "ways", "words"]
