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
            growth.indicator_id = 'budget_expenditure_per_pupil_growth' as is_per_pupil,
            sign(growth.amount_yuan - growth.previous_amount_yuan) as amount_direction,
            -- crosswise, as the verdict is found: wide decimals, because DuckDB multiplies narrow ones into 18 digits
            sign(
                cast(growth.amount_yuan as decimal(38, 2)) * cast(growth.previous_pupils as decimal(24, 0))
                - cast(growth.previous_amount_yuan as decimal(38, 2)) * cast(growth.pupils as decimal(24, 0))
            ) as per_pupil_direction,
            {{ exact_decimal('growth.change_pct') }} as exact_change,
            {{ exact_decimal('growth.per_pupil_yuan') }} as exact_per_pupil,
            {{ exact_decimal('growth.previous_per_pupil_yuan') }} as exact_previous,
            {{ standing_of('growth') }} as standing
        from growth
        inner join indicators on growth.indicator_id = indicators.indicator_id
    ),

    -- NULL where nothing has changed.
    directed as (
        select
            *,
            nullif(case when is_per_pupil then per_pupil_direction else amount_direction end, 0) > 0 as is_up,
            nullif(case when is_per_pupil then per_pupil_direction else amount_direction end, 0) < 0 as is_down,
            nullif(per_pupil_direction, 0) > 0 as is_per_pupil_up,
            nullif(per_pupil_direction, 0) < 0 as is_per_pupil_down
        from judged
    ),

    -- The former figure is rounded on its side of the exact one of this year, and that against what is shown of it.
    beside as (
        select
            *,
            {{ shown_beside('exact_previous', 'exact_per_pupil', 'digits', 'is_per_pupil_down', 'is_per_pupil_up') }}
            as previous_shown
        from directed
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
    {{
        shown_beside(
            'judged.exact_per_pupil',
            'cast(judged.previous_shown as decimal(28, 10))',
            'judged.digits',
            'judged.is_per_pupil_up',
            'judged.is_per_pupil_down',
        )
    }} as per_pupil_shown,
    judged.previous_shown as previous_per_pupil_shown,
    {{ shown_beside('judged.exact_change', '0', 'judged.digits', 'judged.is_up', 'judged.is_down') }} as value_shown,
    '%' as unit_zh,
    '%' as unit_en,
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from beside as judged
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join reasons on judged.reason = reasons.reason_id
