with thresholds as (select * from {{ ref('int_thresholds') }})

select school_year, county_code, indicator_id, stage, case_id, operator, threshold, floor_ratio
from thresholds
where standard_id = '{{ var("evaluation_standard") }}'
