"""A national year: `junheng build` beside the same logic written by hand for DuckDB, Polars, pandas and Spark."""
