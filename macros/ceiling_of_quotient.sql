{# The smallest whole number that is at least numerator / denominator, exactly: the double quotient only proposes a
   candidate, whole-number multiplication decides. Both sides decimals, denominator above zero. #}
{% macro ceiling_of_quotient(numerator, denominator) -%}
    {%- set guess -%}
        cast(ceil(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)) as decimal(12, 0))
    {%- endset -%}
    case
        when ({{ guess }} - 1) * {{ denominator }} >= {{ numerator }}
        then {{ guess }} - 1
        when {{ guess }} * {{ denominator }} < {{ numerator }}
        then {{ guess }} + 1
        else {{ guess }}
    end
{%- endmacro %}
