"""Patterns of DuckDB as Spark understands them: regular expressions of RE2 in Java's, LIKE, and formats of dates.

What cannot be said in the other form is a RuleProblemError, never a pattern that means something else.
"""

from __future__ import annotations

import re

from junheng.validation.expressions import RuleProblemError

# White space and word boundaries of RE2 know ASCII only; Java's differ between its versions.
SPACES = r"\t\n\f\r "
BOUNDARY = r"(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))"
NO_BOUNDARY = r"(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))"
SAME_ESCAPES = frozenset("dDwWfnrtaAz")
POSIX = {
    "alnum": r"\p{Alnum}",
    "alpha": r"\p{Alpha}",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\p{Cntrl}",
    "digit": "0-9",
    "graph": r"\p{Graph}",
    "lower": "a-z",
    "print": r"\p{Print}",
    "punct": r"\p{Punct}",
    "space": r"\t\n\x0B\f\r ",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}
GROUP = re.compile(r"\(\?(?:P?<\w+>|(?P<flags>[is]*(?:-[is]+)?)(?P<end>[:)]))")
REPEAT = re.compile(r"\{\d+(?:,\d*)?\}")
PROPERTY = re.compile(r"([pP])(?:\{(\w+)\}|([A-Z]))")
CODE = re.compile(r"x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})")
OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")


def java_pattern(pattern: str) -> str:
    """A regular expression of RE2 as one of Java that finds the same. Raises RuleProblemError."""
    return f"(?d){_Reader(pattern).outside()}"


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.place = pattern, 0

    def outside(self) -> str:
        """The pattern outside of classes of characters."""
        found: list[str] = []
        while self.place < len(self.pattern):
            mark = self.pattern[self.place]
            if mark == "\\":
                found.append(self.escape())
            elif mark == "[":
                found.append(self.of_class())
            elif mark == "$":  # Java's also stands before a line break at the end
                found.append(r"\z")
                self.place += 1
            elif mark == "(" and self.pattern.startswith("(?", self.place):
                found.append(self.group())
            elif mark == "{":
                repeat = REPEAT.match(self.pattern, self.place)
                found.append(repeat[0] if repeat else r"\{")
                self.place += len(repeat[0]) if repeat else 1
            else:
                found.append(mark)
                self.place += 1
        return "".join(found)

    def group(self) -> str:
        """The head of a group: names are not needed, letters fold as in Unicode."""
        group = GROUP.match(self.pattern, self.place)
        if group is None:
            raise self.problem(self.pattern[self.place : self.place + 4])
        self.place = group.end()
        if group["end"] is None:
            return "("
        on, dash, off = group["flags"].partition("-")
        return f"(?{on}{'u' if 'i' in on else ''}{dash}{off}{group['end']}"

    def escape(self, *, in_class: bool = False) -> str:
        """An escaped character or set of characters."""
        self.place += 1
        rest = self.pattern[self.place :]
        if not rest:
            raise self.problem("\\")
        mark = rest[0]
        if mark == "Q" and not in_class:
            return self.quoted()
        for told, name in ((PROPERTY, self.property), (CODE, self.code), (OCTAL, self.octal)):
            found = told.match(rest)
            if found:
                self.place += len(found[0])
                return name(found)
        self.place += 1
        if mark == "s":
            return SPACES if in_class else f"[{SPACES}]"
        if mark == "S" and not in_class:
            return f"[^{SPACES}]"
        if mark == "v":
            return r"\x0B"
        if mark in "bB" and not in_class:
            return BOUNDARY if mark == "b" else NO_BOUNDARY
        if mark in SAME_ESCAPES and not (in_class and mark in "Az"):
            return f"\\{mark}"
        if not mark.isalnum():
            return re.escape(mark) if mark.isascii() else mark
        raise self.problem(f"\\{mark}")

    def quoted(self) -> str:
        """The text between \\Q and \\E as it is."""
        text, _, _ = self.pattern[self.place + 1 :].partition("\\E")
        self.place = min(self.place + 1 + len(text) + 2, len(self.pattern))
        return re.escape(text)

    def property(self, found: re.Match[str]) -> str:
        """A category or a script of Unicode."""
        name = found[2] or found[3]
        if name == "Any":
            raise self.problem(found[0])
        return f"\\{found[1]}{{{name if len(name) <= 2 else f'Is{name}'}}}"

    def code(self, found: re.Match[str]) -> str:
        """A character by its number."""
        return f"\\{found[0]}"

    def octal(self, found: re.Match[str]) -> str:
        """A character by its octal number, which Java would take for a group."""
        return f"\\x{{{int(found[0], 8):X}}}"

    def of_class(self) -> str:
        """A class of characters: no class in a class, no intersections."""
        start = self.place
        self.place += 1
        found = ["["]
        if self.pattern.startswith("^", self.place):
            found.append("^")
            self.place += 1
        first = True
        while self.place < len(self.pattern):
            mark = self.pattern[self.place]
            if mark == "]" and not first:
                self.place += 1
                return "".join([*found, "]"])
            first = False
            named = re.match(r"\[:(\^?)(\w+):\]", self.pattern[self.place :])
            if named:
                if named[1] or named[2] not in POSIX:
                    raise self.problem(named[0])
                found.append(POSIX[named[2]])
                self.place += len(named[0])
            elif mark == "\\":
                found.append(self.escape(in_class=True))
            else:
                found.append(f"\\{mark}" if mark in "[]&^" else mark)
                self.place += 1
        raise self.problem(self.pattern[start:])

    def problem(self, part: str) -> RuleProblemError:
        return RuleProblemError(f"the pattern {self.pattern!r} cannot be asked of Spark: {part!r} differs there")


