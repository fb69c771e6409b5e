with indicators as (select * from {{ ref('indicators') }}), thresholds as (select * from {{ ref('thresholds') }})

select thresholds.threshold_id, thresholds.operator, indicators.direction
from thresholds
inner join indicators on thresholds.indicator_id = indicators.indicator_id
where
    thresholds.operator is null
    or thresholds.operator <> case
        indicators.direction
        when 'at_least'
        then '>='
        when 'at_most'
        then '<='
        when 'below'
        then '<'
        when 'equal'
        then '='
        else ''
    end
