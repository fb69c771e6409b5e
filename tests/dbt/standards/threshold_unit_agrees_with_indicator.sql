with indicators as (select * from {{ ref('indicators') }}), thresholds as (select * from {{ ref('thresholds') }})

select thresholds.threshold_id, thresholds.unit, indicators.unit_zh
from thresholds
inner join indicators on thresholds.indicator_id = indicators.indicator_id
where thresholds.unit is null or indicators.unit_zh is null or thresholds.unit <> indicators.unit_zh
