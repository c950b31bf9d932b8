"""The rows of sealed files as pyarrow and DuckDB see them, which share no code with Weir: JSON, for the test.

Each row is a list of text, times in milliseconds, null where there is none; rows are in the order of their text.
"""

import json
import pathlib
import sys

import duckdb
import pyarrow
import pyarrow.parquet as parquet

paths = sorted(str(path) for path in pathlib.Path(sys.argv[1]).rglob("*.parquet"))
tables = [parquet.read_table(path, page_checksum_verification=True) for path in paths]
table = pyarrow.concat_tables(tables)


def plain(column):
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast(pyarrow.int64())
    return [None if value is None else str(value) for value in column.to_pylist()]


def ordered(rows):
    return sorted(([None if value is None else str(value) for value in row] for row in rows), key=json.dumps)


connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
source = f"read_parquet({paths})"
described = connection.execute(f"describe select * from {source}").fetchall()
chosen = ", ".join(
    f'epoch_ms("{name}")' if type_.startswith("TIMESTAMP") else f'"{name}"' for name, type_, *_ in described)
sums = 'select sum(packets), sum(bytes), sum("lost-packets"), sum("lost-bytes"), count(*) from ' + source
print(json.dumps({
    "files": len(paths),
    "columns": [[field.name, str(field.type)] for field in table.schema],
    "duckTypes": [type_ for _, type_, *_ in described],
    "arrow": ordered(zip(*(plain(column) for column in table.columns))),
    "duck": ordered(connection.execute(f"select {chosen} from {source}").fetchall()),
    "sums": [str(value) for value in connection.execute(sums).fetchone()],
    "firstHour": [str(row[0]) for row in connection.execute(
        f'select distinct date_trunc(\'hour\', "end")::varchar from {source} order by 1').fetchall()],
}))
