{# Exactly one row is the default, and no row leaves it open. Returns the count when it is another. #}
{% test one_default(model, column_name) %}
    select count(*) as row_count, count(*) filter (where {{ column_name }}) as defaults
    from {{ model }}
    having count(*) filter (where {{ column_name }}) <> 1 or count({{ column_name }}) <> count(*)
{% endtest %}
