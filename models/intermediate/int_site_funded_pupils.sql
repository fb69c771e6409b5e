with
    sites as (select * from {{ ref("int_sites") }}),

    site_stages as (select * from {{ ref("int_site_stages") }}),

    enrolment as (select * from {{ ref("stg_enrolment") }}),

    quarantined as ({{ quarantined_schools(["pupils"]) }}),

    -- Everybody in a special school is funded at the special quota, whatever stage the form says.
    funded_stages as (
        select
            site_stages.school_year,
            site_stages.site_code,
            case when sites.school_kind = 'special' then 'special' else site_stages.stage end as stage,
            site_stages.pupils
        from site_stages
        inner join sites on site_stages.school_year = sites.school_year and site_stages.site_code = sites.site_code
    ),

    pupils as (
        select
            school_year,
            site_code,
            count(*) = count(pupils) as is_reported,
            coalesce(sum(case when stage = 'primary' then pupils end), 0) as primary_pupils,
            coalesce(sum(case when stage = 'junior' then pupils end), 0) as junior_pupils,
            coalesce(sum(case when stage = 'special' then pupils end), 0) as special_pupils,
            sum(pupils) as all_pupils
        from funded_stages
        group by school_year, site_code
    ),

    boarders as (
        select school_year, school_code as site_code, {{ complete_sum("boarders") }} as boarders
        from enrolment
        where stage in ('primary', 'junior')
        group by school_year, school_code
    )

select
    sites.school_year,
    sites.county_code,
    sites.school_code,
    sites.site_code,
    sites.school_kind,
    cast(case when pupils.is_reported then pupils.primary_pupils end as bigint) as primary_pupils,
    cast(case when pupils.is_reported then pupils.junior_pupils end as bigint) as junior_pupils,
    cast(case when pupils.is_reported then pupils.special_pupils end as bigint) as special_pupils,
    cast(case when pupils.is_reported then pupils.all_pupils end as bigint) as all_pupils,
    cast(
        case
            when quarantined.school_code is not null
            then null
            -- special schools have no boarding supplement
            when sites.school_kind = 'special'
            then 0
            -- a site that is registered as not boarding and leaves the column empty has no boarders
            when not sites.is_boarding
            then coalesce(boarders.boarders, 0)
            when pupils.is_reported and pupils.primary_pupils + pupils.junior_pupils = 0
            then 0
            else boarders.boarders
        end as bigint
    ) as boarders
from sites
left join pupils on sites.school_year = pupils.school_year and sites.site_code = pupils.site_code
left join boarders on sites.school_year = boarders.school_year and sites.site_code = boarders.site_code
left join quarantined on sites.school_year = quarantined.school_year and sites.school_code = quarantined.school_code
-- the kind of a school whose row was set aside is not known
where coalesce(sites.school_kind, '') not in ('senior', 'vocational')
