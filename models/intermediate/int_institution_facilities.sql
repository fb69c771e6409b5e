-- A facility of an institution is the sum over its sites. One site that has pupils (or whose pupils are unknown) and
-- does not report a facility leaves that facility unknown: never a part for the whole.
with
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    facilities as (select * from {{ ref('stg_facilities') }}),
    quarantined as ({{ quarantined_schools(['facilities']) }}),

    site_pupils as (
        select school_year, site_code, case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        group by school_year, site_code
    ),

    used_sites as (
        select
            sites.school_year,
            sites.school_code,
            sites.site_code,
            facilities.school_code is not null as is_reported,
            facilities.teaching_area_m2 - facilities.indoor_sports_area_m2 as teaching_area_m2,
            facilities.sports_ground_area_m2 + facilities.indoor_sports_area_m2 as sports_area_m2,
            facilities.equipment_value_wan * 10000 as equipment_value_yuan,
            facilities.multimedia_rooms
        from sites
        left join site_pupils on sites.school_year = site_pupils.school_year and sites.site_code = site_pupils.site_code
        left join facilities on sites.school_year = facilities.school_year and sites.site_code = facilities.school_code
        where site_pupils.pupils is null or site_pupils.pupils > 0 or facilities.school_code is not null
    ),

    summed as (
        select
            school_year,
            school_code,
            {{ complete_sum('teaching_area_m2') }} as teaching_area_m2,
            {{ complete_sum('sports_area_m2') }} as sports_area_m2,
            {{ complete_sum('equipment_value_yuan') }} as equipment_value_yuan,
            {{ complete_sum('multimedia_rooms') }} as multimedia_rooms,
            count(*) filter (where not is_reported) as sites_without_row
        from used_sites
        group by school_year, school_code
    )

select
    summed.school_year,
    summed.school_code,
    {%- for facility in ['teaching_area_m2', 'sports_area_m2', 'equipment_value_yuan', 'multimedia_rooms'] %}
        cast(
            case when quarantined.school_code is null then summed.{{ facility }} end as decimal(20, 4)
        ) as {{ facility }},
    {%- endfor %}
    cast(summed.sites_without_row as int) as sites_without_row,
    quarantined.school_code is not null as is_quarantined
from summed
left join quarantined on summed.school_year = quarantined.school_year and summed.school_code = quarantined.school_code
