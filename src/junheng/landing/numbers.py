"""Numbers as people write them: digits in groups, units, percent, powers of ten, a spreadsheet's binary noise.

Everything is exact: a unit shifts the decimal point in the text, and no digit is rounded away. The one exception is
named: the noise of a binary number (`0.30000000000000004`), which no table can mean.
"""

from __future__ import annotations

import re
from decimal import Decimal

from junheng.landing.sql import chosen, let, listed, literal, named_where, struct
from junheng.landing.words import cell_words, unit_factors
from junheng.raw_contract import RawColumn, plain_name

# Spaces that stand between groups of digits: no-break, six-per-em, figure, punctuation, thin, hair, narrow no-break.
GROUP_SPACES = r"\x{00A0}\x{2006}-\x{200A}\x{202F}"
GROUP_MARKS = (",", r"['\x{2019}]", f"[{GROUP_SPACES}]")
MINUS = "\u2212"
# A double keeps 15 digits for certain; from 16 on they may be noise. What is left without it must be clearly shorter.
CERTAIN_DIGITS = 15
CLEARLY_SHORTER = 13
WIDEST = "decimal(38,14)"
# Holds 11 characters with at most 6 decimals; casting text to it costs a fifth.
NARROW = "decimal(18,6)"


def read_number(column: RawColumn, text: str, factor: Decimal) -> str:
    """SQL struct (value, conversions, problem) for the tidied, non-empty text of a cell in a column of numbers."""
    result = let("_found", _found(column, factor), _judged(column, factor))
    for name, expression in (
        ("_exact", _without_noise(column)),
        ("_sum", _sum(column, factor)),
        ("_part", _parts(text)),
    ):
        result = let(name, expression, result)
    return result


def scaled(column: RawColumn, text: str, factor: Decimal) -> str:
    """SQL: the number of a cell times the factor of its unit, exact, in the type of the column; NULL when it is none.

    Only for texts of which `is_plain_scaled` holds.
    """
    # The product of narrow decimals is a narrow one: more than 18 digits are an error, and then NULL.
    whole, places = len(f"{int(factor)}"), max(-_places(factor), 0)
    exact = f"{factor.normalize():f}::decimal({whole + places},{places})"
    return f"try_cast(try({_counted(column, text, factor)} * {exact}) as {column.sql_type})"


def is_plain_scaled(column: RawColumn, text: str, factor: Decimal, value: str | None = None) -> str:
    """SQL boolean or NULL: the text is a number as it is written, and times the factor it has no digit too many.

    `value` is SQL for what `scaled` gives, where it is known.
    """
    if _scale_of_text(column, factor) < 0:
        return "false"
    is_written = f"starts_with({_counted(column, text, factor)}::varchar, {text}) and not ends_with({text}, '.')"
    return f"{is_written} and {value or scaled(column, text, factor)} is not null"


def _counted(column: RawColumn, text: str, factor: Decimal) -> str:
    """The number of a cell in the unit of its header, with as many decimals as the column can keep of it."""
    return f"try_cast(nullif({text}, '') as decimal(18,{max(_scale_of_text(column, factor), 0)}))"


def _scale_of_text(column: RawColumn, factor: Decimal) -> int:
    """How many decimals a cell may have so that the column, times the factor, keeps them all."""
    return decimals(column) + _places(factor)


def decimals(column: RawColumn) -> int:
    """How many digits after the point the type of a column keeps."""
    found = re.search(r",(\d+)\)", column.sql_type)
    return int(found.group(1)) if found else 0


def _parts(text: str) -> str:
    """Signs, currency, digits, power of ten and what follows, all as text; all empty when the text is no number."""
    currency = "|".join(re.escape(word.lower()) for word in cell_words("currency"))
    digits = rf"[0-9](?:[0-9,'\x{{2019}}{GROUP_SPACES}]*[0-9])?(?:\.[0-9]*)?|\.[0-9]+"
    pattern = (
        rf"^([+-]?)\s*({currency})?\s*([+-]?)({digits})(?:e([+-]?[0-9]{{1,3}}))?"
        rf"[\s{GROUP_SPACES}]*([^0-9\s.,].*)?$"
    )
    names = "['sign', 'currency', 'inner_sign', 'digits', 'power', 'unit']"
    return f"regexp_extract(lower(replace({text}, {literal(MINUS)}, '-')), {literal(pattern)}, {names})"


