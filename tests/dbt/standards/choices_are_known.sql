-- The country has a default for each choice, that default is the one marked in its seed, and every value is known.
with
    choices as (select * from {{ ref('county_choices') }}),

    known as (
        select 'retention_formula' as choice_id, formula_id as value, is_default
        from {{ ref('retention_formulas') }}
        union all
        select 'difference_recipe' as choice_id, recipe_id as value, is_default
        from {{ ref('difference_recipes') }}
        union all
        select 'retention_entrants' as choice_id, 'intake' as value, true as is_default
        union all
        select 'retention_entrants' as choice_id, 'grade_stock' as value, false as is_default
        union all
        select 'include_private' as choice_id, 'true' as value, true as is_default
        union all
        select 'include_private' as choice_id, 'false' as value, false as is_default
    )

select choices.choice_id, choices.value
from choices
left join known on choices.choice_id = known.choice_id and choices.value = known.value
where known.value is null
union all
select known.choice_id, known.value
from known
left join choices on known.choice_id = choices.choice_id and known.value = choices.value and choices.jurisdiction = 'CN'
where known.is_default and choices.value is null
