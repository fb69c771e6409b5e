with
    differences as (select * from {{ ref('fct_county_difference') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }} where case_id = 'ordinary'),
    indicators as (select * from {{ ref('dim_indicator') }}),
    recipes as (select * from {{ ref('difference_recipes') }}),
    digits as (select * from {{ ref('display_digits') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            differences.*,
            indicators.name_zh,
            indicators.name_en,
            digits.shown_zh as unit_zh,
            {{ english_unit('digits.shown_zh', 'indicators.unit_en') }} as unit_en,
            thresholds.operator,
            digits.digits as digits_of_unit,
            2 as digits_of_cv,
            {{ exact_decimal('differences.cv') }} as exact_cv,
            {{ exact_decimal('differences.mean') }} as exact_mean,
            {{ exact_decimal('differences.std_dev') }} as exact_std_dev,
            {{ standing_of('differences') }} as standing
        from differences
        inner join indicators on differences.indicator_id = indicators.indicator_id
        left join digits on indicators.unit_zh = digits.unit_zh
        left join
            thresholds
            on differences.school_year = thresholds.school_year
            and differences.county_code = thresholds.county_code
            and differences.stage = thresholds.stage
            and thresholds.indicator_id = ('cv_' || differences.indicator_id)
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.stage as string) as stage,
    cast(judged.indicator_id as string) as indicator_id,
    stages.zh as stage_zh,
    stages.en as stage_en,
    judged.name_zh as name_zh,
    judged.name_en as name_en,
    judged.unit_zh as unit_zh,
    judged.unit_en as unit_en,
    {{ standing_columns('judged') }},
    {{ shown_against('judged.exact_cv', 'judged.digits_of_cv', [['judged.threshold', 'judged.operator', 'judged.is_met']]) }}
    as value_shown,
    {{ shown_number('judged.exact_mean', 'judged.digits_of_unit') }} as mean_shown,
    {{ shown_number('judged.exact_std_dev', 'judged.digits_of_unit') }} as std_dev_shown,
    {{ limit_beside('judged.threshold', 2) }} as threshold_shown,
    {{ limit_columns(limit_beside('judged.threshold', 2)) }},
    cast(judged.units as string) as units_shown,
    recipes.name_zh as recipe_zh,
    recipes.name_en as recipe_en,
    cast(judged.choice_flips_verdict as boolean) as choice_flips_verdict,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join recipes on judged.recipe = recipes.recipe_id
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('limits', 'limit', 'judged.operator') }}
left join reasons on judged.reason = reasons.reason_id
