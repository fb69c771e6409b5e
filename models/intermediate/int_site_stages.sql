-- The stages of a site are those its kind offers and those it has pupils in: a stage that is offered but not
-- reported must show as missing, not vanish. Pupils of a school with a row set aside are unknown, not fewer.
with
    sites as (select * from {{ ref('int_sites') }}),
    enrolment as (select * from {{ ref('stg_enrolment') }}),
    weights as (select * from {{ ref('facility_split_weights') }}),
    quarantined_rows as (select * from {{ ref('stg_quarantined_rows') }}),
    quarantined as ({{ quarantined_schools(['pupils']) }}),

    offered as (
        select sites.school_year, sites.site_code, weights.stage
        from sites
        inner join
            weights
            on sites.site_kind = weights.school_kind
            and {{ is_valid_on('weights', school_year_date('sites.school_year')) }}
    ),

    enrolled as (
        select
            school_year,
            school_code as site_code,
            stage,
            case when count(*) = count(pupils) then sum(pupils) end as pupils
        from enrolment
        group by school_year, school_code, stage
    ),

    stages as (
        select school_year, site_code, stage
        from offered
        -- union drops what is both offered and enrolled
        union
        select school_year, site_code, stage
        from enrolled
        union
        select row_year as school_year, school_code as site_code, stage
        from quarantined_rows
        where table_name = 'enrolment' and stage is not null
    )

select
    sites.school_year,
    sites.county_code,
    sites.school_code,
    sites.site_code,
    stages.stage,
    cast(case when quarantined.school_code is null then enrolled.pupils end as bigint) as pupils
from stages
inner join sites on stages.school_year = sites.school_year and stages.site_code = sites.site_code
left join
    enrolled
    on stages.school_year = enrolled.school_year
    and stages.site_code = enrolled.site_code
    and stages.stage = enrolled.stage
left join quarantined on sites.school_year = quarantined.school_year and sites.school_code = quarantined.school_code
