-- What a unit lacks, in things that can be hired, built or bought: whole teachers, rooms, square metres, yuan.
-- (threshold x denominator - numerator x scale) x pupils / (denominator x scale), rounded up exactly.
with
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    unit_verdicts as (select * from {{ ref('fct_unit_verdict') }}),
    indicators as (select * from {{ ref('indicators') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),

    unmet as (
        select
            unit_indicators.school_year,
            unit_indicators.county_code,
            unit_indicators.school_code,
            unit_indicators.stage,
            unit_indicators.indicator_id,
            unit_indicators.value,
            unit_indicators.threshold,
            unit_indicators.ratio_to_threshold,
            unit_indicators.is_floor_met,
            unit_verdicts.verdict_class,
            unit_verdicts.is_compliant,
            cast(unit_indicators.pupils as decimal(9, 0)) as pupils,
            cast(unit_indicators.denominator * cast(indicators.scale as decimal(5, 0)) as decimal(20, 4)) as divisor,
            cast(unit_indicators.numerator * cast(indicators.scale as decimal(5, 0)) as decimal(22, 8)) as reached,
            cast(
                cast(unit_indicators.threshold as decimal(20, 4)) * unit_indicators.denominator as decimal(22, 8)
            ) as asked,
            cast(
                cast(unit_indicators.threshold * thresholds.floor_ratio as decimal(20, 6))
                * unit_indicators.denominator as decimal(22, 8)
            ) as asked_at_floor
        from unit_indicators
        inner join
            unit_verdicts
            on unit_indicators.school_year = unit_verdicts.school_year
            and unit_indicators.school_code = unit_verdicts.school_code
            and unit_indicators.stage = unit_verdicts.stage
        inner join indicators on unit_indicators.indicator_id = indicators.indicator_id
        inner join
            thresholds
            on unit_indicators.school_year = thresholds.school_year
            and unit_indicators.county_code = thresholds.county_code
            and unit_indicators.indicator_id = thresholds.indicator_id
            and unit_indicators.stage = thresholds.stage
            and thresholds.case_id = 'ordinary'
        where unit_indicators.status = 'fail'
    ),

    gaps as (
        select
            *,
            cast((asked - reached) * pupils as decimal(33, 8)) as lacking,
            cast((asked_at_floor - reached) * pupils as decimal(33, 8)) as lacking_at_floor
        from unmet
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(stage as string) as stage,
    cast(indicator_id as string) as indicator_id,
    value,
    threshold,
    ratio_to_threshold,
    cast({{ ceiling_of_quotient('lacking', 'divisor') }} as bigint) as gap_to_threshold,
    cast(
        case when is_floor_met then 0 else {{ ceiling_of_quotient('lacking_at_floor', 'divisor') }} end as bigint
    ) as gap_to_floor,
    cast(
        case
            when indicator_id like '%_teachers_%'
            then 'teachers'
            when indicator_id = 'multimedia_rooms_per_100'
            then 'rooms'
            when indicator_id = 'equipment_value_per_pupil'
            then 'yuan'
            else 'square_metres'
        end as string
    ) as gap_unit,
    cast(verdict_class as string) as verdict_class,
    is_compliant
from gaps
