with raw as (select * from {{ ref('quarantined_row') }})

select
    {{ clean_text('table_name') }} as table_name,
    cast(row_year as int) as row_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('school_kind') }} as school_kind,
    {{ clean_text('parent_code') }} as parent_code,
    {{ clean_text('county_code') }} as county_code,
    {{ clean_text('stage') }} as stage,
    cast(grade as int) as grade,
    {{ clean_text('fact_id') }} as fact_id
from raw
