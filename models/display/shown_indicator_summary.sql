with
    units as (select * from {{ ref('shown_unit_indicator') }}),
    differences as (select * from {{ ref('shown_county_difference') }}),
    indicators as (select * from {{ ref('dim_indicator') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }} where case_id = 'ordinary'),
    words as (select * from {{ ref('display_words') }}),

    counted as (
        select
            school_year,
            county_code,
            stage,
            indicator_id,
            max(unit_zh) as unit_zh,
            max(unit_en) as unit_en,
            max(threshold_shown) as threshold_shown,
            sum(case when standing <> 'not_applicable' then 1 else 0 end) as units,
            sum(case when standing = 'met' then 1 else 0 end) as met,
            sum(case when standing = 'at_floor' then 1 else 0 end) as at_floor,
            sum(case when standing = 'below_floor' then 1 else 0 end) as below_floor,
            sum(case when standing in ('no_data', 'set_aside') then 1 else 0 end) as not_judged
        from units
        group by school_year, county_code, stage, indicator_id
    )

select
    counted.school_year,
    counted.county_code,
    counted.stage,
    counted.indicator_id,
    stages.zh as stage_zh,
    stages.en as stage_en,
    cast(stages.position as int) as stage_position,
    cast(indicators.item_no as int) as item_no,
    indicators.name_zh as name_zh,
    indicators.name_en as name_en,
    counted.unit_zh as unit_zh,
    counted.unit_en as unit_en,
    {{ limit_columns('counted.threshold_shown') }},
    {{ plain_number('cast(thresholds.floor_ratio * 100 as decimal(12, 4))') }} as floor_pct_shown,
    differences.mean_shown as mean_shown,
    cast(counted.units as string) as units_shown,
    cast(counted.met as string) as units_met_shown,
    cast(counted.at_floor + counted.below_floor as string) as units_short_shown,
    cast(counted.at_floor as string) as units_at_floor_shown,
    cast(counted.below_floor as string) as units_below_floor_shown,
    cast(counted.not_judged as string) as units_not_judged_shown,
    (
        stages.zh
        || ' '
        || cast(counted.units as string)
        || ' 个单元中，'
        || cast(counted.met as string)
        || ' 个达到'
        || coalesce((' ' || counted.threshold_shown || ' ' || counted.unit_zh), '标准')
        || case
            when counted.at_floor + counted.below_floor = 0
            then ''
            else
                (
                    '，'
                    || cast(counted.at_floor + counted.below_floor as string)
                    || ' 个未达到（其中 '
                    || cast(counted.below_floor as string)
                    || ' 个低于余项下限）'
                )
        end
        || {{ if_any('counted.not_judged', '，', ' 个未判定') }}
    ) as sentence_zh,
    (
        cast(counted.met as string)
        || ' of '
        || cast(counted.units as string)
        || ' '
        || stages.en
        || ' units reach '
        || coalesce((counted.threshold_shown || ' ' || counted.unit_en), 'the standard')
        || case
            when counted.at_floor + counted.below_floor = 0
            then ''
            else
                (
                    '; below the threshold: '
                    || cast(counted.at_floor + counted.below_floor as string)
                    || ', of which below the floor: '
                    || cast(counted.below_floor as string)
                )
        end
        || {{ if_any('counted.not_judged', '; not judged: ') }}
    ) as sentence_en
from counted
inner join indicators on counted.indicator_id = indicators.indicator_id
left join
    differences
    on counted.school_year = differences.school_year
    and counted.county_code = differences.county_code
    and counted.stage = differences.stage
    and counted.indicator_id = differences.indicator_id
left join
    thresholds
    on counted.school_year = thresholds.school_year
    and counted.county_code = thresholds.county_code
    and counted.stage = thresholds.stage
    and counted.indicator_id = thresholds.indicator_id
left join {{ word_as('stages', 'stage', 'counted.stage') }}
left join {{ word_as('limits', 'limit', 'thresholds.operator') }}
