-- A campus or teaching point with a parent belongs to the parent's institution. A parent that is not in the table
-- leaves the site on its own, marked, so that it cannot be judged as if it were whole.
with schools as (select * from {{ ref('stg_schools') }}), parents as (select * from {{ ref('stg_schools') }})

select
    schools.school_year,
    schools.school_code as site_code,
    coalesce(parents.county_code, schools.county_code) as county_code,
    coalesce(parents.school_code, schools.school_code) as school_code,
    schools.school_name as site_name,
    schools.school_kind as site_kind,
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
