{# What is lacking, never below zero; NULL stays NULL (greatest() would turn it into zero). #}
{% macro shortfall(amount) -%}
    case when {{ amount }} > 0 then {{ amount }} when {{ amount }} <= 0 then 0 end
{%- endmacro %}
