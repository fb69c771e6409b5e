{# On any day at most one row of a group is valid, and every period is at least a day long.
   valid_from is included, valid_to is not, NULL is open. Returns the rows that begin before their predecessor ends. #}
{% test validity_without_overlap(model, group_by) %}
    select *
    from ({{ validity_neighbours(model, group_by) }}) as neighbours
    where
        valid_to <= valid_from
        or (place > 1 and (valid_from is null or previous_valid_to is null or valid_from < previous_valid_to))
{% endtest %}
