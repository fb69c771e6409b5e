with
    county_years as (select * from {{ ref('int_county_years') }}),

    chain as (
        select school_year, county_code, county_code as jurisdiction, 1 as distance
        from county_years
        union all
        select school_year, county_code, substr(county_code, 1, 2) || '0000' as jurisdiction, 2 as distance
        from county_years
        union all
        select school_year, county_code, 'CN' as jurisdiction, 3 as distance
        from county_years
    )

select school_year, county_code, jurisdiction, distance, {{ school_year_date('school_year') }} as reference_date
from chain
