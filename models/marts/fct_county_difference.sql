with
    recipes as (select * from {{ ref('int_county_difference_recipes') }}),
    choices as (select * from {{ ref('int_choices') }}),

    spread as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            count(*) filter (where is_met) > 0 and count(*) filter (where not is_met) > 0 as is_split
        from recipes
        group by school_year, county_code, stage, indicator_id
    )

select
    cast(recipes.school_year as int) as school_year,
    cast(recipes.county_code as string) as county_code,
    cast(recipes.stage as string) as stage,
    cast(recipes.indicator_id as string) as indicator_id,
    recipes.mean,
    recipes.std_dev,
    recipes.cv,
    cast(recipes.threshold as decimal(12, 4)) as threshold,
    recipes.is_met,
    cast(recipes.recipe_id as string) as recipe,
    {{ status_of('recipes.is_met') }} as status,
    cast(recipes.reason as string) as reason,
    recipes.units,
    spread.is_split as choice_flips_verdict
from recipes
inner join
    choices
    on recipes.school_year = choices.school_year
    and recipes.county_code = choices.county_code
    and choices.choice_id = 'difference_recipe'
    and recipes.recipe_id = choices.value
inner join
    spread
    on recipes.school_year = spread.school_year
    and recipes.county_code = spread.county_code
    and recipes.stage = spread.stage
    and recipes.indicator_id = spread.indicator_id
