{# Figures as people read them. Rounded once, half to even (GB/T 8170), on an exact decimal; the text keeps its zeros. #}
{% macro half_even(value, digits) -%}
    {%- set rounded -%} cast({{ value }} as decimal(28, {{ digits }})) {%- endset -%}
    {%- set unit -%} cast({{ '1' if digits == 0 else '0.' ~ '0' * (digits - 1) ~ '1' }} as decimal(28, {{ digits }})) {%- endset -%}
    case
        when
            abs(cast({{ rounded }} as decimal(28, 10)) - {{ value }}) * 2 = {{ unit }}
            and mod(cast({{ rounded }} * {{ 10**digits }} as decimal(28, 0)), 2) <> 0
        then cast({{ rounded }} - sign({{ value }}) * {{ unit }} as decimal(28, {{ digits }}))
        else {{ rounded }}
    end
{%- endmacro %}

{# A double or decimal as an exact decimal: a quotient that ends within nine places is itself again. #}
{% macro exact_decimal(value) -%} cast(cast({{ value }} as decimal(28, 9)) as decimal(28, 10)) {%- endmacro %}

{# A figure with as many digits as the column `digits` says (0 to 4). #}
{% macro shown_number(value, digits) -%} {{ shown_against(value, digits, []) }} {%- endmacro %}

{# A figure beside limits. Where the rounded figure would say the opposite of the verdict, it gets one more digit, up to
   nine; one that nine digits cannot tell from its limit is shown on the side of its verdict. Each limit is
   [limit, operator column, verdict]; a verdict of NULL binds nothing. #}
{% macro shown_against(value, digits, limits) -%}
    case
        {{ digits }}
        {%- for base in range(5) %}
            when {{ base }}
            then
                {% if limits -%}
                    case
                        {%- for places in range(base, 9) %}
                            when
                                {% for limit, operator, verdict in limits -%}
                                    coalesce(
                                        ({{ satisfies(half_even(value, places), operator, limit) }}) = ({{ verdict }}),
                                        true
                                    )
                                    {% if not loop.last %} and {% endif %}
                                {%- endfor %}
                            then cast({{ half_even(value, places) }} as string)
                        {%- endfor %}
                        {%- for limit, operator, verdict in limits %}
                            when {{ beside(value, operator, limit, verdict) }} <> 0
                            then
                                cast(
                                    cast(
                                        {{ limit }}
                                        + {{ beside(value, operator, limit, verdict) }} * 0.000000001 as decimal(28, 9)
                                    ) as string
                                )
                        {%- endfor %}
                        else cast(cast({{ value }} as decimal(28, 9)) as string)
                    end
                {%- else -%} cast({{ half_even(value, base) }} as string)
                {%- endif %}
        {%- endfor %}
    end
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
