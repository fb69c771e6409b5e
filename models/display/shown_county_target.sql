with
    targets as (select * from {{ ref('fct_county_target') }}),
    standards as (select * from {{ ref('standards') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    digits as (select * from {{ ref('display_digits') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            targets.*,
            standards.name_zh as standard_zh,
            standards.name_en as standard_en,
            indicators.name_zh,
            indicators.name_en,
            digits.shown_zh as unit_zh,
            {{ english_unit('digits.shown_zh', 'indicators.unit_en') }} as unit_en,
            digits.digits,
            {{ exact_decimal('targets.value') }} as exact_value,
            case targets.status when 'met' then true when 'not_met' then false end as is_met,
            {{ standing_of_item('targets') }} as standing
        from targets
        inner join indicators on targets.indicator_id = indicators.indicator_id
        left join standards on targets.standard_id = standards.standard_id
        left join digits on indicators.unit_zh = digits.unit_zh
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.standard_id as string) as standard_id,
    cast(judged.indicator_id as string) as indicator_id,
    cast(judged.stage as string) as stage,
    judged.standard_zh as standard_zh,
    judged.standard_en as standard_en,
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
    cast(judged.due_on as string) as due_on_shown,
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join {{ word_as('limits', 'limit', 'judged.operator') }}
left join reasons on judged.reason = reasons.reason_id
