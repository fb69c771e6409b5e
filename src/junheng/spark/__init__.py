"""The same dbt models on Spark: what it takes from the build file, where it runs, what comes back."""
