-- How many items of each part of the standard have which conclusion.
with
    items as (select * from {{ ref('shown_county_item') }}),
    words as (select * from {{ ref('display_words') }}),

    counted as (
        select school_year, county_code, grp, standing, count(*) as items
        from items
        group by school_year, county_code, grp, standing
    ),

    totals as (
        select school_year, county_code, grp, count(*) as group_items from items group by school_year, county_code, grp
    )

select
    counted.school_year,
    counted.county_code,
    counted.grp,
    groups.zh as grp_zh,
    groups.en as grp_en,
    cast(groups.position as int) as grp_position,
    {{ standing_columns('counted') }},
    cast(standings.position as int) as standing_position,
    cast(counted.items as string) as items_shown,
    cast(totals.group_items as string) as group_items_shown
from counted
inner join
    totals
    on counted.school_year = totals.school_year
    and counted.county_code = totals.county_code
    and counted.grp = totals.grp
left join {{ word_as('groups', 'group', 'counted.grp') }}
left join {{ standing_as('standings', 'counted.grp', 'counted.standing') }}
