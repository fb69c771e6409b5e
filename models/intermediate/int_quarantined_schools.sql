-- What of a school rests on rows that were set aside. A school is judged whole or not at all: a row counts for the
-- institution, not for its stage. A row whose school cannot be found may belong to any school of its county, and a row
-- whose year is none of the data's to any year.
with
    quarantined as (select * from {{ ref('stg_quarantined_rows') }}),
    sites as (select * from {{ ref('int_sites') }}),
    county_years as (select * from {{ ref('int_county_years') }}),

    span as (select min(school_year) - 1 as first_year, max(school_year) as last_year from county_years),

    -- A row of schools bears everything that is said of the school.
    concerns as (
        {%- for concern, table_name in quarantine_concerns().items() %}
            select '{{ table_name }}' as table_name, '{{ concern }}' as concern
            union all
            select 'schools' as table_name, '{{ concern }}' as concern
            union all
        {%- endfor %}
        select 'schools' as table_name, 'school' as concern
    ),

    -- The three-year cohort rests on junior grades; a stage that its own grade contradicts may be a junior one.
    resting as (
        select
            concerns.concern,
            quarantined.row_year,
            quarantined.school_code,
            quarantined.parent_code,
            coalesce(quarantined.row_year between span.first_year and span.last_year, false) as is_year_known
        from quarantined
        inner join concerns on quarantined.table_name = concerns.table_name
        cross join span
        where
            concerns.concern <> 'cohort'
            or quarantined.table_name = 'schools'
            or quarantined.stage is null
            or quarantined.stage = 'junior'
            or (quarantined.stage <> 'special' and quarantined.grade between 7 and 9)
    ),

    named as (
        select resting.concern, resting.row_year, resting.is_year_known, resting.school_code, false as is_parent
        from resting
        union all
        select resting.concern, resting.row_year, resting.is_year_known, resting.parent_code as school_code, true
        from resting
        where resting.parent_code is not null
    ),

    placed as (
        select
            named.concern,
            named.row_year,
            named.is_year_known,
            named.is_parent,
            named.school_code as named_code,
            sites.school_year,
            sites.county_code,
            sites.school_code
        from named
        left join
            sites
            on named.school_code = sites.site_code
            and (named.row_year = sites.school_year or not named.is_year_known)
    ),

    -- Distinct: a code that is known from other years leads at least to its county.
    known_codes as (select distinct site_code, county_code from sites),

    unplaced as (
        select placed.concern, placed.row_year, placed.is_year_known, known_codes.county_code
        from placed
        left join known_codes on placed.named_code = known_codes.site_code
        where placed.school_code is null and not placed.is_parent
    ),

    institutions as (select school_year, county_code, school_code from sites where site_code = school_code),

    -- union: one row for each school and concern, however many rows of it were set aside
    touched as (
        select school_year, county_code, school_code, concern
        from placed
        where school_code is not null
        union
        select institutions.school_year, institutions.county_code, institutions.school_code, unplaced.concern
        from unplaced
        inner join
            institutions
            on (unplaced.row_year = institutions.school_year or not unplaced.is_year_known)
            and (unplaced.county_code = institutions.county_code or unplaced.county_code is null)
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(concern as string) as concern
from touched
