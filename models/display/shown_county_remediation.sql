-- What the county itself has to put right: items not met or met only after remediation, coefficients above their limit.
with
    items as (select * from {{ ref('shown_county_item') }} where standing in ('not_met', 'remediation')),
    differences as (select * from {{ ref('shown_county_difference') }} where standing = 'not_met'),
    indicators as (select * from {{ ref('shown_county_indicator') }}),
    definitions as (select * from {{ ref('dim_indicator') }}),
    words as (select * from {{ ref('display_words') }}),

    -- what the county said it would do, beside the indicators that fall short: of the one that decides, if it is there
    said as (
        select
            indicators.school_year,
            indicators.county_code,
            indicators.item_id,
            coalesce(
                max(case when indicators.indicator_id = items.deciding_indicator_id then indicators.evidence end),
                max(indicators.evidence)
            ) as evidence
        from indicators
        inner join
            items
            on indicators.school_year = items.school_year
            and indicators.county_code = items.county_code
            and indicators.item_id = items.item_id
        where indicators.standing in ('not_met', 'remediation')
        group by indicators.school_year, indicators.county_code, indicators.item_id
    ),

    gaps as (
        select
            items.school_year,
            items.county_code,
            'all' as stage,
            items.item_id as subject_id,
            items.item_id,
            cast(null as string) as indicator_id,
            items.grp,
            items.item_no,
            items.name_zh,
            items.name_en,
            items.deciding_zh as measured_zh,
            items.deciding_en as measured_en,
            items.standing,
            items.sign,
            items.standing_zh,
            items.standing_en,
            items.value_shown,
            items.unit_zh,
            items.unit_en,
            items.limit_zh,
            items.limit_en,
            items.due_year_shown,
            said.evidence,
            items.source
        from items
        left join
            said
            on items.school_year = said.school_year
            and items.county_code = said.county_code
            and items.item_id = said.item_id
        union all
        select
            differences.school_year,
            differences.county_code,
            differences.stage,
            differences.indicator_id as subject_id,
            cast(null as string) as item_id,
            differences.indicator_id,
            'balance' as grp,
            definitions.item_no,
            differences.name_zh,
            differences.name_en,
            differences.name_zh as measured_zh,
            differences.name_en as measured_en,
            differences.standing,
            differences.sign,
            differences.standing_zh,
            differences.standing_en,
            differences.value_shown,
            cast(null as string) as unit_zh,
            cast(null as string) as unit_en,
            differences.limit_zh,
            differences.limit_en,
            cast(null as string) as due_year_shown,
            cast(null as string) as evidence,
            definitions.source
        from differences
        inner join definitions on definitions.indicator_id = 'cv_' || differences.indicator_id
    )

select
    cast(gaps.school_year as int) as school_year,
    cast(gaps.county_code as string) as county_code,
    cast(gaps.stage as string) as stage,
    cast(gaps.subject_id as string) as subject_id,
    cast(gaps.item_id as string) as item_id,
    cast(gaps.indicator_id as string) as indicator_id,
    cast(gaps.grp as string) as grp,
    groups.zh as grp_zh,
    groups.en as grp_en,
    cast(groups.position as int) as grp_position,
    cast(gaps.item_no as int) as item_no,
    stages.zh as stage_zh,
    stages.en as stage_en,
    gaps.name_zh as name_zh,
    gaps.name_en as name_en,
    gaps.measured_zh as measured_zh,
    gaps.measured_en as measured_en,
    cast(gaps.standing as string) as standing,
    gaps.sign as sign,
    gaps.standing_zh as standing_zh,
    gaps.standing_en as standing_en,
    gaps.value_shown as value_shown,
    case when gaps.value_shown is not null then gaps.unit_zh end as unit_zh,
    case when gaps.value_shown is not null then gaps.unit_en end as unit_en,
    gaps.limit_zh as limit_zh,
    gaps.limit_en as limit_en,
    gaps.due_year_shown as due_year_shown,
    gaps.evidence as evidence,
    gaps.source as source
from gaps
left join words as groups on groups.kind = 'group' and gaps.grp = groups.word
left join words as stages on stages.kind = 'stage' and gaps.stage = stages.word
