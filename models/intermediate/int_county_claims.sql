-- What the county itself reports of an indicator: figures and its own conclusion. Numerator and denominator beat the
-- rounded value that stands beside them.
with
    facts as (select * from {{ ref('stg_county_facts') }}),
    county_years as (select * from {{ ref('int_county_years') }}),
    indicators as (select * from {{ ref('indicators') }})

select
    county_years.school_year,
    county_years.county_code,
    indicators.indicator_id,
    own.fact_id is not null or numerators.value is not null or denominators.value is not null as is_reported,
    own.value,
    cast(numerators.value as decimal(20, 4)) as numerator,
    cast(denominators.value as decimal(19, 2)) as denominator,
    own.status as claimed_status,
    own.due_year
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
    and concat(indicators.indicator_id, '_numerator') = numerators.fact_id
left join
    facts as denominators
    on county_years.school_year = denominators.school_year
    and county_years.county_code = denominators.county_code
    and concat(indicators.indicator_id, '_denominator') = denominators.fact_id
