-- The ledger of what is to be put right: one row for each unit and indicator below its threshold.
with
    remediation as (select * from {{ ref('fct_remediation') }}),
    unit_indicators as (select * from {{ ref('shown_unit_indicator') }}),
    unit_verdicts as (select * from {{ ref('shown_unit_verdict') }}),
    schools as (select * from {{ ref('shown_school') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    words as (select * from {{ ref('display_words') }} where kind = 'lacking')

select
    cast(remediation.school_year as int) as school_year,
    cast(remediation.county_code as string) as county_code,
    cast(remediation.school_code as string) as school_code,
    cast(remediation.stage as string) as stage,
    cast(remediation.indicator_id as string) as indicator_id,
    schools.school_name as school_name,
    schools.township as township,
    unit_verdicts.stage_zh as stage_zh,
    unit_verdicts.stage_en as stage_en,
    indicators.name_zh as name_zh,
    indicators.name_en as name_en,
    unit_indicators.standing as standing,
    unit_indicators.sign as sign,
    unit_indicators.standing_zh as standing_zh,
    unit_indicators.standing_en as standing_en,
    unit_indicators.value_shown as value_shown,
    unit_indicators.threshold_shown as threshold_shown,
    unit_indicators.ratio_pct_shown as ratio_pct_shown,
    unit_indicators.unit_zh as unit_zh,
    unit_indicators.unit_en as unit_en,
    unit_verdicts.class_zh as class_zh,
    unit_verdicts.class_en as class_en,
    cast(remediation.is_compliant as boolean) as is_compliant,
    unit_indicators.lacking_shown as lacking_shown,
    unit_indicators.lacking_to_floor_shown as lacking_to_floor_shown,
    words.zh as lacking_unit_zh,
    words.en as lacking_unit_en,
    indicators.name_zh
    || ' '
    || unit_indicators.value_shown
    || coalesce(' ' || unit_indicators.unit_zh, '')
    || '，为标准 '
    || unit_indicators.threshold_shown
    || ' 的 '
    || unit_indicators.ratio_pct_shown
    || ' %' as problem_zh,
    indicators.name_en
    || ' '
    || unit_indicators.value_shown
    || coalesce(' ' || unit_indicators.unit_en, '')
    || ', '
    || unit_indicators.ratio_pct_shown
    || ' % of the threshold '
    || unit_indicators.threshold_shown as problem_en,
    '还缺 ' || unit_indicators.lacking_shown || ' ' || words.zh as lacking_zh,
    unit_indicators.lacking_shown || ' ' || words.en || ' lacking' as lacking_en,
    indicators.source as source,
    remediation.ratio_to_threshold as ratio_to_threshold,
    cast(count(*) over (partition by remediation.school_year, remediation.county_code) as string) as gaps_shown
from remediation
inner join
    unit_indicators
    on remediation.school_year = unit_indicators.school_year
    and remediation.school_code = unit_indicators.school_code
    and remediation.stage = unit_indicators.stage
    and remediation.indicator_id = unit_indicators.indicator_id
inner join
    unit_verdicts
    on remediation.school_year = unit_verdicts.school_year
    and remediation.school_code = unit_verdicts.school_code
    and remediation.stage = unit_verdicts.stage
inner join indicators on remediation.indicator_id = indicators.indicator_id
left join schools on remediation.school_year = schools.school_year and remediation.school_code = schools.school_code
left join words on remediation.gap_unit = words.word
