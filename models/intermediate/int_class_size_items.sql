-- Item 5: the largest class decides, not the mean. One class without a size leaves the unit unjudged.
with
    units as (select * from {{ ref('int_units') }}),
    classes as (select * from {{ ref('int_compulsory_classes') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    quarantined as ({{ quarantined_schools(['classes']) }}),

    limits as (
        select
            units.school_year,
            units.county_code,
            units.school_code,
            units.stage,
            'class_size_' || units.stage as indicator_id,
            units.unit_status,
            units.reason,
            thresholds.operator,
            thresholds.threshold
        from units
        left join
            thresholds
            on units.school_year = thresholds.school_year
            and units.county_code = thresholds.county_code
            and ('class_size_' || units.stage) = thresholds.indicator_id
            and thresholds.case_id = 'ordinary'
    ),

    counted as (
        select
            limits.school_year,
            limits.school_code,
            limits.stage,
            count(classes.school_code) as classes,
            count(*) filter (where classes.school_code is not null and classes.pupils is null) as without_size,
            count(*) filter (
                where not {{ satisfies('classes.pupils', 'limits.operator', 'limits.threshold') }}
            ) as over_limit,
            max(classes.pupils) as largest_class
        from limits
        left join
            classes
            on limits.school_year = classes.school_year
            and limits.school_code = classes.school_code
            and limits.stage = classes.stage
        group by limits.school_year, limits.school_code, limits.stage
    )

select
    limits.school_year,
    limits.county_code,
    limits.school_code,
    limits.stage,
    limits.indicator_id,
    cast(counted.largest_class as decimal(20, 4)) as numerator,
    cast(null as decimal(19, 2)) as denominator,
    cast(counted.largest_class as double) as value,
    limits.threshold,
    'ordinary' as case_id,
    counted.over_limit = 0 as is_met,
    cast(counted.over_limit as decimal(20, 4)) as shortfall,
    case when limits.unit_status = 'excluded' then limits.reason end as exclusion,
    case
        when limits.unit_status = 'no_data'
        then limits.reason
        when quarantined.school_code is not null
        then 'row_quarantined'
        when limits.threshold is null
        then 'no_threshold'
        when counted.classes = 0
        then 'no_classes'
        when counted.without_size > 0
        then 'class_size_not_reported'
    end as gap
from limits
inner join
    counted
    on limits.school_year = counted.school_year
    and limits.school_code = counted.school_code
    and limits.stage = counted.stage
left join quarantined on limits.school_year = quarantined.school_year and limits.school_code = quarantined.school_code
