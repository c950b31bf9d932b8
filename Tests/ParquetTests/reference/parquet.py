"""What pyarrow and DuckDB make of a Parquet file, and files that pyarrow writes: they share no code with Weir.

read FILE                 prints as JSON what both see: types, rows, bounds, and what a search finds
write DIRECTORY           writes files in pyarrow's own ways; prints for each the rows it has
"""

import json
import sys

import duckdb
import pyarrow
import pyarrow.dataset as dataset
import pyarrow.parquet as parquet

UTC = pyarrow.timestamp("ms", tz="UTC")


def plain(array):
    """A column as text, row by row; times as milliseconds."""
    if pyarrow.types.is_timestamp(array.type):
        array = array.cast(pyarrow.timestamp("ms", tz="UTC")).cast(pyarrow.int64())
    return [None if value is None else str(value) for value in array.to_pylist()]


def read(path):
    # Checksums of pages are verified.
    table = parquet.read_table(path, page_checksum_verification=True)
    metadata = parquet.read_metadata(path)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    described = connection.execute("describe select * from read_parquet(?)", [path]).fetchall()
    columns = []
    for index, (name, duck_type, *_) in enumerate(described):
        column = table.column(name).combine_chunks()
        quoted = '"' + name.replace('"', '""') + '"'
        value = f"epoch_ms({quoted})" if duck_type.startswith("TIMESTAMP") else quoted
        rows = connection.execute(f"select {value} from read_parquet(?)", [path]).fetchall()
        chunk = metadata.row_group(0).column(index)
        hits = {}
        wanted = [value for value in dict.fromkeys(column.to_pylist()) if value is not None][:3]
        for value in wanted:
            typed = pyarrow.scalar(value, column.type)
            found = parquet.read_table(path, columns=[name], filters=dataset.field(name) == typed).num_rows
            by_duck = connection.execute(
                f"select count(*) from read_parquet(?) where {quoted} = ?", [path, value]
            ).fetchone()[0]
            key = str(typed.cast(pyarrow.int64())) if column.type == UTC else str(value)
            hits[key] = [found, by_duck]
        columns.append({
            "name": name,
            "arrow_type": str(column.type),
            "arrow_nullable": table.schema.field(name).nullable,
            "arrow": plain(column),
            "duck_type": duck_type,
            "duck": [None if row[0] is None else str(row[0]) for row in rows],
            "bounds": chunk.is_stats_set and chunk.statistics.has_min_max,
            "nulls": chunk.statistics.null_count,
            "hits": hits,
            "excluded": excluded(connection, path, name, duck_type, column),
        })
    groups = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    print(json.dumps({"rows": metadata.num_rows, "groups": groups, "created_by": metadata.created_by,
                      "key_values": {key.decode(): value.decode() for key, value in (metadata.metadata or {}).items()},
                      "columns": columns}))


def excluded(connection, path, name, duck_type, column):
    """How many row groups the Bloom filter excludes for a value that occurs in all, and for texts that do not."""
    if duck_type != "VARCHAR":
        return None
    groups = [set(part.column(name).to_pylist()) for part in parts(path)]
    common = [value for value in set.intersection(*groups) if value is not None]
    probe = "select count(*) filter (where bloom_filter_excludes) from parquet_bloom_probe(?, ?, ?)"
    strangers = sum(connection.execute(probe, [path, name, f"no such text {index}"]).fetchone()[0] for index in range(20))
    wrong = sum(connection.execute(probe, [path, name, value]).fetchone()[0] for value in common[:20])
    return {"strangers": strangers, "wrong": wrong, "groups": len(groups)}


def parts(path):
    file = parquet.ParquetFile(path)
    return [file.read_row_group(index) for index in range(file.num_row_groups)]


def write(directory):
    count = 5000
    gap = lambda values: [None if index % 7 == 3 else value for index, value in enumerate(values)]  # noqa: E731
    table = pyarrow.table({
        "u8": pyarrow.array([index % 251 for index in range(count)], pyarrow.uint8()),
        "u16": pyarrow.array(gap([index * 13 % 65536 for index in range(count)]), pyarrow.uint16()),
        "u32": pyarrow.array([4294967295 - index for index in range(count)], pyarrow.uint32()),
        "u64": pyarrow.array(gap([(index * 2654435761 << 20) % 2**64 for index in range(count)]), pyarrow.uint64()),
        "i32": pyarrow.array([index // 100 - 2**31 for index in range(count)], pyarrow.int32()),
        "i64": pyarrow.array(gap([(-1) ** index * index ** 4 for index in range(count)]), pyarrow.int64()),
        "at": pyarrow.array([1700000000000 + index * 1000 for index in range(count)], UTC),
        "text": pyarrow.array(gap([f"10.0.{index % 40}.{index % 11}ß" for index in range(count)]), pyarrow.string()),
        "none": pyarrow.array([None] * count, pyarrow.string()),
    })
    ways = {
        "zstd": dict(compression="zstd"),
        "none": dict(compression="none", write_page_checksum=True),
        "version2": dict(compression="zstd", data_page_version="2.0"),
        "version2-none": dict(compression="none", data_page_version="2.0"),
        "plain": dict(compression="zstd", use_dictionary=False),
        "delta": dict(compression="zstd", use_dictionary=False,
                      column_encoding={name: "DELTA_BINARY_PACKED" for name in table.schema.names[:7]}),
        "small": dict(compression="zstd", row_group_size=700, data_page_size=512, dictionary_pagesize_limit=256),
    }
    files = []
    for way, options in ways.items():
        path = f"{directory}/{way}.parquet"
        parquet.write_table(table, path, **options)
        files.append(path)
    path = f"{directory}/duckdb.parquet"
    # DuckDB keeps times in microseconds only.
    connection = duckdb.connect()
    connection.register("sample", table)
    connection.execute(
        f"copy (select * replace (epoch_ms(\"at\") as \"at\") from sample) to '{path}' (format parquet, codec zstd)")
    files.append(path)
    refused = {}
    for name, options in {"snappy": dict(compression="snappy"), "gzip": dict(compression="gzip")}.items():
        parquet.write_table(table, f"{directory}/{name}.parquet", **options)
        refused[f"{directory}/{name}.parquet"] = name
    odd = {
        "nested": pyarrow.table({"nested": [[1, 2], [3]]}),
        "double": pyarrow.table({"double": [1.5]}),
        "boolean": pyarrow.table({"boolean": [True]}),
    }
    for name, other in odd.items():
        parquet.write_table(other, f"{directory}/{name}.parquet", compression="zstd")
        refused[f"{directory}/{name}.parquet"] = name
    columns = {name: plain(table.column(name).combine_chunks()) for name in table.schema.names}
    print(json.dumps({"files": files, "columns": columns, "refused": refused}))


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](sys.argv[2])
