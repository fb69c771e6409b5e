-- The coefficient under every recipe. Coefficients are irrational: a double that differs from the limit by less than
-- the error of double arithmetic is taken as equal to it.
with
    county_years as (select * from {{ ref('int_county_years') }}),
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    terms as (select * from {{ ref('int_unit_difference_terms') }}),
    recipes as (select * from {{ ref('difference_recipes') }}),
    indicators as (select * from {{ ref('indicators') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    quarantined_registers as ({{ quarantined_counties(['school']) }}),

    stages as (
        select 'primary' as stage
        union all
        select 'junior' as stage
    ),

    asked as (
        select
            county_years.school_year, county_years.county_code, stages.stage, indicators.indicator_id, recipes.recipe_id
        from county_years
        cross join stages
        cross join indicators
        cross join recipes
        where indicators.grp = 'resource'
    ),

    coverage as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            count(*) filter (where status <> 'not_applicable') as units,
            count(*) filter (where status = 'no_data') as units_without_value,
            count(*) filter (where reason = 'row_quarantined') as units_quarantined
        from unit_indicators
        group by school_year, county_code, stage, indicator_id
    ),

    summed as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            recipe_id,
            max(mean) as mean,
            case when count(*) = count(squared_term) then sqrt({{ nearest_double('sum(squared_term)') }}) end as cv
        from terms
        group by school_year, county_code, stage, indicator_id, recipe_id
    ),

    joined as (
        select
            asked.school_year,
            asked.county_code,
            asked.stage,
            asked.indicator_id,
            asked.recipe_id,
            coalesce(coverage.units, 0) as units,
            summed.mean,
            summed.cv,
            thresholds.operator,
            thresholds.threshold,
            case
                when quarantined_registers.county_code is not null or coverage.units_quarantined > 0
                then 'row_quarantined'
                when coalesce(coverage.units, 0) = 0
                then 'no_units'
                when coverage.units_without_value > 0
                then 'unit_without_data'
                when summed.cv is null
                then 'mean_is_zero'
                when thresholds.threshold is null
                then 'no_threshold'
            end as reason
        from asked
        left join
            coverage
            on asked.school_year = coverage.school_year
            and asked.county_code = coverage.county_code
            and asked.stage = coverage.stage
            and asked.indicator_id = coverage.indicator_id
        left join
            summed
            on asked.school_year = summed.school_year
            and asked.county_code = summed.county_code
            and asked.stage = summed.stage
            and asked.indicator_id = summed.indicator_id
            and asked.recipe_id = summed.recipe_id
        left join
            thresholds
            on asked.school_year = thresholds.school_year
            and asked.county_code = thresholds.county_code
            and thresholds.indicator_id = ('cv_' || asked.indicator_id)
            and asked.stage = thresholds.stage
            and thresholds.case_id = 'ordinary'
        left join
            quarantined_registers
            on asked.school_year = quarantined_registers.school_year
            and asked.county_code = quarantined_registers.county_code
    )

select
    school_year,
    county_code,
    stage,
    indicator_id,
    recipe_id,
    cast(units as int) as units,
    case when reason is null or reason = 'no_threshold' then mean end as mean,
    case when reason is null or reason = 'no_threshold' then cv * mean end as std_dev,
    case when reason is null or reason = 'no_threshold' then cv end as cv,
    threshold,
    case
        when reason is null then {{ satisfies('cv', 'operator', nearest_double('threshold') ~ ' + 1e-12') }}
    end as is_met,
    reason
from joined
