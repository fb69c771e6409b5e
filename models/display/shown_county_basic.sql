-- What a county consists of, as its self-assessment tells it: units by stage and kind, pupils, staff, teachers and
-- classes. A total that rests on figures that are not there is not shown.
with
    county_years as (select * from {{ ref('int_county_years') }}),
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    units as (select * from {{ ref('int_units') }} where unit_status = 'included'),
    staff as (select * from {{ ref('stg_staff') }}),
    county_teachers as (select * from {{ ref('int_county_teachers') }}),
    classes as (select * from {{ ref('int_compulsory_classes') }}),
    school_kinds as (select * from {{ ref('raw_codes') }} where table_name = 'schools' and column_name = 'school_kind'),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),
    quarantined_classes as ({{ quarantined_counties(['classes']) }}),

    stages as (
        select word as stage from words where kind = 'stage' and word in ('primary', 'junior', 'special', 'all')
    ),

    unit_rows as (
        select school_year, county_code, stage, school_kind, count(*) as amount
        from units
        group by school_year, county_code, stage, school_kind
        union all
        select school_year, county_code, stage, cast(null as string) as school_kind, count(*) as amount
        from units
        group by school_year, county_code, stage
        union all
        select
            school_year,
            county_code,
            'all' as stage,
            cast(null as string) as school_kind,
            count(distinct school_code) as amount
        from units
        group by school_year, county_code
    ),

    special_rows as (
        select school_year, county_code, count(*) as amount
        from sites
        where site_code = school_code and school_kind = 'special'
        group by school_year, county_code
    ),

    pupil_rows as (
        select
            school_year,
            county_code,
            coalesce(stage, 'all') as stage,
            case when count(*) = count(pupils) then sum(pupils) end as amount
        from site_stages
        where stage in ('primary', 'junior', 'special')
        group by grouping sets ((school_year, county_code, stage), (school_year, county_code))
    ),

    -- one row without a stage, or without the mark of a full-time teacher, may change every count
    staff_rows as (
        select
            sites.school_year,
            sites.county_code,
            coalesce(staff.stage, 'all') as stage,
            count(*) as staff,
            count(*) filter (where staff.is_full_time_teacher) as full_time_teachers
        from staff
        inner join sites on staff.school_year = sites.school_year and staff.school_code = sites.site_code
        where staff.stage in ('primary', 'junior', 'special')
        group by
            grouping sets ((sites.school_year, sites.county_code, staff.stage), (sites.school_year, sites.county_code))
    ),

    class_rows as (
        select school_year, county_code, coalesce(stage, 'all') as stage, count(*) as amount
        from classes
        group by grouping sets ((school_year, county_code, stage), (school_year, county_code))
    ),

    basics as (
        select
            school_year,
            county_code,
            case when stage = 'all' then 'institutions' else 'units' end as basic,
            stage,
            school_kind,
            cast(amount as bigint) as amount,
            cast(null as string) as reason
        from unit_rows
        union all
        select
            county_years.school_year,
            county_years.county_code,
            'institutions' as basic,
            'special' as stage,
            cast(null as string) as school_kind,
            cast(coalesce(special_rows.amount, 0) as bigint) as amount,
            cast(null as string) as reason
        from county_years
        left join
            special_rows
            on county_years.school_year = special_rows.school_year
            and county_years.county_code = special_rows.county_code
        union all
        select
            pupil_rows.school_year,
            pupil_rows.county_code,
            'pupils' as basic,
            pupil_rows.stage,
            cast(null as string) as school_kind,
            cast(pupil_rows.amount as bigint) as amount,
            case when pupil_rows.amount is null then 'no_enrolment' end as reason
        from pupil_rows
        union all
        select
            county_years.school_year,
            county_years.county_code,
            measures.basic,
            stages.stage,
            cast(null as string) as school_kind,
            cast(
                case
                    when county_teachers.teacher_gap is null and measures.basic = 'staff'
                    then coalesce(staff_rows.staff, 0)
                    when county_teachers.teacher_gap is null
                    then coalesce(staff_rows.full_time_teachers, 0)
                end as bigint
            ) as amount,
            county_teachers.teacher_gap as reason
        from county_years
        cross join stages
        cross join
            (
                select 'staff' as basic
                union all
                select 'full_time_teachers' as basic
            ) as measures
        left join
            county_teachers
            on county_years.school_year = county_teachers.school_year
            and county_years.county_code = county_teachers.county_code
        left join
            staff_rows
            on county_years.school_year = staff_rows.school_year
            and county_years.county_code = staff_rows.county_code
            and stages.stage = staff_rows.stage
        union all
        select
            class_rows.school_year,
            class_rows.county_code,
            'classes' as basic,
            class_rows.stage,
            cast(null as string) as school_kind,
            cast(case when quarantined_classes.county_code is null then class_rows.amount end as bigint) as amount,
            case when quarantined_classes.county_code is not null then 'row_quarantined' end as reason
        from class_rows
        left join
            quarantined_classes
            on class_rows.school_year = quarantined_classes.school_year
            and class_rows.county_code = quarantined_classes.county_code
    )

select
    cast(basics.school_year as int) as school_year,
    cast(basics.county_code as string) as county_code,
    cast(basics.basic as string) as basic,
    cast(basics.stage as string) as stage,
    cast(basics.school_kind as string) as school_kind,
    stage_words.zh as stage_zh,
    stage_words.en as stage_en,
    cast(stage_words.position as int) as stage_position,
    school_kinds.name_zh as school_kind_zh,
    school_kinds.name_en as school_kind_en,
    cast(basics.amount as string) as value_shown,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from basics
left join {{ word_as('stage_words', 'stage', 'basics.stage') }}
left join school_kinds on basics.school_kind = school_kinds.code
left join reasons on basics.reason = reasons.reason_id
