-- A county is there as long as one of its schools is, even if its row was set aside.
with
    schools as (select * from {{ ref('stg_schools') }}),
    quarantined as (select * from {{ ref('stg_quarantined_rows') }}),

    school_years as (select distinct school_year from schools),

    counties as (
        select school_year, county_code, county_name
        from schools
        union all
        select quarantined.row_year as school_year, quarantined.county_code, cast(null as string) as county_name
        from quarantined
        inner join school_years on quarantined.row_year = school_years.school_year
        where quarantined.table_name = 'schools'
    )

select school_year, county_code, max(county_name) as county_name
from counties
where school_year is not null and county_code is not null
group by school_year, county_code
