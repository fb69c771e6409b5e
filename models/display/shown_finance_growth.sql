with
    growth as (select * from {{ ref('fct_finance_growth') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            growth.*,
            indicators.name_zh,
            indicators.name_en,
            2 as digits,
            '>=' as operator,
            {{ exact_decimal('growth.change_pct') }} as exact_change,
            {{ exact_decimal('growth.per_pupil_yuan') }} as exact_per_pupil,
            {{ exact_decimal('growth.previous_per_pupil_yuan') }} as exact_previous,
            {{ standing_of('growth') }} as standing
        from growth
        inner join indicators on growth.indicator_id = indicators.indicator_id
    )

select
    cast(judged.fiscal_year as int) as fiscal_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.stage as string) as stage,
    cast(judged.indicator_id as string) as indicator_id,
    stages.zh as stage_zh,
    stages.en as stage_en,
    judged.name_zh as name_zh,
    judged.name_en as name_en,
    {{ in_wan('judged.amount_yuan') }} as amount_shown,
    {{ in_wan('judged.previous_amount_yuan') }} as previous_amount_shown,
    cast(judged.pupils as string) as pupils_shown,
    cast(judged.previous_pupils as string) as previous_pupils_shown,
    {{ shown_number('judged.exact_per_pupil', 'judged.digits') }} as per_pupil_shown,
    {{ shown_number('judged.exact_previous', 'judged.digits') }} as previous_per_pupil_shown,
    {{ shown_against('judged.exact_change', 'judged.digits', [['judged.threshold', 'judged.operator', 'judged.is_met']]) }}
    as value_shown,
    '%' as unit_zh,
    '%' as unit_en,
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join reasons on judged.reason = reasons.reason_id
