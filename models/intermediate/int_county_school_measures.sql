-- What is judged school by school, as one figure of the county: schools that meet it, of the schools it applies to.
-- Every
-- one must meet it: one failure decides against the county even where other schools lack data.
with
    items as (select * from {{ ref('fct_school_item') }}),
    county_years as (select * from {{ ref('int_county_years') }}),
    indicators as (select * from {{ ref('indicators') }}),
    quarantined_registers as ({{ quarantined_counties(['school']) }}),

    expected as (
        select
            county_years.school_year,
            county_years.county_code,
            indicators.indicator_id,
            indicators.item_id,
            case when quarantined_registers.county_code is not null then 1 else 0 end as unregistered
        from county_years
        cross join indicators
        left join
            quarantined_registers
            on county_years.school_year = quarantined_registers.school_year
            and county_years.county_code = quarantined_registers.county_code
        where
            indicators.item_id is not null
            and indicators.judged_by = 'computed'
            and indicators.level in ('unit', 'site', 'institution')
    ),

    counted as (
        select
            expected.school_year,
            expected.county_code,
            expected.indicator_id,
            expected.item_id,
            count(items.school_code) as rows_judged,
            count(*) filter (where items.status = 'pass') as met,
            count(*) filter (where items.status = 'fail') as failed,
            count(*) filter (where items.status = 'not_applicable') as left_out,
            count(*) filter (where items.status in ('no_data', 'error')) as unknown,
            -- what a school whose row was set aside would add is not known
            max(expected.unregistered) + count(*) filter (where items.reason = 'row_quarantined') as quarantined
        from expected
        left join
            items
            on expected.school_year = items.school_year
            and expected.county_code = items.county_code
            and expected.indicator_id = items.indicator_id
        group by expected.school_year, expected.county_code, expected.indicator_id, expected.item_id
    ),

    -- A limit for nine-year schools does not apply where every school falls under the other limit of the same item.
    with_siblings as (
        select *, sum(met + failed + unknown) over (partition by school_year, county_code, item_id) as judged_in_item
        from counted
    )

select
    school_year,
    county_code,
    indicator_id,
    cast(met as decimal(20, 4)) as numerator,
    cast(met + failed + unknown as decimal(19, 2)) as denominator,
    case when failed > 0 then false when unknown = 0 and quarantined = 0 and met > 0 then true end as is_met,
    case
        when met + failed + unknown + quarantined > 0
        then cast(null as string)
        when indicator_id = 'small_school_funding' and left_out > 0
        then 'not_small_school'
        when indicator_id in ('school_size', 'school_size_nine_year') and judged_in_item > 0
        then 'not_applicable_kind'
    end as exclusion,
    case
        when quarantined > 0
        then 'row_quarantined'
        when unknown > 0
        then 'school_without_data'
        when met + failed = 0
        then 'no_units'
    end as gap
from with_siblings
