with
    items as (select * from {{ ref('fct_school_item') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    digits as (select * from {{ ref('display_digits') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            items.*,
            indicators.name_zh,
            indicators.name_en,
            digits.shown_zh as unit_zh,
            {{ english_unit('digits.shown_zh', 'indicators.unit_en') }} as unit_en,
            digits.digits,
            thresholds.operator,
            -- a figure that is no ratio is known although it cannot be judged
            {{ exact_decimal('coalesce(items.value, case when items.denominator is null then items.numerator end)') }}
            as exact_value,
            {{ standing_of('items') }} as standing
        from items
        inner join indicators on items.indicator_id = indicators.indicator_id
        left join digits on indicators.unit_zh = digits.unit_zh
        left join
            thresholds
            on items.school_year = thresholds.school_year
            and items.county_code = thresholds.county_code
            and items.indicator_id = thresholds.indicator_id
            and items.stage = thresholds.stage
            and items.case_id = thresholds.case_id
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.school_code as string) as school_code,
    cast(judged.stage as string) as stage,
    cast(judged.indicator_id as string) as indicator_id,
    stages.zh as stage_zh,
    stages.en as stage_en,
    judged.name_zh as name_zh,
    judged.name_en as name_en,
    judged.unit_zh as unit_zh,
    judged.unit_en as unit_en,
    {{ shown_against('judged.exact_value', 'judged.digits', [['judged.threshold', 'judged.operator', 'judged.is_met']]) }}
    as value_shown,
    {{ plain_number('judged.threshold') }} as threshold_shown,
    {{ limit_columns(plain_number('judged.threshold'), 'judged') }},
    {{ plain_number('judged.numerator') }} as numerator_shown,
    {{ plain_number('judged.denominator') }} as denominator_shown,
    {{ plain_number('judged.shortfall') }} as gap_shown,
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en,
    cast(
        sum(case when judged.standing = 'not_met' then 1 else 0 end) over (
            partition by judged.school_year, judged.county_code, judged.indicator_id
        ) as string
    ) as failing_shown
from judged
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join {{ word_as('limits', 'limit', 'judged.operator') }}
left join reasons on judged.reason = reasons.reason_id
