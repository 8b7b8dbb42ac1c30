"""Tables as Parquet files, written by pyarrow (extra `parquet`)."""

import io

from bptt_viz.errors import MissingError
from bptt_viz.results.sweep import SweepTable


def parquet_bytes(table: SweepTable) -> bytes:
    """Return one row a run: options, status, seconds, error, kept values.

    A column whose values are of several kinds is written as text.

    Raises:
        MissingError: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingError("Parquet needs pyarrow; install it with `pip install 'bptt-viz[parquet]'`") from None
    names = [*table.options, "status", "seconds", "error", *table.fields]
    columns = {name: _alike([row.get(name) for row in table.rows]) for name in dict.fromkeys(names)}
    held = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), held)
    return held.getvalue()


def _alike(values: list[object]) -> list[object]:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return [float(value) if float in kinds and isinstance(value, int) else value for value in values]
    return values if len(kinds) == 1 else [None if value is None else str(value) for value in values]
