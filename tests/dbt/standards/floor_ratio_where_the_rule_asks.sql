-- The seven resource indicators and the school rule of the national standard carry the floor, a share below 1;
-- nothing else does.
select thresholds.threshold_id
from {{ ref('thresholds') }} as thresholds
inner join {{ ref('indicators') }} as indicators on thresholds.indicator_id = indicators.indicator_id
where
    (thresholds.floor_ratio is not null)
    <> (indicators.grp in ('resource', 'school_rule') and thresholds.standard_id = 'cn_2017')
    or thresholds.floor_ratio <= 0
    or thresholds.floor_ratio >= 1
