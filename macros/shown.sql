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
   nine. Each limit is [limit, operator column, verdict]; a verdict of NULL binds nothing. #}
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
                        else cast(cast({{ value }} as decimal(28, 9)) as string)
                    end
                {%- else -%} cast({{ half_even(value, base) }} as string)
                {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}
