with raw as (select * from {{ ref('school_funding') }})

select
    cast(fiscal_year as int) as fiscal_year,
    {{ clean_text('school_code') }} as school_code,
    cast(public_funds_budget_yuan as decimal(18, 2)) as public_funds_budget_yuan,
    cast(public_funds_spend_yuan as decimal(18, 2)) as public_funds_spend_yuan,
    cast(training_spend_yuan as decimal(18, 2)) as training_spend_yuan,
    cast(total_spend_yuan as decimal(18, 2)) as total_spend_yuan
from raw
