with
    items as (select * from {{ ref('fct_county_item') }}),
    indicators as (select * from {{ ref('shown_county_indicator') }}),
    names as (select * from {{ ref('evaluation_items') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    -- the deciding indicator may stand there once for each stage: the one with the figure of the item
    deciding as (
        select items.school_year, items.county_code, items.item_id, min(indicators.stage) as stage
        from items
        inner join
            {{ ref('fct_county_indicator') }} as figures
            on items.school_year = figures.school_year
            and items.county_code = figures.county_code
            and items.item_id = figures.item_id
            and items.deciding_indicator_id = figures.indicator_id
            and coalesce(items.value, -1) = coalesce(figures.value, -1)
        inner join
            indicators
            on figures.school_year = indicators.school_year
            and figures.county_code = indicators.county_code
            and figures.item_id = indicators.item_id
            and figures.indicator_id = indicators.indicator_id
            and figures.stage = indicators.stage
        group by items.school_year, items.county_code, items.item_id
    ),

    judged as (
        select
            items.*,
            names.name_zh,
            names.name_en,
            names.source,
            indicators.value_shown,
            indicators.unit_zh,
            indicators.unit_en,
            indicators.limit_zh,
            indicators.limit_en,
            indicators.threshold_shown,
            indicators.name_zh as deciding_zh,
            indicators.name_en as deciding_en,
            {{ standing_of_item('items') }} as standing
        from items
        inner join names on items.item_id = names.item_id
        left join
            deciding
            on items.school_year = deciding.school_year
            and items.county_code = deciding.county_code
            and items.item_id = deciding.item_id
        left join
            indicators
            on items.school_year = indicators.school_year
            and items.county_code = indicators.county_code
            and items.item_id = indicators.item_id
            and items.deciding_indicator_id = indicators.indicator_id
            and deciding.stage = indicators.stage
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.item_id as string) as item_id,
    cast(judged.grp as string) as grp,
    groups.zh as grp_zh,
    groups.en as grp_en,
    cast(groups.position as int) as grp_position,
    cast(judged.item_no as int) as item_no,
    judged.name_zh as name_zh,
    judged.name_en as name_en,
    cast(judged.deciding_indicator_id as string) as deciding_indicator_id,
    judged.deciding_zh as deciding_zh,
    judged.deciding_en as deciding_en,
    judged.value_shown as value_shown,
    judged.unit_zh as unit_zh,
    judged.unit_en as unit_en,
    judged.threshold_shown as threshold_shown,
    judged.limit_zh as limit_zh,
    judged.limit_en as limit_en,
    {{ standing_columns('judged') }},
    cast(judged.due_year as string) as due_year_shown,
    (
        '自评结论：' || standings.zh || coalesce(('（' || cast(judged.due_year as string) || ' 年底前化解）'), '') || '。'
    ) as conclusion_zh,
    (
        'Conclusion: '
        || standings.en
        || coalesce((' (by the end of ' || cast(judged.due_year as string) || ')'), '')
        || '.'
    ) as conclusion_en,
    cast(judged.indicators_met as string) as indicators_met_shown,
    cast(judged.indicators_total as string) as indicators_shown,
    judged.source as source,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join {{ word_as('groups', 'group', 'judged.grp') }}
left join {{ standing_as('standings', 'judged.grp', 'judged.standing') }}
left join reasons on judged.reason = reasons.reason_id
