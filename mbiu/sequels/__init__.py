"""What follows an alert: an update, a recall or the all-clear, to everybody whom the alert had reached.

One action by one person. A recall and an all-clear end the alert and name nothing but its reference, so that
nobody is kept from them; an update tells the facts as they are now and therefore needs the approvals of an
alert (the database sees to it) and is kept from whoever must not be told of the incident any more.
"""

from mbiu.sequels.audience import Kind, To, missed, recipients
from mbiu.sequels.sending import again, send
from mbiu.sequels.wordings import contents, ended

__all__ = ["Kind", "To", "again", "contents", "ended", "missed", "recipients", "send"]
