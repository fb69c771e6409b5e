with raw as (select * from {{ ref('schools') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('school_name') }} as school_name,
    {{ clean_text('county_code') }} as county_code,
    {{ clean_text('county_name') }} as county_name,
    {{ clean_text('township') }} as township,
    {{ clean_text('school_kind') }} as school_kind,
    {{ clean_text('ownership') }} as ownership,
    {{ clean_text('area_kind') }} as area_kind,
    {{ clean_text('parent_code') }} as parent_code,
    cast(opened_year as int) as opened_year,
    cast(is_boarding as boolean) as is_boarding
from raw
