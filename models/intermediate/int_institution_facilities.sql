-- A facility of an institution is the sum over its sites. One site that has pupils (or whose pupils are unknown) and
-- does not report a facility leaves that facility unknown: never a part for the whole.
with
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    facilities as (select * from {{ ref('stg_facilities') }}),

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
    )

select
    school_year,
    school_code,
    cast(
        case when count(*) = count(teaching_area_m2) then sum(teaching_area_m2) end as decimal(20, 4)
    ) as teaching_area_m2,
    cast(case when count(*) = count(sports_area_m2) then sum(sports_area_m2) end as decimal(20, 4)) as sports_area_m2,
    cast(
        case when count(*) = count(equipment_value_yuan) then sum(equipment_value_yuan) end as decimal(20, 4)
    ) as equipment_value_yuan,
    cast(
        case when count(*) = count(multimedia_rooms) then sum(multimedia_rooms) end as decimal(20, 4)
    ) as multimedia_rooms,
    cast(count(*) filter (where not is_reported) as int) as sites_without_row
from used_sites
group by school_year, school_code
