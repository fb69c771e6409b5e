-- Every unit's term of the squared coefficient, under every recipe: weight x (value / mean - 1)^2. A term is a
-- decimal, so that their sum does not depend on the order in which an engine adds them.
with
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    recipes as (select * from {{ ref('difference_recipes') }}),

    units as (
        select school_year, county_code, stage, indicator_id, school_code, pupils, value
        from unit_indicators
        where status in ('pass', 'fail')
    ),

    means as (
        select
            units.school_year,
            units.county_code,
            units.stage,
            units.indicator_id,
            recipes.recipe_id,
            recipes.weighting,
            cast(
                case when recipes.weighting = 'pupils' then sum(units.pupils) else count(*) end - recipes.ddof as double
            ) as total_weight,
            case
                when recipes.mean_form = 'ratio_of_sums'
                then
                    {{ quotient('sum(' ~ decimal_of_double('units.value * units.pupils', 38, 12) ~ ')', 'sum(units.pupils)') }}
                else {{ quotient('sum(' ~ decimal_of_double('units.value', 38, 12) ~ ')', 'count(*)') }}
            end as mean
        from units
        cross join recipes
        group by
            units.school_year,
            units.county_code,
            units.stage,
            units.indicator_id,
            recipes.recipe_id,
            recipes.weighting,
            recipes.mean_form,
            recipes.ddof
    ),

    terms as (
        select
            units.*,
            means.recipe_id,
            means.mean,
            case when means.weighting = 'pupils' then cast(units.pupils as double) else 1 end
            / nullif(means.total_weight, 0)
            * {{ squared('units.value / nullif(means.mean, 0) - 1') }} as squared_term
        from units
        inner join
            means
            on units.school_year = means.school_year
            and units.county_code = means.county_code
            and units.stage = means.stage
            and units.indicator_id = means.indicator_id
    )

select
    school_year,
    county_code,
    stage,
    indicator_id,
    recipe_id,
    school_code,
    pupils,
    value,
    mean,
    {{ decimal_of_double('squared_term', 38, 18) }} as squared_term
from terms