def _sum(column: RawColumn, factor: Decimal) -> str:
    """The parts put together: digits without groups (NULL: unclear), and by how many places the unit shifts them."""
    grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+(?:\.[0-9]*)?" for mark in GROUP_MARKS)
    is_grouped = f"regexp_full_match(_part.digits, {literal(grouped)})"
    is_simple = r"regexp_full_match(_part.digits, '[0-9]+(\.[0-9]*)?|\.[0-9]+')"
    ungrouped = "regexp_replace(_part.digits, '[^0-9.]', '', 'g')"
    unit = r"replace(replace(regexp_replace(_part.unit, '\s', '', 'g'), chr(178), '2'), chr(13217), 'm2')"
    return struct(
        {
            "is_grouped": is_grouped,
            "digits": f"case when {is_simple} or {is_grouped} then {ungrouped} end",
            "sign": "case when '-' in (_part.sign, _part.inner_sign) then '-' else '' end",
            "power": "coalesce(try_cast(_part.power as integer), 0)",
            "unit": unit,
            "shift": chosen(unit, {word: str(shift) for word, shift in _shifts(column, factor).items()}),
        }
    )


def _shifts(column: RawColumn, factor: Decimal) -> dict[str, int]:
    """By how many places each unit that a cell may carry moves the point; the unit '' is that of the header."""
    own = column.unit or ""
    factors = unit_factors(own) if own else {}
    shifts = {unit: _places(known) for unit, known in factors.items() if known is not None}
    # A bare 万 counts the header's unit: clear only where that is the column's own and has no 万 in it.
    if factor == 1 and own and not set(own) & set(cell_words("scale")):
        shifts |= {word: int(places) for word, places in cell_words("scale").items()}
    if own == "%" or (column.data_type == "number" and not own):
        # A bare number is in the unit of its fact: 95.2% stands there as 95.2. `OddRows` knows the facts.
        shifts["%"] = 0
    elif own in cell_words("ratio_unit"):
        shifts["%"] = -2
    return shifts | {"": _places(factor)}


def _places(factor: Decimal) -> int:
    """The power of ten in a factor: 4 of 10000, -2 of 0.01; 0 of 15, which is 15 × 10⁰."""
    exponent = factor.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _multiplier(factor: Decimal) -> int:
    """What is left of a factor without its power of ten."""
    return int(factor.scaleb(-_places(factor)))


def _decimals_of(digits: str, power: str) -> str:
    """SQL: how many digits after the point a number has, zeros at its end not counted."""
    all_digits = f"replace({digits}, '.', '')"
    zeros = f"length({all_digits}) - length(rtrim({all_digits}, '0'))"
    return (
        f"case when rtrim({all_digits}, '0') = '' then 0"
        f" else greatest(0, length(split_part({digits}, '.', 2)) - ({zeros}) - ({power})) end"
    )


def _without_noise(column: RawColumn) -> str:
    """The digits and the power of ten, rounded to 15 digits where what is beyond them can only be binary noise."""
    allowed = f"{decimals(column)} + _sum.shift"
    short = f"printf('%.{CERTAIN_DIGITS}g', try_cast(_sum.digits || 'e' || _sum.power as double))"
    digits, power = "split_part(_short, 'e', 1)", "coalesce(try_cast(split_part(_short, 'e', 2) as integer), 0)"
    is_noise = (
        f"length(ltrim(replace(_sum.digits, '.', ''), '0')) > {CERTAIN_DIGITS}"
        f" and {_decimals_of('_sum.digits', '_sum.power')} > {allowed}"
        f" and {_decimals_of(digits, power)} <= {allowed}"
        f" and length(trim(replace({digits}, '.', ''), '0')) <= {CLEARLY_SHORTER}"
    )
    noise = struct({"is_noise": "true", "digits": digits, "power": power})
    exact = struct({"is_noise": "false", "digits": "_sum.digits", "power": "_sum.power"})
    return let("_short", short, f"case when {is_noise} then {noise} else {exact} end")


