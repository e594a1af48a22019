"""Wrong tries, counted by a keyed digest of who they are charged to; the worker forgets them after a day."""

import datetime as dt

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from mbiu.models import LoginAttempt

DAY = dt.timedelta(days=1)


def count(session: Session, account: bytes, since: dt.datetime) -> int:
    wrong = select(func.count()).where(LoginAttempt.account == account, LoginAttempt.at > since)
    return session.scalar(wrong) or 0


def add(session: Session, now: dt.datetime, *accounts: bytes) -> None:
    session.execute(insert(LoginAttempt), [{"account": account, "at": now} for account in accounts])
