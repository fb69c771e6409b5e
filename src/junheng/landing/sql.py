"""Small pieces of SQL that the readers of cells are built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb


def quoted(identifier: str) -> str:
    """An identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string for SQL."""
    return "'" + text.replace("'", "''") + "'"


def listed(words: Iterable[str]) -> str:
    """Strings for SQL, as they stand in `in (…)`; one that nothing equals when there are none."""
    return ", ".join(literal(word) for word in words) or "null"


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows that are in memory: one statement with a list for each column, however many they are."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"insert into {table} select {', '.join(['unnest(?)'] * len(columns))}", columns)


def let(name: str, expression: str, body: str) -> str:
    """`body`, in which `name` stands for the expression: it is computed once, however often the body names it."""
    return f"list_transform([{expression}], lambda {name}: {body})[1]"


def struct(fields: Mapping[str, str]) -> str:
    """A struct of expressions."""
    return "{" + ", ".join(f"{literal(name)}: {sql}" for name, sql in fields.items()) + "}"


def chosen(subject: str, answers: Mapping[str, str]) -> str:
    """The answer (SQL) to the word that the subject is; NULL for any other."""
    if not answers:
        return "null"
    cases = " ".join(f"when {literal(word)} then {answer}" for word, answer in answers.items())
    return f"case {subject} {cases} end"


def named_where(conditions: Mapping[str, str]) -> str:
    """`varchar[]`: the names of the conditions that hold."""
    members = ", ".join(f"case when {sql} then {literal(name)} end" for name, sql in conditions.items())
    return f"list_filter([{members}]::varchar[], lambda _name: _name is not null)"


def replaced(text: str, characters: Mapping[str, str]) -> str:
    """The text with each of the characters replaced; `translate` is slow and only asked where one of them stands."""
    old, new = "".join(characters), "".join(characters.values())
    group = "[" + "".join(f"\\x{{{ord(character):X}}}" for character in characters) + "]"
    changed = f"translate({text}, {literal(old)}, {literal(new)})"
    return f"case when regexp_matches({text}, {literal(group)}) then {changed} else {text} end"
