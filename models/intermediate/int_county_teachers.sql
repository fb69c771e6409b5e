-- Full-time teachers of the compulsory stages, special education included, counted per county. The counts of
-- unreported flags stand beside the counts they could change.
with
    staff as (select * from {{ ref('stg_staff') }}),
    sites as (select * from {{ ref('int_sites') }}),
    county_years as (select * from {{ ref('int_county_years') }}),
    parameters as (select * from {{ ref('int_parameters') }}),
    backbones as (select * from {{ ref('backbone_levels') }}),
    quarantined as ({{ quarantined_counties(['teachers']) }}),

    needs as (
        select
            school_year,
            county_code,
            max(case when parameter_id = 'training_hours' then value end) as training_hours,
            max(case when parameter_id = 'min_backbone_rank' then value end) as backbone_rank
        from parameters
        where stage = 'all'
        group by school_year, county_code
    ),

    teachers as (
        select
            sites.school_year,
            sites.county_code,
            staff.stage,
            staff.is_full_time_teacher,
            staff.training_hours_5y,
            staff.has_certificate,
            staff.is_rotation_eligible,
            staff.is_rotated,
            backbones.rank as backbone_rank
        from staff
        inner join sites on staff.school_year = sites.school_year and staff.school_code = sites.site_code
        left join backbones on staff.backbone_level = backbones.backbone_level
        where
            (staff.is_full_time_teacher or staff.is_full_time_teacher is null)
            and (staff.stage in ('primary', 'junior', 'special') or staff.stage is null)
    ),

    counted as (
        select
            county_years.school_year,
            county_years.county_code,
            count(teachers.county_code) as teachers,
            count(*) filter (
                where teachers.county_code is not null and teachers.is_full_time_teacher is null
            ) as without_flag,
            count(*) filter (where teachers.county_code is not null and teachers.stage is null) as without_stage,
            count(*) filter (where teachers.training_hours_5y >= needs.training_hours) as trained,
            count(*) filter (
                where teachers.county_code is not null and teachers.training_hours_5y is null
            ) as without_hours,
            count(*) filter (where teachers.has_certificate) as certified,
            count(*) filter (
                where teachers.county_code is not null and teachers.has_certificate is null
            ) as without_certificate_flag,
            count(*) filter (where teachers.is_rotation_eligible) as eligible,
            count(*) filter (
                where teachers.county_code is not null and teachers.is_rotation_eligible is null
            ) as without_eligibility,
            count(*) filter (where teachers.is_rotation_eligible and teachers.is_rotated) as rotated,
            count(*) filter (where teachers.is_rotation_eligible and teachers.is_rotated is null) as without_rotation,
            count(*) filter (
                where
                    teachers.is_rotation_eligible
                    and teachers.is_rotated
                    and teachers.backbone_rank >= needs.backbone_rank
            ) as rotated_backbone,
            count(*) filter (
                where teachers.is_rotation_eligible and teachers.is_rotated and teachers.backbone_rank is null
            ) as without_backbone,
            max(needs.training_hours) as training_hours,
            max(needs.backbone_rank) as backbone_rank
        from county_years
        left join needs on county_years.school_year = needs.school_year and county_years.county_code = needs.county_code
        left join
            teachers
            on county_years.school_year = teachers.school_year
            and county_years.county_code = teachers.county_code
        group by county_years.school_year, county_years.county_code
    )

select
    counted.school_year,
    counted.county_code,
    teachers,
    trained,
    certified,
    eligible,
    rotated,
    rotated_backbone,
    case
        when quarantined.county_code is not null
        then 'row_quarantined'
        when teachers = 0
        then 'no_staff'
        when without_flag > 0
        then 'full_time_flag_not_reported'
        when without_stage > 0
        then 'stage_not_reported'
    end as teacher_gap,
    case
        when training_hours is null then 'no_threshold' when without_hours > 0 then 'no_training_hours'
    end as training_gap,
    case when without_certificate_flag > 0 then 'no_certificate_flag' end as certificate_gap,
    case
        when without_eligibility > 0 or without_rotation > 0
        then 'rotation_not_reported'
        when eligible = 0
        then 'no_eligible_teachers'
    end as rotation_gap,
    case
        when backbone_rank is null
        then 'no_threshold'
        when without_backbone > 0
        then 'backbone_not_reported'
        when rotated = 0
        then 'no_rotated_teachers'
    end as backbone_gap
from counted
left join quarantined on counted.school_year = quarantined.school_year and counted.county_code = quarantined.county_code
