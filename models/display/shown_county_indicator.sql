with
    county_indicators as (select * from {{ ref('fct_county_indicator') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    digits as (select * from {{ ref('display_digits') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    -- what the county wrote beside its own conclusion
    evidence as (
        select school_year, county_code, fact_id, max(evidence) as evidence
        from {{ ref('stg_county_facts') }}
        group by school_year, county_code, fact_id
    ),

    judged as (
        select
            county_indicators.*,
            indicators.grp,
            indicators.item_no,
            indicators.name_zh,
            indicators.name_en,
            indicators.judged_by,
            indicators.numerator_zh,
            indicators.numerator_en,
            indicators.denominator_zh,
            indicators.denominator_en,
            -- a figure of schools stands in an item of the county as the share of schools that meet it
            indicators.level <> 'county' as is_share,
            digits.shown_zh as unit_zh,
            {{
                english_unit(
                    'digits.shown_zh', "case when indicators.level = 'county' then indicators.unit_en else '%' end"
                )
            }} as unit_en,
            digits.digits,
            {{ exact_decimal('county_indicators.value') }} as exact_value,
            {{ standing_of_item('county_indicators') }} as standing
        from county_indicators
        inner join indicators on county_indicators.indicator_id = indicators.indicator_id
        left join digits on case when indicators.level = 'county' then indicators.unit_zh else '%' end = digits.unit_zh
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.item_id as string) as item_id,
    cast(judged.indicator_id as string) as indicator_id,
    cast(judged.stage as string) as stage,
    cast(judged.grp as string) as grp,
    cast(judged.item_no as int) as item_no,
    stages.zh as stage_zh,
    stages.en as stage_en,
    judged.name_zh as name_zh,
    judged.name_en as name_en,
    cast(judged.judged_by as string) as judged_by,
    cast(judged.is_share as boolean) as is_share,
    judged.unit_zh as unit_zh,
    judged.unit_en as unit_en,
    {{ standing_columns('judged') }},
    {{ shown_against('judged.exact_value', 'judged.digits', [['judged.threshold', 'judged.operator', 'judged.is_met']]) }}
    as value_shown,
    {{ plain_number('judged.threshold') }} as threshold_shown,
    {{ limit_columns(plain_number('judged.threshold'), 'judged') }},
    {{ plain_number('judged.numerator') }} as numerator_shown,
    {{ plain_number('judged.denominator') }} as denominator_shown,
    case when judged.is_share then '达标学校（单元）数' else judged.numerator_zh end as numerator_zh,
    case when judged.is_share then 'schools (units) that meet it' else judged.numerator_en end as numerator_en,
    case when judged.is_share then '参评学校（单元）数' else judged.denominator_zh end as denominator_zh,
    case when judged.is_share then 'schools (units) judged' else judged.denominator_en end as denominator_en,
    evidence.evidence as evidence,
    claims.zh as claimed_zh,
    claims.en as claimed_en,
    cast(judged.is_known_failure as boolean) as is_known_failure,
    cast(judged.due_year as string) as due_year_shown,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join {{ standing_as('standings', 'judged.grp', 'judged.standing') }}
left join {{ standing_as('claims', 'judged.grp', 'judged.claimed_status') }}
left join {{ word_as('stages', 'stage', 'judged.stage') }}
left join {{ word_as('limits', 'limit', 'judged.operator') }}
left join reasons on judged.reason = reasons.reason_id
left join
    evidence
    on judged.school_year = evidence.school_year
    and judged.county_code = evidence.county_code
    and judged.indicator_id = evidence.fact_id
