{# Figures as people read them. Rounded once, half to even (GB/T 8170), on an exact decimal; the text keeps its zeros. #}
{# A figure with as many digits as the column `digits` says (0 to 4). #}
{% macro shown_number(value, digits) -%}
    coalesce(
        {{ text_of_rounded(rounded_small(value, digits), digits) }},
        case when {{ digits }} in (0, 1, 2, 3, 4) then {{ text_of_rounded(rounded(value, digits), digits) }} end
    )
{%- endmacro %}

{# A figure beside limits. Where the rounded figure would say the opposite of the verdict, it gets one more digit, up to
   nine; one that nine digits cannot tell from its limit is shown on the side of its verdict. Each limit is
   [limit, operator column, verdict]; a verdict of NULL binds nothing. The first text is cheap and nearly always right. #}
{% macro shown_against(value, digits, limits) -%}
    coalesce(
        case
            {#- Not the condition itself: DuckDB would then look at its parts one after the other, for chosen rows. #}
            when coalesce({{ agrees_with_all(rounded_small(value, digits), limits) }}, false)
            then {{ text_of_rounded(rounded_small(value, digits), digits) }}
        end,
        case
            when {{ value }} is not null and {{ digits }} in (0, 1, 2, 3, 4)
            then
                coalesce(
                    {{
                        first_that(
                            digits,
                            rounded(value, 'places'),
                            agrees_with_all('tried.rounded', limits),
                            text_of_rounded('tried.rounded', 'tried.places'),
                        )
                    }},
                    case
                        {%- for limit, operator, verdict in limits %}
                            when {{ beside(value, operator, limit, verdict) }} <> 0
                            then
                                {{ decimal_text('cast(' ~ limit ~ ' + ' ~ beside(value, operator, limit, verdict) ~ ' * 0.000000001 as decimal(28, 9))', 9) }}
                        {%- endfor %}
                        else {{ decimal_text('cast(' ~ value ~ ' as decimal(28, 9))', 9) }}
                    end
                )
        end
    )
{%- endmacro %}

{% macro agrees_with_all(rounded, limits) -%}
    {%- for limit, operator, verdict in limits -%}
        {{ agrees(rounded, operator, limit, verdict) }} {%- if not loop.last %} and {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{# Whether a rounded figure says of its limit what its verdict says. #}
{% macro agrees(rounded, operator, limit, verdict) -%}
    coalesce(
        (
            position(
                case
                    sign(cast({{ rounded }} as decimal(28, 9)) - {{ limit }})
                    when 1
                    then '>'
                    when -1
                    then '<'
                    when 0
                    then '='
                end
                in {{ operator }}
            )
            > 0
        )
        = ({{ verdict }}),
        true
    )
{%- endmacro %}

{# The text of what is rounded to so many places: its nine without those that are none of them. #}
{% macro text_of_rounded(rounded, places) -%}
    {%- set text = decimal_text(rounded, 9) -%}
    substring({{ text }}, 1, length({{ text }}) - case {{ places }} when 0 then 10 else 9 - {{ places }} end)
{%- endmacro %}

{# A text of the first that satisfies a condition, `tried` with more and more `places` from `digits` to 8; NULL where
   none does. #}
{% macro first_that(digits, rounded, condition, text) -%}
    {{ return(adapter.dispatch('first_that', 'junheng')(digits, rounded, condition, text)) }}
{%- endmacro %}

{% macro default__first_that(digits, rounded, condition, text) -%}
    list_transform(
        list_filter(
            list_transform(range({{ digits }}, 9), lambda places: {'places':places, 'rounded':{{ rounded }}}),
            lambda tried:{{ condition }}
        )[1:1],
        lambda tried:{{ text }}
    )[1]
{%- endmacro %}

{% macro spark__first_that(digits, rounded, condition, text) -%}
    get(
        transform(
            slice(
                filter(
                    transform(
                        sequence({{ digits }}, 8), places -> named_struct('places', places, 'rounded', {{ rounded }})
                    ),
                    tried -> {{ condition }}
                ),
                1,
                1
            ),
            tried -> {{ text }}
        ),
        0
    )
{%- endmacro %}

{# A figure beside another one, or beside what of it is shown: it never looks equal to what it is not, nor larger where
   it is smaller. Both verdicts are of the figures before any rounding and NULL where these are equal. #}
{% macro shown_beside(value, other, digits, is_more, is_less) -%}
    {{ shown_against(value, digits, [[other, "'>='", is_more], [other, "'<='", is_less]]) }}
{%- endmacro %}

{# On which side of its limit a figure belongs that nine digits cannot tell from it: -1, 1, or 0 where they can. #}
{% macro beside(value, operator, limit, verdict) -%}
    case
        when cast({{ value }} as decimal(28, 9)) <> {{ limit }}
        then 0
        when {{ operator }} = '>=' and not ({{ verdict }})
        then -1
        when {{ operator }} in ('<=', '=') and not ({{ verdict }})
        then 1
        when {{ operator }} = '<' and ({{ verdict }})
        then -1
        else 0
    end
{%- endmacro %}

{# An indicator's own unit in English, where its unit is shown at all: 比值 is none. #}
{% macro english_unit(shown_zh, unit_en) -%}
    case when {{ shown_zh }} is not null then replace({{ unit_en }}, 'm2', 'm²') end
{%- endmacro %}

{# An amount in yuan (two places) as 万元, exactly: two decimals, more where the amount is no whole hundred yuan. #}
{% macro in_wan(yuan) -%}
    {%- set text -%}
        cast(cast(cast({{ yuan }} as decimal(20, 2)) * cast(0.0001 as decimal(4, 4)) as decimal(24, 6)) as string)
    {%- endset -%}
    substring({{ text }}, 1, length({{ text }}) - 4)
    || trim(trailing '0' from substring({{ text }}, length({{ text }}) - 3, 4))
{%- endmacro %}
