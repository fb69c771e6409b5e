with
    thresholds as (select * from {{ ref('thresholds') }}),
    standards as (select * from {{ ref('standards') }}),
    jurisdictions as (select * from {{ ref('jurisdictions') }}),
    indicators as (select * from {{ ref('indicators') }})

select
    cast(thresholds.threshold_id as string) as threshold_id,
    cast(thresholds.standard_id as string) as standard_id,
    cast(thresholds.jurisdiction as string) as jurisdiction,
    cast(thresholds.indicator_id as string) as indicator_id,
    cast(thresholds.stage as string) as stage,
    cast(thresholds.case_id as string) as case_id,
    cast(standards.name_zh as string) as standard_name_zh,
    cast(standards.name_en as string) as standard_name_en,
    cast(jurisdictions.name_zh as string) as jurisdiction_name_zh,
    cast(jurisdictions.name_en as string) as jurisdiction_name_en,
    cast(indicators.name_zh as string) as indicator_name_zh,
    cast(indicators.name_en as string) as indicator_name_en,
    cast(thresholds.operator as string) as operator,
    cast(thresholds.value as decimal(18, 6)) as value,
    cast(thresholds.unit as string) as unit,
    cast(thresholds.floor_ratio as decimal(6, 4)) as floor_ratio,
    -- the school rule counts indicators: 85 % of a count means nothing
    cast(
        case when indicators.grp = 'resource' then thresholds.value * thresholds.floor_ratio end as decimal(24, 10)
    ) as floor_value,
    cast(thresholds.valid_from as date) as valid_from,
    cast(thresholds.valid_to as date) as valid_to,
    cast(thresholds.source as string) as source,
    cast(thresholds.status as string) as status,
    cast(thresholds.evidence as string) as evidence
from thresholds
inner join standards on thresholds.standard_id = standards.standard_id
inner join jurisdictions on thresholds.jurisdiction = jurisdictions.jurisdiction
inner join indicators on thresholds.indicator_id = indicators.indicator_id
