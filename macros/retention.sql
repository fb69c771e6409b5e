{# Kinds of school that teach the junior stage: one of these that reports no junior grade has left it out. #}
{% macro teaches_junior(school_kind) -%}
    {{ school_kind }} in ('junior', 'nine_year', 'complete_secondary', 'twelve_year')
{%- endmacro %}

{# The way of a cohort: grade 7 three school years before the year in which it graduates, grade 9 one before. #}
{% macro cohort_diagonal() -%}
    select 7 as grade, 3 as years_before
    union all
    select 8 as grade, 2 as years_before
    union all
    select 9 as grade, 1 as years_before
{%- endmacro %}

{# coefficient × component, where a component that the formula does not use may be missing. #}
{% macro weighted_component(coefficient, component) -%}
    case when {{ coefficient }} = 0 then 0 else {{ coefficient }} * {{ component }} end
{%- endmacro %}
