with
    classes as (select * from {{ ref('int_compulsory_classes') }}),
    bands as (select * from {{ ref('class_bands') }}),
    quarantined_schools as ({{ quarantined_schools(['classes']) }}),
    quarantined_counties as ({{ quarantined_counties(['classes']) }}),

    banded as (
        select classes.school_year, classes.county_code, classes.school_code, classes.stage, bands.band_id
        from classes
        left join
            bands
            on classes.pupils >= bands.min_pupils
            and (bands.max_pupils is null or classes.pupils <= bands.max_pupils)
    ),

    -- The county is one more group, without a school.
    grouped as (
        select school_year, county_code, school_code, stage, band_id
        from banded
        union all
        select school_year, county_code, cast(null as string) as school_code, stage, band_id
        from banded
    ),

    totals as (
        select
            school_year,
            county_code,
            school_code,
            stage,
            count(*) as classes_total,
            count(*) - count(band_id) as classes_without_size
        from grouped
        group by school_year, county_code, school_code, stage
    ),

    counted as (
        select school_year, county_code, school_code, stage, band_id, count(*) as classes
        from grouped
        where band_id is not null
        group by school_year, county_code, school_code, stage, band_id
    ),

    -- Every band of every school, also the empty ones.
    filled as (
        select
            totals.school_year,
            totals.county_code,
            totals.school_code,
            totals.stage,
            bands.band_id,
            totals.classes_total,
            totals.classes_without_size,
            coalesce(counted.classes, 0) as classes,
            quarantined_schools.school_code is not null
            or (totals.school_code is null and quarantined_counties.county_code is not null) as is_quarantined
        from totals
        cross join bands
        left join
            counted
            on totals.school_year = counted.school_year
            and totals.county_code = counted.county_code
            and coalesce(totals.school_code, '') = coalesce(counted.school_code, '')
            and totals.stage = counted.stage
            and bands.band_id = counted.band_id
        left join
            quarantined_schools
            on totals.school_year = quarantined_schools.school_year
            and totals.school_code = quarantined_schools.school_code
        left join
            quarantined_counties
            on totals.school_year = quarantined_counties.school_year
            and totals.county_code = quarantined_counties.county_code
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(stage as string) as stage,
    cast(band_id as string) as band_id,
    -- a part of the classes is not the classes
    cast(case when not is_quarantined then classes end as bigint) as classes,
    cast(case when not is_quarantined then classes_total end as bigint) as classes_total,
    cast(case when not is_quarantined then classes_without_size end as bigint) as classes_without_size,
    cast(
        case
            when classes_without_size = 0 and not is_quarantined then {{ quotient('classes', 'classes_total') }}
        end as double
    ) as share
from filled
