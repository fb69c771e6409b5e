with
    indicators as (select * from {{ ref('indicators') }}),
    evaluation_items as (select * from {{ ref('evaluation_items') }})

select
    cast(indicators.indicator_id as string) as indicator_id,
    cast(indicators.grp as string) as grp,
    cast(indicators.item_id as string) as item_id,
    cast(indicators.item_no as int) as item_no,
    cast(indicators.name_zh as string) as name_zh,
    cast(indicators.name_en as string) as name_en,
    cast(evaluation_items.name_zh as string) as item_name_zh,
    cast(evaluation_items.name_en as string) as item_name_en,
    cast(indicators.unit_zh as string) as unit_zh,
    cast(indicators.unit_en as string) as unit_en,
    cast(indicators.scale as int) as scale,
    cast(indicators.direction as string) as direction,
    cast(indicators.level as string) as level,
    cast(indicators.judged_by as string) as judged_by,
    cast(indicators.numerator_zh as string) as numerator_zh,
    cast(indicators.numerator_en as string) as numerator_en,
    cast(indicators.denominator_zh as string) as denominator_zh,
    cast(indicators.denominator_en as string) as denominator_en,
    cast(indicators.applies_to_zh as string) as applies_to_zh,
    cast(indicators.applies_to_en as string) as applies_to_en,
    cast(indicators.exceptions_zh as string) as exceptions_zh,
    cast(indicators.exceptions_en as string) as exceptions_en,
    cast(indicators.statistics_source as string) as statistics_source,
    cast(indicators.source as string) as source,
    cast(indicators.status as string) as status,
    cast(indicators.status_note as string) as status_note,
    cast(indicators.evidence as string) as evidence
from indicators
left join evaluation_items on indicators.item_id = evaluation_items.item_id
