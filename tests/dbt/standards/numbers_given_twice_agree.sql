-- Some numbers stand in two seeds, because two rules read them: they must not drift apart.
with
    parameters as (select * from {{ ref('parameters') }}),
    exemptions as (select * from {{ ref('exemptions') }}),
    thresholds as (select * from {{ ref('thresholds') }}),

    pairs as (
        select 'small_class_limit' as parameter_id, cast(largest_class_below as decimal(18, 6)) as value
        from exemptions
        where case_id = 'rural_small'
        union all
        select 'migrant_majority_share' as parameter_id, cast(migrant_share_above as decimal(18, 6)) as value
        from exemptions
        where case_id = 'migrant_majority'
        union all
        select 'application_years' as parameter_id, value
        from thresholds
        where indicator_id = 'apply_basic_balance_3y'
    )

select pairs.parameter_id as broken_id
from pairs
left join parameters on pairs.parameter_id = parameters.parameter_id
where parameters.value is null or pairs.value is null or parameters.value <> pairs.value
union all
select standard_id as broken_id
from thresholds
where floor_ratio is not null
group by standard_id
having count(distinct floor_ratio) > 1
