-- The weighted pupils of an institution, over all its stages (senior included): the denominator of every shared
-- facility. Value of a stage = facility x weight of the stage / sum(weight x pupils); no share is ever rounded.
with
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    weights as (select * from {{ ref('facility_split_weights') }}),

    institutions as (select * from sites where site_code = school_code),

    pupils as (
        select school_year, school_code, stage, case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        group by school_year, school_code, stage
    ),

    weighted as (
        select
            institutions.school_year,
            institutions.county_code,
            institutions.school_code,
            pupils.stage,
            pupils.pupils,
            cast(weights.weight as decimal(6, 4)) as weight
        from institutions
        inner join
            pupils on institutions.school_year = pupils.school_year and institutions.school_code = pupils.school_code
        left join
            weights
            on institutions.school_kind = weights.school_kind
            and pupils.stage = weights.stage
            and {{ is_valid_on('weights', school_year_date('institutions.school_year')) }}
        where pupils.pupils is null or pupils.pupils > 0 or weights.weight is not null
    ),

    totals as (
        select
            school_year,
            school_code,
            sum(weight * pupils) as weighted_pupils,
            count(*) filter (where weight is null) as without_weight,
            count(*) filter (where pupils is null) as without_pupils
        from weighted
        group by school_year, school_code
    )

select
    weighted.school_year,
    weighted.county_code,
    weighted.school_code,
    weighted.stage,
    cast(weighted.pupils as bigint) as pupils,
    weighted.weight,
    cast(
        case when totals.without_weight = 0 and totals.without_pupils = 0 then totals.weighted_pupils end as decimal(
            18, 4
        )
    ) as weighted_pupils,
    case
        when totals.without_pupils > 0 then 'no_enrolment' when totals.without_weight > 0 then 'split_weight_unknown'
    end as reason
from weighted
inner join totals on weighted.school_year = totals.school_year and weighted.school_code = totals.school_code
