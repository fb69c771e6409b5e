{# The one place for the precedence of the inspectors' words: a lower rank wins. #}
{% macro item_status_precedence() -%}
    {{ return(['no_data', 'not_met', 'pending', 'remediation', 'met', 'not_applicable']) }}
{%- endmacro %}

{# The worst of a group decides. An empty group or an unknown word has no data: it is never met. #}
{% macro worst_item_status(status) -%}
    case
        coalesce(min({{ item_status_rank(status) }}), 1)
        {%- for word in item_status_precedence() %} when {{ loop.index }} then '{{ word }}'{% endfor %}
    end
{%- endmacro %}

{# The rank of one word, for sorting the deciding row to the front. #}
{% macro item_status_rank(status) -%}
    case
        {{ status }}
        {%- for word in item_status_precedence() %} when '{{ word }}' then {{ loop.index }}{% endfor %}
        else 1
    end
{%- endmacro %}

{# An item's word as the status of a judged row: what is to be remedied is not met today, what is pending has no figures yet. #}
{% macro status_of_item(status) -%}
    case
        {{ status }}
        when 'met'
        then 'pass'
        when 'not_applicable'
        then 'not_applicable'
        when 'not_met'
        then 'fail'
        when 'remediation'
        then 'fail'
        else 'no_data'
    end
{%- endmacro %}
