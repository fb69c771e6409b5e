with
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    parameters as (select * from {{ ref('int_parameters') }}),
    choices as (select * from {{ ref('int_choices') }}),
    weights as (select * from {{ ref('facility_split_weights') }}),
    quarantined as ({{ quarantined_schools(['pupils']) }}),

    institutions as (select * from sites where site_code = school_code),

    units as (
        select
            school_year,
            county_code,
            school_code,
            stage,
            count(*) as sites,
            case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        where stage in ('primary', 'junior')
        group by school_year, county_code, school_code, stage
    ),

    small_points as (
        select school_year, county_code, value as least_pupils
        from parameters
        where parameter_id = 'teaching_point_min_pupils'
    ),

    private_choice as (select school_year, county_code, value from choices where choice_id = 'include_private'),

    described as (
        select
            units.school_year,
            units.county_code,
            units.school_code,
            units.stage,
            institutions.school_kind,
            institutions.ownership,
            institutions.area_kind,
            institutions.opened_year,
            institutions.is_boarding,
            units.pupils,
            units.sites,
            case
                when institutions.school_kind = 'special'
                then 'special_school'
                when institutions.school_kind = 'vocational'
                then 'vocational_school'
                when institutions.ownership = 'private' and private_choice.value = 'false'
                then 'private_excluded'
                when units.pupils = 0
                then 'no_pupils'
                when institutions.school_kind = 'teaching_point' and units.pupils < small_points.least_pupils
                then 'small_teaching_point'
            end as exclusion,
            case
                when quarantined.school_code is not null
                then 'row_quarantined'
                when institutions.is_orphan
                then 'parent_missing'
                when units.pupils is null
                then 'no_enrolment'
                when weights.weight is null
                then 'stage_not_offered'
                when institutions.school_kind = 'teaching_point' and small_points.least_pupils is null
                then 'no_threshold'
            end as gap
        from units
        inner join
            institutions
            on units.school_year = institutions.school_year
            and units.school_code = institutions.school_code
        left join
            quarantined on units.school_year = quarantined.school_year and units.school_code = quarantined.school_code
        left join
            small_points
            on units.school_year = small_points.school_year
            and units.county_code = small_points.county_code
        left join
            weights
            on institutions.school_kind = weights.school_kind
            and units.stage = weights.stage
            and {{ is_valid_on('weights', school_year_date('units.school_year')) }}
        left join
            private_choice
            on units.school_year = private_choice.school_year
            and units.county_code = private_choice.county_code
    )

select
    school_year,
    county_code,
    school_code,
    stage,
    school_kind,
    ownership,
    area_kind,
    opened_year,
    is_boarding,
    cast(pupils as bigint) as pupils,
    cast(sites as int) as sites,
    case
        when exclusion is not null then 'excluded' when gap is not null then 'no_data' else 'included'
    end as unit_status,
    coalesce(exclusion, gap) as reason
from described
