-- Quality item 4: training is held against the public funds budget of the same school, not of the county. Money may be
-- booked with the parent or with a campus: an institution is the sum of its rows. Every school is meant, also teaching
-- points that the seven indicators leave out, and special-education schools.
with
    schools as (select * from {{ ref('int_judged_schools') }}),
    sites as (select * from {{ ref('int_sites') }}),
    funding as (select * from {{ ref('stg_school_funding') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    indicators as (select * from {{ ref('indicators') }}),
    quarantined as ({{ quarantined_schools(['school_money']) }}),

    rule as (
        select
            thresholds.school_year,
            thresholds.county_code,
            thresholds.indicator_id,
            thresholds.operator,
            thresholds.threshold,
            cast(indicators.scale as int) as scale
        from thresholds
        inner join indicators on thresholds.indicator_id = indicators.indicator_id
        where thresholds.indicator_id = 'training_fund_share' and thresholds.case_id = 'ordinary'
    ),

    school_money as (
        select
            sites.school_year,
            sites.school_code,
            case
                when count(*) = count(funding.training_spend_yuan) then sum(funding.training_spend_yuan)
            end as training_yuan,
            case
                when count(*) = count(funding.public_funds_budget_yuan) then sum(funding.public_funds_budget_yuan)
            end as budget_yuan
        from funding
        inner join sites on funding.fiscal_year = sites.school_year and funding.school_code = sites.site_code
        group by sites.school_year, sites.school_code
    ),

    judged as (
        select
            schools.school_year,
            schools.county_code,
            schools.school_code,
            rule.threshold,
            rule.scale,
            cast(school_money.training_yuan as decimal(20, 4)) as training_yuan,
            cast(school_money.budget_yuan as decimal(19, 2)) as budget_yuan,
            school_money.school_code is not null as has_row,
            quarantined.school_code is not null as is_quarantined,
            nullif(schools.exclusion, 'small_teaching_point') as exclusion,
            schools.gap,
            {{
                satisfies(
                    'cast(school_money.training_yuan as decimal(20, 4)) * rule.scale',
                    'rule.operator',
                    'rule.threshold * cast(school_money.budget_yuan as decimal(19, 2))',
                )
            }} as is_met
        from schools
        left join rule on schools.school_year = rule.school_year and schools.county_code = rule.county_code
        left join
            school_money
            on schools.school_year = school_money.school_year
            and schools.school_code = school_money.school_code
        left join
            quarantined
            on schools.school_year = quarantined.school_year
            and schools.school_code = quarantined.school_code
    )

select
    school_year,
    county_code,
    school_code,
    'all' as stage,
    'training_fund_share' as indicator_id,
    case when not is_quarantined then training_yuan end as numerator,
    case when not is_quarantined then budget_yuan end as denominator,
    case when not is_quarantined then {{ quotient('training_yuan * scale', 'budget_yuan') }} end as value,
    threshold,
    'ordinary' as case_id,
    is_met,
    {{
        decimal_of_double(
            shortfall(nearest_double('(threshold * budget_yuan - training_yuan * scale)') ~ ' / nullif(scale, 0)'), 20, 4
        )
    }}
    as shortfall,
    exclusion,
    case
        when threshold is null
        then 'no_threshold'
        when is_quarantined
        then 'row_quarantined'
        when not has_row
        then 'no_funding'
        when training_yuan is null or budget_yuan is null
        then 'funding_not_reported'
        when budget_yuan = 0
        then 'denominator_zero'
        else gap
    end as gap
from judged
