with raw as (select * from {{ ref('classes') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('stage') }} as stage,
    cast(grade as int) as grade,
    {{ clean_text('class_no') }} as class_no,
    cast(pupils as bigint) as pupils
from raw
