with
    units as (select * from {{ ref('int_units') }}),
    resources as (select * from {{ ref('int_unit_resources') }}),
    indicators as (select * from {{ ref('indicators') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),

    joined as (
        select
            units.school_year,
            units.county_code,
            units.school_code,
            units.stage,
            resources.indicator_id,
            units.pupils,
            units.unit_status,
            resources.resource,
            resources.weight,
            resources.numerator,
            resources.denominator,
            cast(indicators.scale as decimal(5, 0)) as scale,
            cast(thresholds.threshold as decimal(12, 4)) as threshold,
            thresholds.floor_ratio,
            thresholds.operator,
            case
                when units.unit_status <> 'included'
                then units.reason
                when resources.reason is not null
                then resources.reason
                when thresholds.threshold is null or indicators.scale is null
                then 'no_threshold'
            end as reason
        from units
        inner join
            resources
            on units.school_year = resources.school_year
            and units.school_code = resources.school_code
            and units.stage = resources.stage
        left join indicators on resources.indicator_id = indicators.indicator_id
        left join
            thresholds
            on units.school_year = thresholds.school_year
            and units.county_code = thresholds.county_code
            and resources.indicator_id = thresholds.indicator_id
            and units.stage = thresholds.stage
            and thresholds.case_id = 'ordinary'
    ),

    -- value >= threshold, multiplied out: no division stands between the data and the verdict. One factor is wider than
    -- 18 digits, or DuckDB would keep the product within 18.
    judged as (
        select
            *,
            case
                when reason is null
                then {{ satisfies('numerator * scale', 'operator', 'cast(threshold as decimal(20, 4)) * denominator') }}
            end as is_met,
            case
                when reason is null
                then
                    {{
                        satisfies(
                            'numerator * scale',
                            'operator',
                            'cast(threshold * floor_ratio as decimal(20, 6)) * denominator',
                        )
                    }}
            end as is_floor_met
        from joined
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(stage as string) as stage,
    cast(indicator_id as string) as indicator_id,
    cast(numerator as decimal(26, 8)) as numerator,
    cast(denominator as decimal(16, 4)) as denominator,
    {{ quotient('numerator * scale', 'denominator') }} as value,
    threshold,
    {{ quotient('numerator * scale', 'threshold * denominator') }} as ratio_to_threshold,
    is_met,
    case
        when is_met
        then cast(0 as double)
        else {{ nearest_double('threshold') }} - {{ quotient('numerator * scale', 'denominator') }}
    end as gap,
    case
        when unit_status = 'excluded'
        then 'not_applicable'
        when reason is not null
        then 'no_data'
        else {{ status_of('is_met') }}
    end as status,
    cast(reason as string) as reason,
    cast(pupils as bigint) as pupils,
    cast(resource as decimal(20, 4)) as resource,
    cast(weight as decimal(6, 4)) as stage_weight,
    {{ quotient('numerator * pupils', 'denominator') }} as resource_share,
    is_floor_met
from judged
