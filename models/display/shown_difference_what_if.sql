-- The coefficient if the units that are furthest below their threshold reached it, up to as many as a parameter says.
with
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }} where status in ('pass', 'fail')),
    differences as (select * from {{ ref('fct_county_difference') }}),
    recipes as (select * from {{ ref('difference_recipes') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }} where case_id = 'ordinary'),

    ranked as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            school_code,
            pupils,
            value,
            threshold,
            is_met,
            row_number() over (
                partition by school_year, county_code, stage, indicator_id
                order by ratio_to_threshold nulls last, school_code
            ) as place_from_worst
        from unit_indicators
    ),

    raised as (
        select
            ranked.school_year,
            ranked.county_code,
            ranked.stage,
            ranked.indicator_id,
            ranked.pupils,
            recipes.weighting,
            recipes.mean_form,
            recipes.ddof,
            case
                when ranked.place_from_worst <= {{ var('what_if_units') }} and not ranked.is_met
                then {{ nearest_double('ranked.threshold') }}
                else ranked.value
            end as value,
            ranked.place_from_worst <= {{ var('what_if_units') }} and not ranked.is_met as is_raised
        from ranked
        inner join
            differences
            on ranked.school_year = differences.school_year
            and ranked.county_code = differences.county_code
            and ranked.stage = differences.stage
            and ranked.indicator_id = differences.indicator_id
        inner join recipes on differences.recipe = recipes.recipe_id
    ),

    means as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            count(*) filter (where is_raised) as units_raised,
            cast(
                case when max(weighting) = 'pupils' then sum(pupils) else count(*) end - max(ddof) as double
            ) as total_weight,
            case
                when max(mean_form) = 'ratio_of_sums'
                then {{ quotient('sum(' ~ decimal_of_double('value * pupils', 38, 12) ~ ')', 'sum(pupils)') }}
                else {{ quotient('sum(' ~ decimal_of_double('value', 38, 12) ~ ')', 'count(*)') }}
            end as mean
        from raised
        group by school_year, county_code, stage, indicator_id
    ),

    terms as (
        select
            raised.school_year,
            raised.county_code,
            raised.stage,
            raised.indicator_id,
            means.units_raised,
            case when raised.weighting = 'pupils' then cast(raised.pupils as double) else 1 end
            / nullif(means.total_weight, 0)
            * {{ squared('raised.value / nullif(means.mean, 0) - 1') }} as squared_term
        from raised
        inner join
            means
            on raised.school_year = means.school_year
            and raised.county_code = means.county_code
            and raised.stage = means.stage
            and raised.indicator_id = means.indicator_id
    ),

    spread as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            max(units_raised) as units_raised,
            sqrt({{ nearest_double('sum(' ~ decimal_of_double('squared_term', 38, 18) ~ ')') }}) as cv
        from terms
        group by school_year, county_code, stage, indicator_id
    ),

    judged as (
        select
            spread.*,
            differences.threshold,
            thresholds.operator,
            {{ exact_decimal('spread.cv') }} as exact_cv,
            2 as digits,
            {{ satisfies('spread.cv', 'thresholds.operator', nearest_double('differences.threshold')) }} as would_be_met
        from spread
        inner join
            differences
            on spread.school_year = differences.school_year
            and spread.county_code = differences.county_code
            and spread.stage = differences.stage
            and spread.indicator_id = differences.indicator_id
        left join
            thresholds
            on spread.school_year = thresholds.school_year
            and spread.county_code = thresholds.county_code
            and spread.stage = thresholds.stage
            and thresholds.indicator_id = 'cv_' || spread.indicator_id
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(stage as string) as stage,
    cast(indicator_id as string) as indicator_id,
    cast(units_raised as string) as units_raised_shown,
    {{ shown_against('exact_cv', 'digits', [['threshold', 'operator', 'would_be_met']]) }} as value_shown,
    {{ limit_beside('threshold', 2) }} as threshold_shown,
    cast(would_be_met as boolean) as would_be_met
from judged
