with
    claims as (select * from {{ ref("claims") }}),

    qualifiers as (select * from {{ ref("qualifiers") }}),

    printed_places as (select * from {{ ref("printed_places") }}),

    placed as (
        select claims.*, printed_places.step, qualifiers.lower_steps, qualifiers.upper_steps
        from claims
        left join qualifiers on claims.qualifier = qualifiers.qualifier
        left join printed_places on claims.decimals = printed_places.decimals
    )

select
    document,
    claim_id,
    printed,
    cast(value as decimal(14, 5)) as value,
    qualifier,
    cast(decimals as int) as decimals,
    cast(step as decimal(14, 5)) as step,
    -- A figure counts things or measures them: it is never below zero.
    cast(
        case
            when qualifier = 'range'
            then lower
            when qualifier = 'at_most'
            then 0
            when lower_steps = 0
            then value
            else value + lower_steps * step
        end as decimal(14, 5)
    ) as lower_bound,
    cast(
        case
            when qualifier = 'range'
            then upper
            when qualifier = 'at_least'
            then null
            when upper_steps = 0
            then value
            else value + upper_steps * step
        end as decimal(14, 5)
    ) as upper_bound,
    unit,
    as_of,
    subject_zh,
    subject_en,
    quote,
    damage,
    note_zh,
    note_en
from placed
