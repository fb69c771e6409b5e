{# The columns are filled in every row: not NULL, not empty, not only spaces. Returns the rows that lack one. #}
{% test filled(model, columns) %}
    select *
    from {{ model }}
    where
        {%- for column in columns %}
            coalesce({{ trimmed('cast(' ~ column ~ ' as string)') }}, '') = '' {%- if not loop.last %} or{% endif %}
        {%- endfor %}
{% endtest %}
