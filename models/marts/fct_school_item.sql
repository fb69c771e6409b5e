{%- set item_columns = [
    'school_year', 'county_code', 'school_code', 'stage', 'indicator_id', 'numerator', 'denominator', 'value',
    'threshold', 'case_id', 'is_met', 'shortfall', 'exclusion', 'gap',
] -%}
with
    items as (
        {% for model in [
            'int_class_size_items',
            'int_school_size_items',
            'int_music_art_room_items',
            'int_training_fund_items',
            'int_small_school_funding_items',
        ] %}
            select {{ item_columns | join(', ') }}
            from {{ ref(model) }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),

    judged as (
        select
            *,
            case
                when exclusion is not null
                then 'not_applicable'
                when gap is not null
                then 'no_data'
                else {{ status_of('is_met') }}
            end as status
        from items
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(stage as string) as stage,
    cast(indicator_id as string) as indicator_id,
    -- what is left after rows were set aside is a part of the school
    cast(case when coalesce(gap, '') <> 'row_quarantined' then numerator end as decimal(20, 4)) as numerator,
    cast(case when coalesce(gap, '') <> 'row_quarantined' then denominator end as decimal(19, 2)) as denominator,
    -- of what cannot be judged the value would be a bound, or a figure whose limit is not known
    cast(case when gap is null and status <> 'no_data' then value end as double) as value,
    cast(threshold as decimal(18, 6)) as threshold,
    cast(case_id as string) as case_id,
    cast(case when status in ('pass', 'fail') then is_met end as boolean) as is_met,
    cast(case when status in ('pass', 'fail') then shortfall end as decimal(20, 4)) as shortfall,
    cast(status as string) as status,
    cast(
        case
            status when 'not_applicable' then exclusion when 'no_data' then coalesce(gap, 'item_not_computable')
        end as string
    ) as reason
from judged