def _found(column: RawColumn, factor: Decimal) -> str:
    """The number in the column's unit, and how many decimals it has."""
    power = "(_exact.power + _sum.shift)"
    short = f"{power} = 0 and length(_exact.digits) <= 11 and length(split_part(_exact.digits, '.', 2)) <= 6"
    amount = (
        f"case when {short} then cast(try_cast(_sum.sign || _exact.digits as {NARROW}) as {WIDEST})"
        f" else try_cast(_sum.sign || _exact.digits || 'e' || {power} as {WIDEST}) end"
    )
    multiplier = _multiplier(factor)
    if multiplier == 1:
        return struct({"amount": amount, "decimals": _decimals_of("_exact.digits", power)})
    product = f"case when _sum.unit = '' then try({amount} * {multiplier}) else {amount} end"
    text = "rtrim(_amount::varchar, '0')"
    return let("_amount", product, struct({"amount": "_amount", "decimals": f"length(split_part({text}, '.', 2))"}))


def _judged(column: RawColumn, factor: Decimal) -> str:
    scale = decimals(column)
    whole = column.data_type in ("integer", "count")
    too_fine = "not_a_whole_number" if whole else "too_many_decimals"
    of_another_kind = set(unit_factors(column.unit or "")) | {plain_name(word) for word in cell_words("scale")}
    problem = (
        "case when _part.digits = '' or (_part.sign <> '' and _part.inner_sign <> '') then 'text_in_number'"
        " when _sum.digits is null then 'unclear_separator'"
        " when _sum.shift is null and _sum.unit = '%' then 'percent_not_expected'"
        f" when _sum.shift is null and _sum.unit in ({listed(sorted(of_another_kind))}) then 'unit_unclear'"
        " when _sum.shift is null then 'text_in_number'"
        f" when _part.currency <> '' and _sum.unit = '' and not {_takes_currency(column, factor)} then 'unit_unclear'"
        f" when _part.currency <> '' and not {_is_money(column)} then 'unit_unclear'"
        f" when _found.decimals > {scale} then '{too_fine}'"
        f" when try_cast(_found.amount as {column.sql_type}) is null then 'number_too_large' end"
    )
    is_canonical = r"regexp_full_match(_sum.digits, '(0|[1-9][0-9]*)(\.[0-9]+)?')"
    conversions = named_where(
        {
            "thousands_separator": "_sum.is_grouped",
            "currency_sign": "_part.currency <> ''",
            "percent": "_sum.unit = '%'",
            "unit_in_cell": "_sum.unit not in ('', '%')",
            "unit_of_header": "_sum.unit = ''" if factor != 1 else "false",
            "binary_noise": "_exact.is_noise",
            "text_number": (
                f"'+' in (_part.sign, _part.inner_sign) or _part.power <> '' or not {is_canonical}"
                f" or (not _exact.is_noise and length(split_part(_sum.digits, '.', 2)) > {scale} + _sum.shift)"
                " or (_sum.sign = '-' and _found.amount = 0)"
            ),
        }
    )
    value = "rtrim(rtrim(_found.amount::varchar, '0'), '.')"
    return let("_problem", problem, struct({"value": value, "conversions": conversions, "problem": "_problem"}))


def _is_money(column: RawColumn) -> str:
    """Whether a sign of currency may stand in the column at all."""
    yuan = plain_name(next(iter(cell_words("currency").values())))
    return "true" if unit_factors(column.unit or "").get(yuan) is not None else "false"


def _takes_currency(column: RawColumn, factor: Decimal) -> str:
    """Whether the unit of the header is that of the sign: `¥3.5` under 万元 may be either."""
    yuan = plain_name(next(iter(cell_words("currency").values())))
    return "true" if unit_factors(column.unit or "").get(yuan) == factor else "false"
