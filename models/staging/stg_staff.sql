with raw as (select * from {{ ref('staff') }})

select
    cast(school_year as int) as school_year,
    {{ clean_text('school_code') }} as school_code,
    {{ clean_text('staff_id') }} as staff_id,
    {{ clean_text('stage') }} as stage,
    cast(is_full_time_teacher as boolean) as is_full_time_teacher,
    cast(is_on_post as boolean) as is_on_post,
    {{ clean_text('degree') }} as degree,
    {{ clean_text('backbone_level') }} as backbone_level,
    {{ clean_text('subject') }} as subject,
    cast(has_certificate as boolean) as has_certificate,
    cast(training_hours_5y as decimal(18, 4)) as training_hours_5y,
    cast(is_rotation_eligible as boolean) as is_rotation_eligible,
    cast(is_rotated as boolean) as is_rotated,
    cast(annual_pay_yuan as decimal(18, 2)) as annual_pay_yuan
from raw
