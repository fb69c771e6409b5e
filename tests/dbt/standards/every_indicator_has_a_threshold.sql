-- An indicator that is judged by a number has that number; one that is not judged by a number has none.
with
    indicators as (select * from {{ ref('indicators') }}),
    judged as (
        select indicator_id
        from {{ ref('thresholds') }}
        where value is not null
        union all
        select quota_item as indicator_id
        from {{ ref('funding_quotas') }}
        where value is not null
    )

select indicators.indicator_id, indicators.direction
from indicators
left join judged on indicators.indicator_id = judged.indicator_id
group by indicators.indicator_id, indicators.direction
having (count(judged.indicator_id) > 0) = (indicators.direction in ('document_review', 'classification'))
