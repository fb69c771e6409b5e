with schools as (select * from {{ ref('stg_schools') }})

select school_year, county_code, max(county_name) as county_name
from schools
where school_year is not null and county_code is not null
group by school_year, county_code
