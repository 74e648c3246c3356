"""What pandas reads in a Parquet file. Usage: parquet_count.py FILE COLUMN"""
import sys

import pandas

table = pandas.read_parquet(sys.argv[1])
column = table[sys.argv[2]]
print(f"rows={len(table)} sum={int(column.sum())} columns={','.join(table.columns)}")
