-- Teachers are counted per stage and never split. A full-time teacher without a stage could belong to any unit of
-- the institution, so the whole institution lacks data.
with
    staff as (select * from {{ ref('stg_staff') }}),
    sites as (select * from {{ ref('int_sites') }}),
    units as (select * from {{ ref('int_units') }}),
    parameters as (select * from {{ ref('int_parameters') }}),
    degrees as (select * from {{ ref('degree_levels') }}),
    backbones as (select * from {{ ref('backbone_levels') }}),
    subjects as (select * from {{ ref('subjects') }}),
    quarantined as ({{ quarantined_schools(['teachers']) }}),

    teachers as (
        select
            sites.school_year,
            sites.county_code,
            sites.school_code,
            staff.stage,
            staff.is_full_time_teacher,
            degrees.rank as degree_rank,
            backbones.rank as backbone_rank,
            subjects.is_pe_or_arts
        from staff
        inner join sites on staff.school_year = sites.school_year and staff.school_code = sites.site_code
        left join degrees on staff.degree = degrees.degree
        left join backbones on staff.backbone_level = backbones.backbone_level
        left join subjects on staff.subject = subjects.subject
        where staff.is_full_time_teacher or staff.is_full_time_teacher is null
    ),

    unplaced as (
        select school_year, school_code, count(*) as teachers
        from teachers
        where stage is null or is_full_time_teacher is null
        group by school_year, school_code
    ),

    -- Distinct: the stages of a county. An outer join of all units on `in` would compare every row with every row.
    county_stages as (select distinct school_year, county_code, stage from units),

    county_needs as (
        select
            county_stages.school_year,
            county_stages.county_code,
            county_stages.stage,
            max(case when parameters.parameter_id = 'min_degree_rank' then parameters.value end) as degree_rank,
            max(case when parameters.parameter_id = 'min_backbone_rank' then parameters.value end) as backbone_rank
        from county_stages
        inner join
            parameters
            on county_stages.school_year = parameters.school_year
            and county_stages.county_code = parameters.county_code
            and parameters.stage in ('all', county_stages.stage)
        group by county_stages.school_year, county_stages.county_code, county_stages.stage
    ),

    needs as (
        select units.school_year, units.school_code, units.stage, county_needs.degree_rank, county_needs.backbone_rank
        from units
        left join
            county_needs
            on units.school_year = county_needs.school_year
            and units.county_code = county_needs.county_code
            and units.stage = county_needs.stage
    ),

    counted as (
        select
            needs.school_year,
            needs.school_code,
            needs.stage,
            max(needs.degree_rank) as degree_need,
            max(needs.backbone_rank) as backbone_need,
            count(teachers.school_code) as full_time_teachers,
            count(*) filter (where teachers.degree_rank >= needs.degree_rank) as high_degree_teachers,
            count(*) filter (where teachers.backbone_rank >= needs.backbone_rank) as backbone_teachers,
            count(*) filter (where teachers.is_pe_or_arts) as pe_arts_teachers,
            count(*) filter (where teachers.school_code is not null and teachers.degree_rank is null) as without_degree,
            count(*) filter (
                where teachers.school_code is not null and teachers.backbone_rank is null
            ) as without_backbone,
            count(*) filter (
                where teachers.school_code is not null and teachers.is_pe_or_arts is null
            ) as without_subject
        from needs
        left join
            teachers
            on needs.school_year = teachers.school_year
            and needs.school_code = teachers.school_code
            and needs.stage = teachers.stage
            and teachers.is_full_time_teacher
        group by needs.school_year, needs.school_code, needs.stage
    )

select
    counted.school_year,
    counted.school_code,
    counted.stage,
    cast(case when quarantined.school_code is null then counted.full_time_teachers end as bigint) as full_time_teachers,
    cast(
        case when quarantined.school_code is null then counted.high_degree_teachers end as bigint
    ) as high_degree_teachers,
    cast(case when quarantined.school_code is null then counted.backbone_teachers end as bigint) as backbone_teachers,
    cast(case when quarantined.school_code is null then counted.pe_arts_teachers end as bigint) as pe_arts_teachers,
    case
        when quarantined.school_code is not null
        then 'row_quarantined'
        when counted.full_time_teachers = 0
        then 'no_staff'
        when unplaced.teachers > 0
        then 'staff_stage_not_reported'
    end as reason,
    case
        when counted.degree_need is null then 'no_threshold' when counted.without_degree > 0 then 'degree_not_reported'
    end as degree_reason,
    case
        when counted.backbone_need is null
        then 'no_threshold'
        when counted.without_backbone > 0
        then 'backbone_not_reported'
    end as backbone_reason,
    case when counted.without_subject > 0 then 'subject_not_reported' end as subject_reason
from counted
left join unplaced on counted.school_year = unplaced.school_year and counted.school_code = unplaced.school_code
left join quarantined on counted.school_year = quarantined.school_year and counted.school_code = quarantined.school_code
