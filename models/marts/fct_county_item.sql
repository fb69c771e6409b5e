with
    county_years as (select * from {{ ref('int_county_years') }}),
    items as (select * from {{ ref('evaluation_items') }}),
    indicators as (select * from {{ ref('fct_county_indicator') }}),

    expected as (
        select county_years.school_year, county_years.county_code, items.item_id, items.grp, items.item_no
        from county_years
        cross join items
        where items.standard_id = '{{ var("evaluation_standard") }}'
    ),

    concluded as (
        select
            expected.school_year,
            expected.county_code,
            expected.item_id,
            {{ worst_item_status('indicators.status') }} as status,
            max(case when indicators.status = 'remediation' then indicators.due_year end) as due_year,
            count(indicators.indicator_id) filter (where indicators.status <> 'not_applicable') as indicators_total,
            count(indicators.indicator_id) filter (where indicators.status = 'met') as indicators_met,
            count(indicators.indicator_id) filter (where indicators.is_known_failure) as known_failures
        from expected
        left join
            indicators
            on expected.school_year = indicators.school_year
            and expected.county_code = indicators.county_code
            and expected.item_id = indicators.item_id
        group by expected.school_year, expected.county_code, expected.item_id
    ),

    -- The indicator whose status is the item's; where several share it, the one that is worst against its limit.
    ranked as (
        select
            school_year,
            county_code,
            item_id,
            indicator_id,
            value,
            threshold,
            operator,
            reason,
            row_number() over (
                partition by school_year, county_code, item_id
                order by
                    {{ item_status_rank('status') }},
                    case
                        when operator like '>%'
                        then {{ quotient('value', 'threshold') }}
                        else {{ quotient('threshold', 'value') }}
                    end nulls last,
                    indicator_id nulls last,
                    stage nulls last
            ) as position
        from indicators
    )

select
    cast(expected.school_year as int) as school_year,
    cast(expected.county_code as string) as county_code,
    cast(expected.item_id as string) as item_id,
    cast(expected.grp as string) as grp,
    cast(expected.item_no as int) as item_no,
    cast(ranked.indicator_id as string) as deciding_indicator_id,
    cast(ranked.value as double) as value,
    cast(ranked.threshold as decimal(18, 6)) as threshold,
    cast(ranked.operator as string) as operator,
    cast(concluded.status as string) as status,
    cast(case when concluded.status = 'remediation' then concluded.due_year end as int) as due_year,
    cast(
        case
            when concluded.status in ('no_data', 'not_applicable') then coalesce(ranked.reason, 'item_not_computable')
        end as string
    ) as reason,
    cast(concluded.indicators_total as int) as indicators_total,
    cast(concluded.indicators_met as int) as indicators_met,
    cast(concluded.known_failures > 0 as boolean) as has_known_failure
from expected
inner join
    concluded
    on expected.school_year = concluded.school_year
    and expected.county_code = concluded.county_code
    and expected.item_id = concluded.item_id
left join
    ranked
    on expected.school_year = ranked.school_year
    and expected.county_code = ranked.county_code
    and expected.item_id = ranked.item_id
    and ranked.position = 1
