with
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    remediation as (select * from {{ ref('fct_remediation') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    digits as (select * from {{ ref('display_digits') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    -- the county's median of the units that were judged, and the place of each from the worst
    ranked as (
        select
            school_year,
            school_code,
            stage,
            indicator_id,
            rank() over (
                partition by school_year, county_code, stage, indicator_id order by ratio_to_threshold nulls last
            ) as place_from_worst
        from unit_indicators
        where status in ('pass', 'fail')
    ),

    medians as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            median(value) as median_value,
            median(ratio_to_threshold) as median_ratio
        from unit_indicators
        where status in ('pass', 'fail')
        group by school_year, county_code, stage, indicator_id
    ),

    judged as (
        select
            unit_indicators.*,
            digits.shown_zh as unit_zh,
            {{ english_unit('digits.shown_zh', 'indicators.unit_en') }} as unit_en,
            digits.digits,
            thresholds.operator,
            thresholds.floor_ratio,
            {{ exact_decimal('unit_indicators.value') }} as exact_value,
            {{ exact_decimal('unit_indicators.gap') }} as exact_gap,
            {{ exact_decimal('unit_indicators.ratio_to_threshold * 100') }} as exact_ratio,
            cast(thresholds.floor_ratio * 100 as decimal(12, 4)) as floor_pct,
            ranked.place_from_worst,
            medians.median_ratio,
            {{ exact_decimal('medians.median_value') }} as exact_median,
            {{
                standing_of(
                    'unit_indicators',
                    short="case when unit_indicators.is_floor_met then 'at_floor' else 'below_floor' end",
                )
            }} as standing
        from unit_indicators
        inner join indicators on unit_indicators.indicator_id = indicators.indicator_id
        left join digits on indicators.unit_zh = digits.unit_zh
        left join
            thresholds
            on unit_indicators.school_year = thresholds.school_year
            and unit_indicators.county_code = thresholds.county_code
            and unit_indicators.indicator_id = thresholds.indicator_id
            and unit_indicators.stage = thresholds.stage
            and thresholds.case_id = 'ordinary'
        left join
            ranked
            on unit_indicators.school_year = ranked.school_year
            and unit_indicators.school_code = ranked.school_code
            and unit_indicators.stage = ranked.stage
            and unit_indicators.indicator_id = ranked.indicator_id
        left join
            medians
            on unit_indicators.school_year = medians.school_year
            and unit_indicators.county_code = medians.county_code
            and unit_indicators.stage = medians.stage
            and unit_indicators.indicator_id = medians.indicator_id
    )

select
    judged.school_year,
    judged.county_code,
    judged.school_code,
    judged.stage,
    judged.indicator_id,
    judged.unit_zh,
    judged.unit_en,
    {{ standing_columns('judged') }},
    {{
        shown_against(
            'judged.exact_value', 'judged.digits',
            [
                ['judged.threshold', 'judged.operator', 'judged.is_met'],
                ['cast(judged.threshold * judged.floor_ratio as decimal(20, 8))', 'judged.operator', 'judged.is_floor_met'],
            ],
        )
    }}
    as value_shown,
    {{ plain_number('judged.threshold') }} as threshold_shown,
    {{ plain_number('cast(judged.threshold * judged.floor_ratio as decimal(20, 8))') }} as floor_shown,
    {{
        shown_against(
            'judged.exact_ratio', '1',
            [
                ['100', 'judged.operator', 'judged.is_met'],
                ['judged.floor_pct', 'judged.operator', 'judged.is_floor_met'],
            ],
        )
    }} as ratio_pct_shown,
    {{ shown_number('judged.exact_gap', 'judged.digits') }} as gap_shown,
    {{ plain_number('judged.numerator') }} as numerator_shown,
    {{ plain_number('judged.denominator') }} as denominator_shown,
    {{ plain_number('judged.resource') }} as resource_shown,
    {{ plain_number('judged.stage_weight') }} as stage_weight_shown,
    cast(judged.pupils as string) as pupils_shown,
    {{ shown_number('judged.exact_median', 'judged.digits') }} as median_shown,
    cast(judged.place_from_worst as int) as place_from_worst,
    cast(remediation.gap_to_threshold as string) as lacking_shown,
    cast(remediation.gap_to_floor as string) as lacking_to_floor_shown,
    remediation.gap_unit as lacking_unit,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en,
    -- for charts and sorting only
    judged.value as value,
    {{ nearest_double('judged.threshold') }} as threshold,
    judged.ratio_to_threshold as ratio_to_threshold,
    cast(judged.floor_ratio as double) as floor_ratio,
    judged.median_ratio as median_ratio
from judged
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join reasons on judged.reason = reasons.reason_id
left join
    remediation
    on judged.school_year = remediation.school_year
    and judged.school_code = remediation.school_code
    and judged.stage = remediation.stage
    and judged.indicator_id = remediation.indicator_id
