with
    funding as (select * from {{ ref('fct_funding_per_pupil') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            funding.*,
            2 as digits,
            '>=' as operator,
            {{ exact_decimal('funding.per_pupil_yuan') }} as exact_per_pupil,
            {{ exact_decimal('funding.required_per_pupil') }} as exact_required,
            {{ standing_of('funding') }} as standing
        from funding
    ),

    -- What is required is rounded on the side on which the school does not stand, and the school's figure against both.
    limited as (
        select
            *,
            {{ shown_against('exact_required', 'digits', [['exact_per_pupil', "'<='", 'is_met']]) }} as threshold_shown
        from judged
    )

select
    cast(judged.fiscal_year as int) as fiscal_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.school_code as string) as school_code,
    cast(judged.stage as string) as stage,
    cast(judged.measure as string) as measure,
    cast(measures.position as int) as measure_position,
    measures.zh as measure_zh,
    measures.en as measure_en,
    stages.zh as stage_zh,
    stages.en as stage_en,
    {{ in_wan('judged.amount_yuan') }} as amount_shown,
    cast(judged.pupils as string) as pupils_shown,
    {{
        shown_against(
            'judged.exact_per_pupil',
            'judged.digits',
            [
                ['judged.exact_required', 'judged.operator', 'judged.is_met'],
                ['cast(judged.threshold_shown as decimal(28, 10))', 'judged.operator', 'judged.is_met'],
            ],
        )
    }} as value_shown,
    '元/生' as unit_zh,
    'yuan per pupil' as unit_en,
    judged.threshold_shown,
    {{ in_wan('judged.required_yuan') }} as required_shown,
    cast(judged.pupils_counted as string) as pupils_counted_shown,
    cast(judged.boarders as string) as boarders_shown,
    {{ in_wan('judged.gap_yuan') }} as gap_shown,
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from limited as judged
left join {{ word_as('measures', 'measure', 'judged.measure') }}
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join reasons on judged.reason = reasons.reason_id
