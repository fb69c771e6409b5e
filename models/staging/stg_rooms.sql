with raw as (select * from {{ ref('rooms') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('room_id') }} as room_id,
    {{ clean_text('room_kind') }} as room_kind,
    cast(area_m2 as decimal(18, 4)) as area_m2
from raw
