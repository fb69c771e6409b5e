-- What the county itself reports of an indicator: figures and its own conclusion. Numerator and denominator beat the
-- rounded value that stands beside them. A claim of which a row was set aside says nothing.
with
    facts as (select * from {{ ref('stg_county_facts') }}),
    county_years as (select * from {{ ref('int_county_years') }}),
    indicators as (select * from {{ ref('indicators') }}),
    quarantined_counties as (select * from {{ ref('int_quarantined_counties') }}),

    -- the three facts of an indicator: its value, its numerator, its denominator
    quarantined as (
        select distinct quarantined_counties.school_year, quarantined_counties.county_code, indicators.indicator_id
        from quarantined_counties
        inner join
            indicators
            on quarantined_counties.detail in (
                indicators.indicator_id,
                indicators.indicator_id || '_numerator',
                indicators.indicator_id || '_denominator'
            )
        where quarantined_counties.concern = 'county_facts'
    )

select
    county_years.school_year,
    county_years.county_code,
    indicators.indicator_id,
    quarantined.indicator_id is null
    and (own.fact_id is not null or numerators.value is not null or denominators.value is not null) as is_reported,
    case when quarantined.indicator_id is null then own.value end as value,
    cast(case when quarantined.indicator_id is null then numerators.value end as decimal(20, 4)) as numerator,
    cast(case when quarantined.indicator_id is null then denominators.value end as decimal(19, 2)) as denominator,
    case when quarantined.indicator_id is null then own.status end as claimed_status,
    case when quarantined.indicator_id is null then own.due_year end as due_year,
    quarantined.indicator_id is not null as is_quarantined
from county_years
cross join indicators
left join
    facts as own
    on county_years.school_year = own.school_year
    and county_years.county_code = own.county_code
    and indicators.indicator_id = own.fact_id
left join
    facts as numerators
    on county_years.school_year = numerators.school_year
    and county_years.county_code = numerators.county_code
    and (indicators.indicator_id || '_numerator') = numerators.fact_id
left join
    facts as denominators
    on county_years.school_year = denominators.school_year
    and county_years.county_code = denominators.county_code
    and (indicators.indicator_id || '_denominator') = denominators.fact_id
left join
    quarantined
    on county_years.school_year = quarantined.school_year
    and county_years.county_code = quarantined.county_code
    and indicators.indicator_id = quarantined.indicator_id
