{# A successor begins on the day on which its predecessor ends. Returns the rows that begin later. #}
{% test validity_without_gap(model, group_by) %}
    select *
    from ({{ validity_neighbours(model, group_by) }}) as neighbours
    where place > 1 and valid_from > previous_valid_to
{% endtest %}
