with raw as (select * from {{ ref('county_finance') }})

select
    cast(fiscal_year as int) as fiscal_year,
    {{ clean_text('county_code') }} as county_code,
    {{ clean_text('stage') }} as stage,
    cast(budget_expenditure_yuan as decimal(18, 2)) as budget_expenditure_yuan,
    cast(pupils as bigint) as pupils,
    cast(teacher_mean_pay_yuan as decimal(18, 2)) as teacher_mean_pay_yuan,
    cast(civil_servant_mean_pay_yuan as decimal(18, 2)) as civil_servant_mean_pay_yuan
from raw
