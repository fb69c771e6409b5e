with
    terms as (select * from {{ ref("relation_terms") }}),

    relations as (select * from {{ ref("relations") }}),

    claims as (select * from {{ ref("stg_claims") }}),

    limits as (select * from {{ ref("int_claim_limits") }}),

    qualifiers as (select * from {{ ref("qualifiers") }}),

    joined as (
        select
            terms.relation_id,
            terms.position,
            terms.role,
            terms.product_no,
            terms.coefficient,
            terms.term_kind,
            claims.printed,
            claims.qualifier,
            claims.decimals,
            claims.step,
            claims.unit,
            claims.damage,
            case
                when terms.term_kind = 'claim'
                then claims.value
                when terms.term_kind = 'constant'
                then cast(terms.constant as decimal(14, 5))
                when terms.term_kind = 'limit'
                then limits.value
            end as value,
            case
                when terms.term_kind = 'claim'
                then claims.lower_bound
                when terms.term_kind = 'constant'
                then cast(terms.constant as decimal(14, 5))
                when terms.term_kind = 'limit'
                then limits.value
            end as lower_bound,
            case
                when terms.term_kind = 'claim'
                then claims.upper_bound
                when terms.term_kind = 'constant'
                then cast(terms.constant as decimal(14, 5))
                when terms.term_kind = 'limit'
                then limits.value
            end as upper_bound,
            coalesce(qualifiers.prefix_zh, '') as prefix_zh,
            coalesce(qualifiers.suffix_zh, '') as suffix_zh,
            coalesce(qualifiers.prefix_en, '') as prefix_en,
            coalesce(qualifiers.suffix_en, '') as suffix_en
        from terms
        inner join relations on terms.relation_id = relations.relation_id
        left join
            claims
            on terms.term_kind = 'claim'
            and relations.document = claims.document
            and terms.term_id = claims.claim_id
        left join limits on terms.term_kind = 'limit' and terms.term_id = limits.limit_id
        left join qualifiers on claims.qualifier = qualifiers.qualifier
    )

select
    relation_id,
    cast(position as int) as position,
    case role when 'left' then 'left' when 'denominator' then 'denominator' else 'right' end as side,
    cast(product_no as int) as product_no,
    cast(
        row_number() over (
            partition by
                relation_id,
                case role when 'left' then 'left' when 'denominator' then 'denominator' else 'right' end,
                product_no
            order by position
        ) as int
    ) as factor_no,
    cast(coefficient as int) as coefficient,
    value,
    lower_bound,
    upper_bound,
    cast(decimals as int) as decimals,
    case when qualifier in ('rounded', 'about') then step end as rounding_step,
    case
        when damage is not null then 'damaged' when term_kind = 'missing' or lower_bound is null then 'missing'
    end as obstacle,
    prefix_zh
    || coalesce(printed, {{ plain_number("cast(value as decimal(24, 6))") }}, '?')
    || suffix_zh
    || case when unit = '%' and role = 'left' then '%' else '' end as shown_zh,
    prefix_en
    || coalesce(printed, {{ plain_number("cast(value as decimal(24, 6))") }}, '?')
    || suffix_en
    || case when unit = '%' and role = 'left' then ' %' else '' end as shown_en
from joined
