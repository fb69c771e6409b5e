-- A case of a threshold is an exemption of its indicator, an exemption has its threshold, and an exempted indicator
-- also has an ordinary threshold.
with
    national as (select * from {{ ref('thresholds') }}),
    exemptions as (select * from {{ ref('exemptions') }}),

    special as (select * from national where case_id <> 'ordinary'),
    ordinary as (select * from national where case_id = 'ordinary')

select special.threshold_id as broken_id
from special
left join exemptions on special.indicator_id = exemptions.indicator_id and special.case_id = exemptions.case_id
left join
    ordinary
    on special.standard_id = ordinary.standard_id
    and special.jurisdiction = ordinary.jurisdiction
    and special.indicator_id = ordinary.indicator_id
    and special.stage = ordinary.stage
where exemptions.exemption_id is null or ordinary.threshold_id is null
union all
select exemptions.exemption_id as broken_id
from exemptions
left join special on exemptions.indicator_id = special.indicator_id and exemptions.case_id = special.case_id
where
    special.threshold_id is null
    or (
        exemptions.opened_year_max is null
        and exemptions.migrant_share_above is null
        and exemptions.area_kind is null
        and exemptions.largest_class_below is null
    )
