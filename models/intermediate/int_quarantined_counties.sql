-- What of a county rests on rows that were set aside: whatever rests on them in one of its schools, and its own rows of
-- finance and facts. `detail` is the stage or the fact of such a row.
with
    quarantined as (select * from {{ ref('stg_quarantined_rows') }}),
    schools as (select * from {{ ref('int_quarantined_schools') }}),

    -- union: one row for each county and concern
    touched as (
        select school_year, county_code, concern, 'all' as detail
        from schools
        {%- for concern in quarantine_concerns().keys() | list + ['school'] %}
            union
            select row_year as school_year, county_code, '{{ concern }}' as concern, 'all' as detail
            from quarantined
            where table_name = 'schools'
        {%- endfor %}
        union
        select row_year as school_year, county_code, 'county_finance' as concern, stage as detail
        from quarantined
        where table_name = 'county_finance'
        union
        select row_year as school_year, county_code, 'county_facts' as concern, fact_id as detail
        from quarantined
        where table_name = 'county_facts'
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(concern as string) as concern,
    cast(detail as string) as detail
from touched
