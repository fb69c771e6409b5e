{# The one place for the precedence of statuses: a lower rank wins. #}
{% macro status_precedence() -%}
    {{ return(['error', 'no_data', 'not_applicable', 'fail', 'warn', 'pass']) }}
{%- endmacro %}

{# The status that wins in a group of rows. An empty group or an unknown word is an error, never a pass. #}
{% macro worst_status(status) -%}
    case
        coalesce(
            min(
                case
                    {{ status }}
                    {%- for word in status_precedence() %} when '{{ word }}' then {{ loop.index }}{% endfor %}
                    else 1
                end
            ),
            1
        )
        {%- for word in status_precedence() %} when {{ loop.index }} then '{{ word }}'{% endfor %}
    end
{%- endmacro %}

{# pass or fail of a verdict; a verdict that is NULL has no data. #}
{% macro status_of(is_met) -%}
    case when {{ is_met }} then 'pass' when not ({{ is_met }}) then 'fail' else 'no_data' end
{%- endmacro %}
