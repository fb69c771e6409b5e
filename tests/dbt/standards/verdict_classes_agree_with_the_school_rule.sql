-- A class complies exactly when its count of indicators meets the school rule and the other, if any, reaches its floor.
with
    classes as (select * from {{ ref('verdict_classes') }}),
    rule as (
        select min(value) as met_needed from {{ ref('thresholds') }} where indicator_id = 'school_resource_compliance'
    ),
    indicator_count as (select value from {{ ref('parameters') }} where parameter_id = 'resource_indicator_count')

select classes.class_id
from classes
cross join rule
cross join indicator_count
where
    classes.is_compliant is null
    -- from the rule's count upwards, and short of all, a class has to say how the other stands
    or (
        classes.met_max >= rule.met_needed
        and classes.met_min < indicator_count.value
        and (classes.met_min < rule.met_needed or classes.other_at_floor is null)
    )
    or classes.is_compliant <> (
        classes.met_min >= rule.met_needed
        and (classes.met_min >= indicator_count.value or coalesce(classes.other_at_floor, false))
    )
