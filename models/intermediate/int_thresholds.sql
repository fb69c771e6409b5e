with
    jurisdictions as (select * from {{ ref('int_jurisdictions') }}),
    thresholds as (select * from {{ ref('thresholds') }})

select
    jurisdictions.school_year,
    jurisdictions.county_code,
    thresholds.standard_id,
    thresholds.jurisdiction,
    thresholds.indicator_id,
    thresholds.stage,
    thresholds.case_id,
    thresholds.operator,
    cast(thresholds.value as decimal(18, 6)) as threshold,
    cast(thresholds.floor_ratio as decimal(6, 4)) as floor_ratio,
    thresholds.valid_from,
    thresholds.threshold_id
from jurisdictions
inner join
    thresholds
    on jurisdictions.jurisdiction = thresholds.jurisdiction
    and {{ is_valid_on('thresholds', 'jurisdictions.reference_date') }}
