"""What holds for every cell before it is read: white space, characters nobody sees, width, a stray apostrophe."""

from __future__ import annotations

from junheng.landing.sql import let, literal, named_where, replaced, struct
from junheng.landing.words import traditional_characters
from junheng.raw_contract import RawColumn

# Control characters that are no white space, soft hyphen, zero-width and direction marks, byte order mark.
INVISIBLE = (
    r"[\x{0000}-\x{0008}\x{000E}-\x{001F}\x{007F}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]"
)
WHITE = r"[\s\x{000B}\x{0085}\x{00A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]"
LINE_BREAK = r"[ \t]*[\r\n\x{000B}\x{000C}\x{0085}\x{2028}\x{2029}]+[ \t\r\n]*"
APOSTROPHE = r"['\x{2018}\x{2019}]"
# What programs write so that a spreadsheet keeps a text as it is: ="0500152001".
TEXT_FORMULA = '^="([^"]*)"$'
HALF_WIDTH = {chr(0xFF01 + place): chr(0x21 + place) for place in range(94)} | {"\uffe5": "\u00a5"}


def tidied(column: RawColumn, text: str, body: str) -> str:
    """SQL `body`, in which `_tidy` is the struct of the cell's text.

    `text`: without the white space around it, invisible characters, the formula that only holds a text (`="01"`), a
    leading apostrophe (text that is no number, too: a spreadsheet shows none); `half`: in half-width characters;
    `simple`: with simplified characters; `compact`: as `plain_name`, for comparison with words; `conversions`: what of
    this was done and is not trivial.
    """
    is_text = column.data_type == "text"
    ends = f"^{WHITE}+|{WHITE}+$"
    # Quotation marks around a text are no stray apostrophe.
    apostrophe = rf"^{APOSTROPHE}+{WHITE}*([^'\x{{2018}}\x{{2019}}]*)$"
    seen = f"regexp_replace(coalesce({text}, ''), {literal(INVISIBLE)}, '', 'g')"
    unwrapped = rf"regexp_replace(regexp_replace(_seen.text, {literal(ends)}, '', 'g'), {literal(TEXT_FORMULA)}, '\1')"
    bare = rf"regexp_replace(_unwrapped, {literal(apostrophe)}, '\1')"
    joined = f"regexp_replace(_bare, {literal(LINE_BREAK)}, ' ', 'g')" if is_text else "_bare"
    half = replaced("_text", HALF_WIDTH)
    simple = "_half" if is_text else replaced("_half", traditional_characters())
    free_text = is_text and not _is_compared(column)
    tidy = struct(
        {
            "text": "_text",
            "half": "_half",
            "simple": "_simple",
            "compact": f"lower(regexp_replace(_simple, {literal(WHITE)}, '', 'g'))",
            "conversions": named_where(
                {
                    "invisible_characters": "_seen.differs",
                    "white_space": f"trim(_seen.text, ' ') <> regexp_replace(_seen.text, {literal(ends)}, '', 'g')",
                    "text_formula": f"_unwrapped <> regexp_replace(_seen.text, {literal(ends)}, '', 'g')",
                    "leading_apostrophe": "_unwrapped <> _bare",
                    "line_break": "_text <> _bare",
                    "full_width": "false" if free_text else "_half <> _text",
                    "traditional_characters": "_simple <> _half",
                }
            ),
        }
    )
    raw = struct({"text": seen, "differs": f"{seen} <> coalesce({text}, '')"})
    steps = {
        "_seen": raw,
        "_unwrapped": unwrapped,
        "_bare": bare,
        "_text": joined,
        "_half": half,
        "_simple": simple,
    }
    for name in reversed(steps):
        tidy = let(name, steps[name], tidy)
    # The body stands beside the steps and not within them: DuckDB plans a lambda twice for each that is around it.
    return let("_tidy", tidy, body)


def _is_compared(column: RawColumn) -> bool:
    """Whether a text is one that other tables refer to: its width must not matter."""
    return column.is_key or column.name.endswith(("_code", "_id", "_no"))
