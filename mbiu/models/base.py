"""What all tables share: names for constraints, and the shapes of ids, times and sealed values."""

import datetime as dt
import enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Enum, LargeBinary, MetaData, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from mbiu.refs import new_id

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
Moment = Annotated[dt.datetime, mapped_column(DateTime(timezone=True))]
Words = Annotated[list[str], mapped_column(ARRAY(Text), default=list, server_default="{}")]
Numbers = Annotated[list[int], mapped_column(ARRAY(SmallInteger), default=list, server_default="{}")]
Json = Annotated[dict[str, Any], mapped_column(JSONB, default=dict, server_default="{}")]


# Codes are kept as their words; a new code needs no migration.
_CODE = Enum(
    enum.StrEnum,
    native_enum=False,
    create_constraint=False,
    length=24,
    values_callable=lambda codes: [code.value for code in codes],
)


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        str: Text,
        dt.datetime: DateTime(timezone=True),
        enum.StrEnum: _CODE,
    }


def utcnow() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
