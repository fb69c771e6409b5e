-- What is judged per unit and stage by the national standard has a threshold for primary and for junior.
with
    indicators as (select * from {{ ref('indicators') }} where grp in ('resource', 'balance', 'school_rule')),
    thresholds as (select * from {{ ref('thresholds') }} where jurisdiction = 'CN' and case_id = 'ordinary')

select indicators.indicator_id
from indicators
left join thresholds on indicators.indicator_id = thresholds.indicator_id
group by indicators.indicator_id
having
    count(*) filter (where thresholds.stage = 'primary') = 0
    or count(*) filter (where thresholds.stage = 'junior') = 0
    or count(*) filter (where thresholds.stage not in ('primary', 'junior')) > 0
