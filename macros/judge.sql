{# left <operator column> right, for operators that stand in the data. NULL when a side is NULL. #}
{% macro satisfies(left, operator, right) -%}
    case
        {{ operator }}
        when '>='
        then {{ left }} >= {{ right }}
        when '<='
        then {{ left }} <= {{ right }}
        when '<'
        then {{ left }} < {{ right }}
        when '='
        then {{ left }} = {{ right }}
    end
{%- endmacro %}

{# A quotient for display and sorting, never for a verdict. NULL for an empty denominator. #}
{% macro quotient(numerator, denominator) -%}
    {{ nearest_double(numerator) }} / nullif({{ nearest_double(denominator) }}, 0)
{%- endmacro %}
