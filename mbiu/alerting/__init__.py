"""The words of an alert: where, what, when and how sure, without a reporter and without their words.

`contents` makes all that an alert's recipients need, one text for each way, language and audience; `outgoing`
makes of one of them what is sent to one address.
"""

from mbiu.alerting.contents import contents, document, key, line_key, withheld
from mbiu.alerting.sending import USEFUL, outgoing
from mbiu.alerting.wording import buttons, headed, wording

__all__ = [
    "USEFUL", "buttons", "contents", "document", "headed", "key", "line_key", "outgoing", "withheld",
    "wording",
]  # fmt: skip
