{# The texts of a group, one after the other, in the order of an integer. Tested by the sentences of fct_claim_check. #}
{% macro joined_in_order(text, position) -%}
    {{ return(adapter.dispatch('joined_in_order', 'junheng')(text, position)) }}
{%- endmacro %}

{% macro default__joined_in_order(text, position) -%} string_agg({{ text }}, '' order by {{ position }}) {%- endmacro %}

{% macro spark__joined_in_order(text, position) -%}
    array_join(transform(array_sort(collect_list(struct({{ position }} as p, {{ text }} as t))), x -> x.t), '')
{%- endmacro %}

{# A decimal as people write it: 4559.000000 -> 4559, 0.700000 -> 0.7. #}
{% macro plain_number(number) -%}
    trim(trailing '.' from trim(trailing '0' from {{ decimal_text(number, 18) }}))
{%- endmacro %}

{# A double rounded half up to as many places as a column says (0 to 6), as people write it. #}
{% macro rounded_number(number, places) -%}
    case
        {{ places }}
        {%- for digits in range(6) %}
            when {{ digits }}
            then {{ plain_number('cast(' ~ decimal_of_double(number, 24, digits) ~ ' as decimal(25, 6))') }}
        {%- endfor %}
        else {{ plain_number(decimal_of_double(number, 24, 6)) }}
    end
{%- endmacro %}
