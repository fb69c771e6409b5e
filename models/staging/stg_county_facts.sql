with raw as (select * from {{ ref('county_facts') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('county_code') }} as county_code,
    {{ clean_text('fact_id') }} as fact_id,
    cast(value as decimal(24, 6)) as value,
    {{ clean_text('status') }} as status,
    cast(due_year as int) as due_year,
    {{ clean_text('evidence') }} as evidence
from raw
