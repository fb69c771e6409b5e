{# Each row of a dated table with the end of the row before it in its group: the rule of half-open periods, written once. #}
{% macro validity_neighbours(model, group_by) -%}
    select
        {{ group_by | join(', ') }},
        valid_from,
        valid_to,
        row_number() over (
            partition by {{ group_by | join(', ') }} order by valid_from nulls first, valid_to nulls last
        ) as place,
        lag(valid_to) over (
            partition by {{ group_by | join(', ') }} order by valid_from nulls first, valid_to nulls last
        ) as previous_valid_to
    from {{ model }}
{%- endmacro %}
