with
    verdicts as (select * from {{ ref('fct_unit_verdict') }}),
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    floors as (select * from {{ ref('int_national_thresholds') }} where case_id = 'ordinary'),
    indicators as (select * from {{ ref('dim_indicator') }}),
    classes as (select * from {{ ref('verdict_classes') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    -- the one indicator that is not met: which it is and how far it is from the floor
    remaining as (
        select
            unit_indicators.school_year,
            unit_indicators.school_code,
            unit_indicators.stage,
            count(*) as unmet,
            max(unit_indicators.indicator_id) as indicator_id,
            max(floors.floor_ratio) as floor_ratio,
            max(floors.operator) as operator,
            bool_and(unit_indicators.is_floor_met) as is_floor_met
        from unit_indicators
        inner join
            floors
            on unit_indicators.school_year = floors.school_year
            and unit_indicators.county_code = floors.county_code
            and unit_indicators.indicator_id = floors.indicator_id
            and unit_indicators.stage = floors.stage
        where unit_indicators.status = 'fail'
        group by unit_indicators.school_year, unit_indicators.school_code, unit_indicators.stage
    ),

    counted as (
        select school_year, school_code, stage, count(*) as indicators_total
        from unit_indicators
        group by school_year, school_code, stage
    ),

    judged as (
        select
            verdicts.*,
            counted.indicators_total,
            indicators.name_zh as remaining_zh,
            indicators.name_en as remaining_en,
            {{ exact_decimal('verdicts.other_ratio * 100') }} as exact_ratio,
            cast(remaining.floor_ratio * 100 as decimal(12, 4)) as floor_pct,
            remaining.operator,
            remaining.is_floor_met,
            1 as digits,
            {{ standing_of('verdicts', is_met='is_compliant') }} as standing
        from verdicts
        left join
            counted
            on verdicts.school_year = counted.school_year
            and verdicts.school_code = counted.school_code
            and verdicts.stage = counted.stage
        left join
            remaining
            on verdicts.school_year = remaining.school_year
            and verdicts.school_code = remaining.school_code
            and verdicts.stage = remaining.stage
            and remaining.unmet = 1
        left join indicators on remaining.indicator_id = indicators.indicator_id
    ),

    shown as (
        select
            *,
            {{
                shown_against(
                    'exact_ratio', 'digits', [['floor_pct', 'operator', 'is_floor_met'], ['100', 'operator', 'false']]
                )
            }} as other_ratio_pct_shown
        from judged
    )

select
    cast(shown.school_year as int) as school_year,
    cast(shown.county_code as string) as county_code,
    cast(shown.school_code as string) as school_code,
    cast(shown.stage as string) as stage,
    stages.zh as stage_zh,
    stages.en as stage_en,
    {{ standing_columns('shown') }},
    cast(shown.verdict_class as string) as verdict_class,
    cast(classes.position as int) as class_position,
    classes.name_zh as class_zh,
    classes.name_en as class_en,
    cast(shown.met_count as string) as met_count_shown,
    cast(shown.indicators_total as string) as indicators_shown,
    shown.other_ratio_pct_shown as other_ratio_pct_shown,
    {{ plain_number('shown.floor_pct') }} as floor_pct_shown,
    shown.remaining_zh as remaining_zh,
    shown.remaining_en as remaining_en,
    case
        when shown.standing in ('met', 'not_met') and shown.other_ratio_pct_shown is not null
        then
            (
                cast(shown.indicators_total as string)
                || ' 项中 '
                || cast(shown.met_count as string)
                || ' 项达标；余项“'
                || shown.remaining_zh
                || '”为标准的 '
                || shown.other_ratio_pct_shown
                || ' %'
            )
        when shown.standing in ('met', 'not_met')
        then (cast(shown.indicators_total as string) || ' 项中 ' || cast(shown.met_count as string) || ' 项达标')
        else (standings.zh || coalesce(('：' || reasons.name_zh), ''))
    end as sentence_zh,
    case
        when shown.standing in ('met', 'not_met') and shown.other_ratio_pct_shown is not null
        then
            (
                cast(shown.met_count as string)
                || ' of '
                || cast(shown.indicators_total as string)
                || ' met; the other ('
                || shown.remaining_en
                || ') stands at '
                || shown.other_ratio_pct_shown
                || ' % of its threshold'
            )
        when shown.standing in ('met', 'not_met')
        then (cast(shown.met_count as string) || ' of ' || cast(shown.indicators_total as string) || ' met')
        else (standings.en || coalesce((': ' || reasons.name_en), ''))
    end as sentence_en,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from shown
left join classes on shown.verdict_class = classes.class_id
left join {{ word_as('standings', 'standing', 'shown.standing') }}
left join {{ word_as('stages', 'stage', 'shown.stage') }}
left join reasons on shown.reason = reasons.reason_id
