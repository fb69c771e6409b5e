"""Synthetic counties in the form of the raw tables: any number of them, with a chosen rate of known mistakes.

The population is SQL (`sql/`), drawn from MD5 of the seed and of what is drawn: county k of school year y is the same
whatever else is generated. `population` builds it, `kinds` reads what can go wrong (`mistakes.toml`), `planting` spoils
chosen rows and writes down which, `generator` streams the tables into files.
"""
