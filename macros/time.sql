{# The date on which a stock of a school year is taken: 1 September. #}
{% macro school_year_date(school_year) -%} make_date({{ school_year }}, 9, 1) {%- endmacro %}

{# The date that decides which rule a fiscal year falls under: its last day. #}
{% macro fiscal_year_date(fiscal_year) -%} make_date({{ fiscal_year }}, 12, 31) {%- endmacro %}

{# Half-open validity: valid_from is included, valid_to is not; NULL is open. #}
{% macro is_valid_on(row, on_date) -%}
    (
        ({{ row }}.valid_from is null or {{ row }}.valid_from <= {{ on_date }})
        and ({{ row }}.valid_to is null or {{ on_date }} < {{ row }}.valid_to)
    )
{%- endmacro %}
