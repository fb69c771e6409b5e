-- Institutions that the items of the county cover: every one with a unit of evaluation, and special-education schools.
-- An institution is left out only when all its units are, and lacks data as soon as one of its units does.
with
    sites as (select * from {{ ref('int_sites') }}),
    units as (select * from {{ ref('int_units') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    quarantined as ({{ quarantined_schools(['pupils']) }}),

    institutions as (select * from sites where site_code = school_code),

    unit_groups as (
        select
            school_year,
            school_code,
            count(*) filter (where unit_status = 'included') as included_units,
            count(*) filter (where unit_status = 'no_data') as unknown_units,
            min(reason) filter (where unit_status = 'excluded') as exclusion,
            min(reason) filter (where unit_status = 'no_data') as gap
        from units
        group by school_year, school_code
    ),

    special_pupils as (
        select school_year, school_code, case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        where stage = 'special'
        group by school_year, school_code
    )

select
    institutions.school_year,
    institutions.county_code,
    institutions.school_code,
    institutions.school_kind,
    institutions.area_kind,
    institutions.opened_year,
    coalesce(institutions.school_kind = 'special', false) as is_special_school,
    case
        when institutions.school_kind = 'special'
        then case when special_pupils.pupils = 0 then 'no_pupils' end
        when unit_groups.included_units = 0 and unit_groups.unknown_units = 0
        then unit_groups.exclusion
    end as exclusion,
    case
        when quarantined.school_code is not null
        then 'row_quarantined'
        when institutions.is_orphan
        then 'parent_missing'
        when institutions.school_kind <> 'special'
        then unit_groups.gap
    end as gap
from institutions
left join
    unit_groups
    on institutions.school_year = unit_groups.school_year
    and institutions.school_code = unit_groups.school_code
left join
    special_pupils
    on institutions.school_year = special_pupils.school_year
    and institutions.school_code = special_pupils.school_code
left join
    quarantined
    on institutions.school_year = quarantined.school_year
    and institutions.school_code = quarantined.school_code
where
    institutions.school_kind = 'special'
    -- the kind of a school whose row was set aside is not known
    or (unit_groups.school_code is not null and coalesce(institutions.school_kind, '') <> 'vocational')
