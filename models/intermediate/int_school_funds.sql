{%- set amounts = [
    "public_funds_budget_yuan",
    "public_funds_spend_yuan",
    "training_spend_yuan",
    "total_spend_yuan",
] -%}
with
    funded_sites as (select * from {{ ref("int_site_funded_pupils") }}),

    quotas as (select * from {{ ref("int_funding_quotas") }}),

    funding as (select * from {{ ref("stg_school_funding") }}),

    quarantined as ({{ quarantined_schools(["pupils", "school_money"]) }}),

    quarantined_money as ({{ quarantined_schools(["school_money"]) }}),

    -- Pupils that a small site lacks to the floor, funded at the quota of its lowest stage.
    with_floor as (
        select
            funded_sites.school_year,
            funded_sites.county_code,
            funded_sites.school_code,
            funded_sites.site_code,
            funded_sites.primary_pupils,
            funded_sites.junior_pupils,
            funded_sites.special_pupils,
            funded_sites.all_pupils,
            funded_sites.boarders,
            case
                when funded_sites.primary_pupils + funded_sites.junior_pupils = 0
                then 0
                when funded_sites.all_pupils < quotas.small_school_floor
                then quotas.small_school_floor - funded_sites.all_pupils
                when funded_sites.all_pupils >= quotas.small_school_floor
                then 0
            end as pupils_to_floor,
            case
                when funded_sites.primary_pupils > 0 then quotas.primary_quota else quotas.junior_quota
            end as lowest_quota
        from funded_sites
        left join
            quotas on funded_sites.school_year = quotas.fiscal_year and funded_sites.county_code = quotas.county_code
    ),

    schools as (
        select
            school_year,
            county_code,
            school_code,
            count(*) as sites,
            {{ complete_sum("primary_pupils") }} as primary_pupils,
            {{ complete_sum("junior_pupils") }} as junior_pupils,
            {{ complete_sum("special_pupils") }} as special_pupils,
            {{ complete_sum("all_pupils") }} as all_pupils,
            {{ complete_sum("boarders") }} as boarders,
            {{ complete_sum("pupils_to_floor") }} as pupils_to_floor,
            {{ complete_sum("case when pupils_to_floor = 0 then 0 else pupils_to_floor * lowest_quota end") }}
            as floor_yuan
        from with_floor
        group by school_year, county_code, school_code
    ),

    with_quota as (
        select
            schools.*,
            case when schools.primary_pupils = 0 then 0 else schools.primary_pupils * quotas.primary_quota end
            + case when schools.junior_pupils = 0 then 0 else schools.junior_pupils * quotas.junior_quota end
            + case
                when schools.special_pupils = 0 then 0 else schools.special_pupils * quotas.special_quota
            end as quota_yuan,
            case
                when schools.boarders = 0 then 0 else schools.boarders * quotas.boarding_supplement
            end as boarding_yuan
        from schools
        left join quotas on schools.school_year = quotas.fiscal_year and schools.county_code = quotas.county_code
    ),

    -- A merged site without a row of its own is funded through its parent; the parent's own row must be there.
    funds as (
        select
            funding.fiscal_year,
            sites.school_code,
            {%- for amount in amounts %}
                case
                    when count(*) filter (where sites.site_code = sites.school_code) > 0
                    then {{ complete_sum("funding." ~ amount) }}
                end as {{ amount }}
                {% if not loop.last %},{% endif %}
            {%- endfor %}
        from funding
        inner join
            funded_sites as sites on funding.fiscal_year = sites.school_year and funding.school_code = sites.site_code
        group by funding.fiscal_year, sites.school_code
    )

select
    cast(with_quota.school_year as int) as fiscal_year,
    with_quota.county_code,
    with_quota.school_code,
    institutions.school_kind,
    cast(with_quota.primary_pupils + with_quota.junior_pupils + with_quota.special_pupils as bigint) as pupils,
    cast(with_quota.all_pupils as bigint) as all_pupils,
    -- rounded as a decimal: from there to a whole number some engines cut off
    cast(
        cast(
            with_quota.primary_pupils
            + with_quota.junior_pupils
            + with_quota.special_pupils
            + with_quota.pupils_to_floor as decimal(18, 0)
        ) as bigint
    ) as pupils_counted,
    cast(with_quota.boarders as bigint) as boarders,
    cast(with_quota.quota_yuan as decimal(18, 2)) as quota_yuan,
    cast(with_quota.quota_yuan + with_quota.floor_yuan + with_quota.boarding_yuan as decimal(18, 2)) as required_yuan,
    {%- for amount in amounts %}
        cast(
            case when quarantined_money.school_code is null then funds.{{ amount }} end as decimal(18, 2)
        ) as {{ amount }},
    {%- endfor %}
    quarantined.school_code is not null as is_quarantined
from with_quota
inner join
    funded_sites as institutions
    on with_quota.school_year = institutions.school_year
    and with_quota.school_code = institutions.site_code
left join funds on with_quota.school_year = funds.fiscal_year and with_quota.school_code = funds.school_code
left join
    quarantined on with_quota.school_year = quarantined.school_year and with_quota.school_code = quarantined.school_code
left join
    quarantined_money
    on with_quota.school_year = quarantined_money.school_year
    and with_quota.school_code = quarantined_money.school_code
