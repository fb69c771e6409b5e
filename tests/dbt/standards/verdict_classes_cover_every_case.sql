-- Every number of indicators met, with the other at its floor or not, falls into exactly one class.
with
    classes as (select * from {{ ref('verdict_classes') }}),
    indicator_count as (select value from {{ ref('parameters') }} where parameter_id = 'resource_indicator_count'),

    numbers as (
        {% for met in range(0, 32) %}{{ 'union all' if not loop.first }} select {{ met }} as met_count {% endfor %}
    ),

    cases as (
        select numbers.met_count, floors.other_at_floor
        from numbers
        inner join indicator_count on numbers.met_count <= indicator_count.value
        cross join
            (
                select true as other_at_floor
                union all
                select false as other_at_floor
            ) as floors
    )

select cases.met_count, cases.other_at_floor, count(classes.class_id) as classes
from cases
left join
    classes
    on cases.met_count between classes.met_min and classes.met_max
    and (classes.other_at_floor is null or classes.other_at_floor = cases.other_at_floor)
group by cases.met_count, cases.other_at_floor
having count(classes.class_id) <> 1
