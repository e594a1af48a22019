"""Open what a country team brings: plain, zipped or gzipped text, CSV and Excel."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from mbiu.gazetteer.bring.incoming import BadImport

Table = Iterator[tuple[int, dict[str, str]]]
_ZIPPED = b"PK\x03\x04"
_GZIPPED = b"\x1f\x8b"
_MOST_BYTES = 2_000_000_000


def text(path: Path, inside: str = "") -> str:
    """The text of a file, unpacked; of a zip the member whose name ends in ``inside``. Raises BadImport."""
    try:
        raw = _unpacked(path, inside)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise BadImport(f"{path.name}: cannot be unpacked ({error})") from None
    try:
        found = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise BadImport(f"row {row}: not UTF-8; save the file as UTF-8") from None
    if not found.strip():
        raise BadImport(f"{path.name}: the file is empty")
    return found


def _unpacked(path: Path, inside: str) -> bytes:
    start = path.read_bytes()[:4]
    if start == _ZIPPED:
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith(inside.lower())]
            if not names:
                raise BadImport(f"{path.name}: holds no {inside}")
            if packed.getinfo(names[0]).file_size > _MOST_BYTES:
                raise BadImport(f"{path.name}: {names[0]} is too large")
            return packed.read(names[0])
    if start[:2] == _GZIPPED:
        return gzip.decompress(path.read_bytes())
    return path.read_bytes()


def table(path: Path) -> tuple[list[str], Table]:
    """The columns and the rows of a CSV file or of the first sheet of an Excel file. Raises BadImport."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _sheet(path)
    if path.suffix.lower() in (".xls", ".ods", ".shp", ".gpkg"):
        raise BadImport(f"{path.name}: save it as CSV, xlsx or GeoJSON first")
    reader = csv.DictReader(io.StringIO(text(path, ".csv")), restval="")
    try:
        columns = [name.strip() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise BadImport(f"row 1: {error}") from None
    reader.fieldnames = columns
    return columns, _rows(reader)


def _rows(reader: "csv.DictReader[str]") -> Table:
    try:
        for row in reader:
            yield reader.line_num, {key: value or "" for key, value in row.items() if isinstance(key, str)}
    except csv.Error as error:
        raise BadImport(f"row {reader.line_num}: {error}") from None


def _sheet(path: Path) -> tuple[list[str], Table]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadImport(f"{path.name}: no Excel file ({error})") from None
    rows = book.worksheets[0].iter_rows(values_only=True)
    columns = [str(cell or "").strip() for cell in next(rows, ())]
    if not any(columns):
        raise BadImport(f"{path.name}: the first sheet is empty")
    filled = (
        (number, {key: "" if cell is None else str(cell) for key, cell in zip(columns, row, strict=False)})
        for number, row in enumerate(rows, 2)
        if any(cell is not None for cell in row)
    )
    return columns, filled
