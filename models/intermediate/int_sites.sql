-- A campus or teaching point with a parent belongs to the parent's institution. A parent that is not in the table
-- leaves the site on its own, marked, so that it cannot be judged as if it were whole. A school whose row was set aside
-- keeps its place, with its codes only and on its own: what others report of it must not vanish. The kind that it gave
-- tells which stages it may have, and nothing else.
with
    registered as (select * from {{ ref('stg_schools') }}),
    quarantined as (select * from {{ ref('stg_quarantined_rows') }}),

    school_years as (select distinct school_year from registered),

    unregistered as (
        select
            quarantined.row_year as school_year,
            quarantined.school_code,
            min(quarantined.county_code) as county_code,
            min(quarantined.school_kind) as site_kind
        from quarantined
        inner join school_years on quarantined.row_year = school_years.school_year
        left join
            registered
            on quarantined.row_year = registered.school_year
            and quarantined.school_code = registered.school_code
        where quarantined.table_name = 'schools' and registered.school_code is null
        group by quarantined.row_year, quarantined.school_code
    ),

    schools as (
        select
            school_year,
            school_code,
            county_code,
            school_name,
            school_kind as site_kind,
            school_kind,
            ownership,
            area_kind,
            township,
            opened_year,
            is_boarding,
            parent_code
        from registered
        union all
        select
            school_year,
            school_code,
            county_code,
            cast(null as string) as school_name,
            site_kind,
            cast(null as string) as school_kind,
            cast(null as string) as ownership,
            cast(null as string) as area_kind,
            cast(null as string) as township,
            cast(null as int) as opened_year,
            cast(null as boolean) as is_boarding,
            cast(null as string) as parent_code
        from unregistered
        where school_code is not null
    ),

    parents as (select * from schools)

select
    schools.school_year,
    schools.school_code as site_code,
    coalesce(parents.county_code, schools.county_code) as county_code,
    coalesce(parents.school_code, schools.school_code) as school_code,
    schools.school_name as site_name,
    schools.site_kind,
    coalesce(parents.school_kind, schools.school_kind) as school_kind,
    schools.ownership,
    schools.area_kind,
    schools.township,
    schools.opened_year,
    schools.is_boarding,
    parents.school_code is not null as is_merged,
    schools.parent_code is not null and parents.school_code is null as is_orphan
from schools
left join parents on schools.school_year = parents.school_year and schools.parent_code = parents.school_code