def like_pattern(pattern: str, escape: str | None, mark: str) -> str:
    """A LIKE pattern with another mark of escape, which Spark wants before `%`, `_` and itself only.

    Raises RuleProblemError for a pattern that ends in its mark.
    """
    found: list[str] = []
    place = 0
    while place < len(pattern):
        sign = pattern[place]
        plain = escape is not None and sign == escape
        if plain:
            place += 1
            if place == len(pattern):
                raise RuleProblemError(f"the pattern {pattern!r} ends in its mark of escape")
            sign = pattern[place]
        found.append(f"{mark}{sign}" if sign == mark or (plain and sign in "%_") else sign)
        place += 1
    return "".join(found)


# What strptime reads for a part of a date: digits, as many as there are, and the range of the number.
WHITE = r"[ \t\n\x0B\f\r]"
PARTS = {
    "Y": (4, None),
    "m": (2, None),
    "d": (2, None),
    "H": (2, 23),
    "M": (2, 59),
    "S": (2, 59),
}


def date_format(form: str) -> tuple[str, dict[str, int]]:
    """A format of strptime as a pattern of Java, and which of its groups holds which part of the date.

    Raises RuleProblemError for a part that Spark cannot be asked for.
    """
    found = [rf"\A{WHITE}*"]
    groups: dict[str, int] = {}
    place = 0
    while place < len(form):
        sign = form[place]
        if sign == "%" and place + 1 < len(form):
            part = form[place + 1]
            place += 2
            if part == "%":
                found.append("%")
                continue
            if part not in PARTS or part in groups:
                raise RuleProblemError(f"the format {form!r} cannot be asked of Spark: %{part}")
            groups[part] = len(groups) + 1
            found.append(rf"(\d{{1,{PARTS[part][0]}}}+)")
        elif sign.isspace():
            found.append(rf"{WHITE}++")
            while place < len(form) and form[place].isspace():
                place += 1
        else:
            found.append(re.escape(sign) if sign.isascii() else sign)
            place += 1
    return "".join([*found, rf"{WHITE}*\z"]), groups
