with
    schools as (select * from {{ ref('stg_schools') }}),
    sites as (select * from {{ ref('int_sites') }}),
    units as (select * from {{ ref('int_units') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),

    site_pupils as (
        select
            school_year,
            site_code,
            case
                when
                    count(*) filter (where stage in ('primary', 'junior'))
                    = count(pupils) filter (where stage in ('primary', 'junior'))
                then sum(pupils) filter (where stage in ('primary', 'junior'))
            end as compulsory_pupils,
            case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        group by school_year, site_code
    ),

    evaluated as (
        select
            school_year,
            school_code,
            count(*) filter (where unit_status <> 'excluded') as units,
            min(case when unit_status = 'excluded' then reason end) as exclusion_reason
        from units
        group by school_year, school_code
    )

select
    cast(schools.school_year as int) as school_year,
    cast(schools.school_code as string) as school_code,
    cast(sites.school_code as string) as institution_code,
    cast(schools.school_name as string) as school_name,
    cast(schools.county_code as string) as county_code,
    cast(schools.county_name as string) as county_name,
    cast(schools.township as string) as township,
    cast(schools.school_kind as string) as school_kind,
    cast(schools.ownership as string) as ownership,
    cast(schools.area_kind as string) as area_kind,
    cast(schools.parent_code as string) as parent_code,
    schools.opened_year,
    cast(site_pupils.pupils as bigint) as pupils,
    cast(site_pupils.compulsory_pupils as bigint) as compulsory_pupils,
    cast(case when sites.is_merged then 0 else coalesce(evaluated.units, 0) end as int) as units,
    schools.is_boarding,
    sites.is_merged,
    cast(
        case
            when sites.is_merged or coalesce(evaluated.units, 0) > 0
            then null
            when schools.school_kind = 'special'
            then 'special_school'
            when schools.school_kind = 'vocational'
            then 'vocational_school'
            when schools.school_kind = 'senior'
            then 'senior_school'
            else coalesce(evaluated.exclusion_reason, 'no_enrolment')
        end as string
    ) as exclusion_reason
from schools
inner join sites on schools.school_year = sites.school_year and schools.school_code = sites.site_code
left join site_pupils on schools.school_year = site_pupils.school_year and schools.school_code = site_pupils.site_code
left join evaluated on schools.school_year = evaluated.school_year and schools.school_code = evaluated.school_code
