{# Figures as people read them. Rounded once, half to even (GB/T 8170), on an exact decimal; the text keeps its zeros. #}
{# A figure with as many digits as the column `digits` says (0 to 4). #}
{% macro shown_number(value, digits) -%} {{ shown_against(value, digits, []) }} {%- endmacro %}

{# A figure beside limits. Where the rounded figure would say the opposite of the verdict, it gets one more digit, up to
   nine; one that nine digits cannot tell from its limit is shown on the side of its verdict. Each limit is
   [limit, operator column, verdict]; a verdict of NULL binds nothing. #}
{% macro shown_against(value, digits, limits) -%}
    {%- if limits -%}
        case
            when not coalesce({{ digits }} in (0, 1, 2, 3, 4), false)
            then null
            {#- One branch for a number of digits, whatever the row begins with: branches cost before the first row. #}
            {%- for places in range(9) %}
                when
                    {{ digits }} <= {{ places }}
                    {%- for limit, operator, verdict in limits %}
                        and coalesce(
                            ({{ satisfies(half_even(value, places), operator, limit) }}) = ({{ verdict }}), true
                        )
                    {%- endfor %}
                then {{ decimal_text(half_even(value, places), places) }}
            {%- endfor %}
            {%- for limit, operator, verdict in limits %}
                when {{ beside(value, operator, limit, verdict) }} <> 0
                then
                    {{ decimal_text('cast(' ~ limit ~ ' + ' ~ beside(value, operator, limit, verdict) ~ ' * 0.000000001 as decimal(28, 9))', 9) }}
            {%- endfor %}
            else {{ decimal_text('cast(' ~ value ~ ' as decimal(28, 9))', 9) }}
        end
    {%- else -%}
        case
            {{ digits }}
            {%- for places in range(5) %} when {{ places }} then {{ decimal_text(half_even(value, places), places) }}
            {%- endfor %}
        end
    {%- endif -%}
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
    regexp_replace(
        cast(cast(cast({{ yuan }} as decimal(20, 2)) * cast(0.0001 as decimal(4, 4)) as decimal(24, 6)) as string),
        '0{1,4}$',
        ''
    )
{%- endmacro %}
