"""Somebody at the console: a browser without eyes that sends the forms its pages hold, and no others."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self

import httpx


@dataclass
class Form:
    """A form: where it goes, what it sends untouched, and the choices of its lists and buttons."""

    action: str
    fields: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._list = self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", "")))
        elif self.found and tag == "select":
            self._list = given.get("name", "")
        elif self.found and tag == "option":
            self._choice(self._list, given, "selected")
        elif self.found and given.get("type") in {"radio", "checkbox"}:
            self._choice(given.get("name", ""), given, "checked")
        elif self.found and tag == "textarea":
            self._area = given.get("name", "")
            self.found[-1].fields[self._area] = ""
        elif self.found and tag == "input" and given.get("name"):
            self.found[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area

    def _choice(self, name: str, given: dict[str, str], mark: str) -> None:
        form, value = self.found[-1], given.get("value", "")
        form.choices.setdefault(name, set()).add(value)
        if given.get("type") == "checkbox" and mark in given:
            form.fields.setdefault(name, []).append(value)
        elif mark in given or (mark == "selected" and name not in form.fields):
            form.fields[name] = value


def _goes_to(form: Form, action: str) -> bool:
    """Without a given address a form goes to its own page."""
    return form.action.endswith(action) if action else not form.action


class Analyst:
    """One browser of one person; ``page`` is what it shows."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.name, self._password = name, password
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
        self.page = ""

    def __enter__(self) -> Self:
        self.open("/login")
        self.send("", name=self.name, password=self._password)
        assert 'name="password"' not in self.open("/"), "the log-in was refused"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, path: str) -> str:
        """Look at a page."""
        return self._show(self._client.get(path))

    def send(self, action: str, **values: str) -> str:
        """Fill in and send the form of this page whose address ends in ``action``; the page that follows."""
        form = self.form(action)
        for name, value in values.items():
            assert name in form.fields or name in form.choices, f"no field {name}"
            assert value in form.choices.get(name, {value}), f"{name} offers {form.choices[name]}"
        target = form.action or str(self._client.base_url.join("/login"))
        return self._show(self._client.post(target, data=form.fields | values))

    def form(self, action: str) -> Form:
        """The form of this page whose address ends in ``action``."""
        found = [form for form in _Forms(self.page).found if _goes_to(form, action)]
        assert found, f"{self.name} sees no form {action}"
        return found[0]

    def offers(self, action: str) -> bool:
        """Whether this page has such a form."""
        return any(_goes_to(form, action) for form in _Forms(self.page).found)

    def incidents(self) -> list[str]:
        """The references in the queue, the most urgent first."""
        return list(dict.fromkeys(re.findall(r"/incidents/(I[0-9A-Z]{6})", self.open("/"))))

    def _show(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, f"{answer.request.url.path}: {answer.status_code}"
        self.page = answer.text
        return self.page
