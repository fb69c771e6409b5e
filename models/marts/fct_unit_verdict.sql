with
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    units as (select * from {{ ref('int_units') }}),
    classes as (select * from {{ ref('verdict_classes') }}),

    counted as (
        select
            school_year,
            county_code,
            school_code,
            stage,
            count(*) as indicators,
            count(*) filter (where is_met) as met_count,
            min(case when not is_met then ratio_to_threshold end) as lowest_ratio,
            count(*) filter (where not is_met and not is_floor_met) = 0 as is_rest_at_floor,
            {{ worst_status("case when status in ('pass', 'fail') then 'pass' else status end") }} as status,
            coalesce(
                max(case when reason = 'row_quarantined' then reason end),
                max(case when status = 'no_data' then reason end)
            ) as reason
        from unit_indicators
        group by school_year, county_code, school_code, stage
    ),

    classed as (
        select
            counted.school_year,
            counted.school_code,
            counted.stage,
            counted.met_count,
            classes.class_id,
            classes.is_compliant,
            case when counted.met_count = counted.indicators - 1 then counted.lowest_ratio end as other_ratio
        from counted
        inner join
            classes
            on counted.met_count between classes.met_min and classes.met_max
            and (classes.other_at_floor is null or classes.other_at_floor = counted.is_rest_at_floor)
        where counted.status = 'pass'
    )

select
    cast(units.school_year as int) as school_year,
    cast(units.county_code as string) as county_code,
    cast(units.school_code as string) as school_code,
    cast(units.stage as string) as stage,
    cast(classed.met_count as int) as met_count,
    cast(classed.other_ratio as double) as other_ratio,
    cast(classed.class_id as string) as verdict_class,
    cast(classed.is_compliant as boolean) as is_compliant,
    case
        when units.unit_status = 'excluded'
        then 'not_applicable'
        when units.unit_status = 'included' and counted.status = 'pass'
        then {{ status_of('classed.is_compliant') }}
        else 'no_data'
    end as status,
    cast(case when units.unit_status <> 'included' then units.reason else counted.reason end as string) as reason
from units
left join
    counted
    on units.school_year = counted.school_year
    and units.school_code = counted.school_code
    and units.stage = counted.stage
left join
    classed
    on units.school_year = classed.school_year
    and units.school_code = classed.school_code
    and units.stage = classed.stage
