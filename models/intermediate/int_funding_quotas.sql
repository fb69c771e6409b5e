with
    chain as (select * from {{ ref("int_jurisdictions") }}),

    jurisdictions as (select * from {{ ref("jurisdictions") }}),

    quotas as (select * from {{ ref("funding_quotas") }}),

    -- The region of a county is its own or that of its province.
    regions as (
        select
            chain.school_year,
            chain.county_code,
            coalesce(
                max(case when chain.distance = 1 then jurisdictions.region end),
                max(case when chain.distance = 2 then jurisdictions.region end)
            ) as region
        from chain
        left join jurisdictions on chain.jurisdiction = jurisdictions.jurisdiction
        group by chain.school_year, chain.county_code
    ),

    -- A local quota may raise the national one, never lower it: the largest one in force counts.
    in_force as (
        select
            chain.school_year as fiscal_year,
            chain.county_code,
            quotas.quota_item,
            quotas.stage,
            max(cast(quotas.value as decimal(18, 6))) as value
        from chain
        inner join regions on chain.school_year = regions.school_year and chain.county_code = regions.county_code
        inner join
            quotas
            on chain.jurisdiction = quotas.jurisdiction
            and (quotas.region = 'all' or quotas.region = regions.region)
            and {{ is_valid_on("quotas", fiscal_year_date("chain.school_year")) }}
        where quotas.value is not null
        group by chain.school_year, chain.county_code, quotas.quota_item, quotas.stage
    )

select
    regions.school_year as fiscal_year,
    regions.county_code,
    regions.region,
    max(
        case when in_force.quota_item = 'public_funds_quota' and in_force.stage = 'primary' then in_force.value end
    ) as primary_quota,
    max(
        case when in_force.quota_item = 'public_funds_quota' and in_force.stage = 'junior' then in_force.value end
    ) as junior_quota,
    max(case when in_force.quota_item = 'special_ed_quota' then in_force.value end) as special_quota,
    max(case when in_force.quota_item = 'boarding_supplement' then in_force.value end) as boarding_supplement,
    max(case when in_force.quota_item = 'small_school_floor' then in_force.value end) as small_school_floor
from regions
left join in_force on regions.school_year = in_force.fiscal_year and regions.county_code = in_force.county_code
group by regions.school_year, regions.county_code, regions.region
