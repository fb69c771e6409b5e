with raw as (select * from {{ ref('facilities') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    cast(teaching_area_m2 as decimal(18, 4)) as teaching_area_m2,
    cast(indoor_sports_area_m2 as decimal(18, 4)) as indoor_sports_area_m2,
    cast(sports_ground_area_m2 as decimal(18, 4)) as sports_ground_area_m2,
    cast(equipment_value_wan as decimal(18, 4)) as equipment_value_wan,
    cast(multimedia_rooms as bigint) as multimedia_rooms
from raw
