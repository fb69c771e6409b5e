-- Figures of the county that are computed from the raw tables: a numerator and a denominator each, or the reason why
-- not.
with
    county_years as (select * from {{ ref('int_county_years') }}),
    sites as (select * from {{ ref('int_sites') }}),
    site_stages as (select * from {{ ref('int_site_stages') }}),
    teachers as (select * from {{ ref('int_county_teachers') }}),
    finance as (select * from {{ ref('stg_county_finance') }}),
    funding as (select * from {{ ref('stg_school_funding') }}),
    retention as (select * from {{ ref('fct_retention') }}),
    quarantined_schools as ({{ quarantined_schools(['pupils', 'school_money']) }}),
    quarantined_registers as ({{ quarantined_counties(['school']) }}),
    quarantined_pupils as ({{ quarantined_counties(['pupils']) }}),
    quarantined_finance as (
        select distinct school_year, county_code
        from {{ ref('int_quarantined_counties') }}
        where concern = 'county_finance' and detail = 'all'
    ),

    teacher_rates as (
        {% for indicator, numerator, denominator, gap in [
            ('teacher_360h_rate', 'trained', 'teachers', 'training_gap'),
            ('teacher_cert_rate', 'certified', 'teachers', 'certificate_gap'),
            ('rotation_rate', 'rotated', 'eligible', 'rotation_gap'),
            ('rotation_backbone_share', 'rotated_backbone', 'rotated', 'coalesce(rotation_gap, backbone_gap)'),
        ] %}
            select
                school_year,
                county_code,
                '{{ indicator }}' as indicator_id,
                {{ numerator }} as numerator,
                {{ denominator }} as denominator,
                cast(null as string) as exclusion,
                coalesce(teacher_gap, {{ gap }}) as gap
            from teachers
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),

    -- The two means are compared as they stand: a rounded quotient could hide a difference of one yuan.
    pay as (
        select
            county_years.school_year,
            county_years.county_code,
            'teacher_pay_ratio' as indicator_id,
            finance.teacher_mean_pay_yuan as numerator,
            finance.civil_servant_mean_pay_yuan as denominator,
            cast(null as string) as exclusion,
            case
                when quarantined_finance.county_code is not null
                then 'row_quarantined'
                when finance.county_code is null
                then 'no_county_finance'
                when finance.teacher_mean_pay_yuan is null or finance.civil_servant_mean_pay_yuan is null
                then 'pay_not_reported'
            end as gap
        from county_years
        left join
            finance
            on county_years.school_year = finance.fiscal_year
            and county_years.county_code = finance.county_code
            and finance.stage = 'all'
        left join
            quarantined_finance
            on county_years.school_year = quarantined_finance.school_year
            and county_years.county_code = quarantined_finance.county_code
    ),

    special_sites as (
        select
            sites.school_year, sites.county_code, sites.site_code, quarantined.school_code is not null as is_quarantined
        from sites
        left join
            quarantined_schools as quarantined
            on sites.school_year = quarantined.school_year
            and sites.school_code = quarantined.school_code
        where sites.school_kind = 'special'
    ),

    special_pupils as (
        select
            special_sites.school_year,
            special_sites.county_code,
            special_sites.site_code,
            bool_or(special_sites.is_quarantined) as is_quarantined,
            case when count(*) = count(site_stages.pupils) then sum(site_stages.pupils) end as pupils
        from special_sites
        left join
            site_stages
            on special_sites.school_year = site_stages.school_year
            and special_sites.site_code = site_stages.site_code
        group by special_sites.school_year, special_sites.county_code, special_sites.site_code
    ),

    special_schools as (
        select
            special_pupils.school_year,
            special_pupils.county_code,
            count(*) as schools,
            bool_or(special_pupils.is_quarantined) as is_quarantined,
            case when count(*) = count(special_pupils.pupils) then sum(special_pupils.pupils) end as pupils,
            count(funding.school_code) as funding_rows,
            case
                when count(*) = count(funding.public_funds_budget_yuan) then sum(funding.public_funds_budget_yuan)
            end as budget_yuan
        from special_pupils
        left join
            funding
            on special_pupils.school_year = funding.fiscal_year
            and special_pupils.site_code = funding.school_code
        where special_pupils.pupils is null or special_pupils.pupils > 0
        group by special_pupils.school_year, special_pupils.county_code
    ),

    special_funding as (
        select
            county_years.school_year,
            county_years.county_code,
            'special_ed_funding_pp' as indicator_id,
            special_schools.budget_yuan as numerator,
            special_schools.pupils as denominator,
            -- a school whose row was set aside may be a special one
            case
                when special_schools.county_code is null and quarantined_registers.county_code is null
                then 'no_special_school'
            end as exclusion,
            case
                when special_schools.is_quarantined or quarantined_registers.county_code is not null
                then 'row_quarantined'
                when special_schools.pupils is null
                then 'no_enrolment'
                when special_schools.funding_rows < special_schools.schools
                then 'no_funding'
                when special_schools.budget_yuan is null
                then 'funding_not_reported'
            end as gap
        from county_years
        left join
            special_schools
            on county_years.school_year = special_schools.school_year
            and county_years.county_code = special_schools.county_code
        left join
            quarantined_registers
            on county_years.school_year = quarantined_registers.school_year
            and county_years.county_code = quarantined_registers.county_code
    ),

    county_retention as (
        select
            county_years.school_year,
            county_years.county_code,
            'junior_retention_3y' as indicator_id,
            retention.numerator,
            retention.denominator,
            cast(null as string) as exclusion,
            case
                when retention.county_code is null
                then 'window_incomplete'
                when retention.status not in ('pass', 'fail')
                then retention.reason
            end as gap
        from county_years
        left join
            retention
            on county_years.school_year = retention.graduated_in
            and county_years.county_code = retention.county_code
            and retention.school_code is null
            and retention.is_chosen
    ),

    -- Places that the government purchases from a private school do not count as private.
    private_share as (
        select
            county_years.school_year,
            county_years.county_code,
            'private_share_county' as indicator_id,
            sum(case when sites.ownership = 'private' then site_stages.pupils else 0 end) as numerator,
            sum(site_stages.pupils) as denominator,
            cast(null as string) as exclusion,
            case
                when count(quarantined_pupils.county_code) > 0
                then 'row_quarantined'
                when count(site_stages.site_code) = 0 or count(*) > count(site_stages.pupils)
                then 'no_enrolment'
                when count(*) > count(sites.ownership)
                then 'ownership_not_reported'
            end as gap
        from county_years
        left join
            site_stages
            on county_years.school_year = site_stages.school_year
            and county_years.county_code = site_stages.county_code
            and site_stages.stage in ('primary', 'junior')
        left join sites on site_stages.school_year = sites.school_year and site_stages.site_code = sites.site_code
        left join
            quarantined_pupils
            on county_years.school_year = quarantined_pupils.school_year
            and county_years.county_code = quarantined_pupils.county_code
        group by county_years.school_year, county_years.county_code
    ),

    measures as (
        select *
        from teacher_rates
        union all
        select *
        from pay
        union all
        select *
        from special_funding
        union all
        select *
        from county_retention
        union all
        select *
        from private_share
    )

-- A part of the figures is not a figure: with a gap there is neither numerator nor denominator.
select
    school_year,
    county_code,
    indicator_id,
    cast(case when gap is null then numerator end as decimal(20, 4)) as numerator,
    cast(case when gap is null then denominator end as decimal(19, 2)) as denominator,
    exclusion,
    case when gap is null and exclusion is null and denominator = 0 then 'denominator_zero' else gap end as gap
from measures
