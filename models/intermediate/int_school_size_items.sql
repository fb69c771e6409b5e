-- Item 4: pupils of the compulsory stages, each campus for itself. An exemption raises the limit; where it is not known
-- whether one applies, only sizes that pass or fail under both limits are judged.
with
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    enrolment as (select * from {{ ref('stg_enrolment') }}),
    schools as (select * from {{ ref('int_judged_schools') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    exemptions as (select * from {{ ref('exemptions') }}),

    site_pupils as (
        select school_year, school_code, site_code, case when count(*) = count(pupils) then sum(pupils) end as pupils
        from site_stages
        where stage in ('primary', 'junior')
        group by school_year, school_code, site_code
    ),

    site_migrants as (
        select
            school_year,
            school_code as site_code,
            case when count(*) = count(migrant_pupils) then sum(migrant_pupils) end as migrant_pupils
        from enrolment
        where stage in ('primary', 'junior')
        group by school_year, school_code
    ),

    judged_sites as (
        select
            sites.school_year,
            sites.county_code,
            sites.site_code,
            case
                when sites.site_kind in ('nine_year', 'twelve_year') then 'school_size_nine_year' else 'school_size'
            end as indicator_id,
            sites.opened_year,
            site_pupils.pupils,
            site_migrants.migrant_pupils,
            case when site_pupils.pupils = 0 then 'no_pupils' else schools.exclusion end as exclusion,
            case when schools.gap in ('parent_missing', 'row_quarantined') then schools.gap end as gap
        from site_pupils
        inner join sites on site_pupils.school_year = sites.school_year and site_pupils.site_code = sites.site_code
        inner join
            schools on site_pupils.school_year = schools.school_year and site_pupils.school_code = schools.school_code
        left join
            site_migrants
            on site_pupils.school_year = site_migrants.school_year
            and site_pupils.site_code = site_migrants.site_code
        where not schools.is_special_school
    ),

    -- A criterion that the exemption does not name is true; one that names an unreported fact is NULL.
    claims as (
        select
            judged_sites.school_year,
            judged_sites.site_code,
            exemptions.case_id,
            (exemptions.opened_year_max is null or judged_sites.opened_year <= exemptions.opened_year_max)
            and (
                exemptions.migrant_share_above is null
                or judged_sites.migrant_pupils * 100 > exemptions.migrant_share_above * judged_sites.pupils
            ) as is_exempt
        from judged_sites
        inner join exemptions on judged_sites.indicator_id = exemptions.indicator_id
        -- here and not in the join below: a condition on its left side alone makes DuckDB compare every row with
        -- every row
        where exemptions.case_id <> 'ordinary'
    ),

    limits as (
        select
            judged_sites.school_year,
            judged_sites.site_code,
            max(case when thresholds.case_id = 'ordinary' then thresholds.threshold end) as ordinary,
            max(case when thresholds.case_id = 'ordinary' then thresholds.operator end) as operator,
            max(case when claims.is_exempt then thresholds.threshold end) as granted,
            max(case when claims.is_exempt then thresholds.case_id end) as granted_case,
            max(case when claims.is_exempt is null then thresholds.threshold end) as possible
        from judged_sites
        inner join
            thresholds
            on judged_sites.school_year = thresholds.school_year
            and judged_sites.county_code = thresholds.county_code
            and judged_sites.indicator_id = thresholds.indicator_id
        left join
            claims
            on judged_sites.school_year = claims.school_year
            and judged_sites.site_code = claims.site_code
            and thresholds.case_id = claims.case_id
        group by judged_sites.school_year, judged_sites.site_code
    )

select
    judged_sites.school_year,
    judged_sites.county_code,
    judged_sites.site_code as school_code,
    'all' as stage,
    judged_sites.indicator_id,
    cast(judged_sites.pupils as decimal(20, 4)) as numerator,
    cast(null as decimal(19, 2)) as denominator,
    cast(judged_sites.pupils as double) as value,
    coalesce(limits.granted, limits.ordinary) as threshold,
    case when limits.granted is not null then limits.granted_case else 'ordinary' end as case_id,
    {{ satisfies('judged_sites.pupils', 'limits.operator', 'coalesce(limits.granted, limits.ordinary)') }} as is_met,
    cast(
        {{ shortfall('(judged_sites.pupils - coalesce(limits.granted, limits.ordinary))') }} as decimal(20, 4)
    ) as shortfall,
    judged_sites.exclusion,
    case
        when judged_sites.gap is not null
        then judged_sites.gap
        when judged_sites.pupils is null
        then 'no_enrolment'
        when limits.ordinary is null
        then 'no_threshold'
        when
            limits.possible is not null
            and judged_sites.pupils > coalesce(limits.granted, limits.ordinary)
            and judged_sites.pupils <= limits.possible
        then case when judged_sites.opened_year is null then 'opened_year_not_reported' else 'no_migrant_pupils' end
    end as gap
from judged_sites
left join limits on judged_sites.school_year = limits.school_year and judged_sites.site_code = limits.site_code
