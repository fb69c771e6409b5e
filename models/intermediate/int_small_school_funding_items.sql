-- Item 6: a school with a site below the floor is funded as if the site had the floor's pupils. Teaching points that
-- the seven indicators leave out are the very schools that this item is about.
with
    schools as (select * from {{ ref('int_judged_schools') }}),
    funding as (select * from {{ ref('fct_funding_per_pupil') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),

    judged as (
        select
            schools.school_year,
            schools.county_code,
            schools.school_code,
            thresholds.threshold,
            cast(funding.amount_yuan as decimal(20, 4)) as amount_yuan,
            cast(funding.required_yuan as decimal(19, 2)) as required_yuan,
            funding.pupils_counted = funding.pupils as is_above_floor,
            {{
                satisfies(
                    'cast(funding.amount_yuan as decimal(20, 4))',
                    'thresholds.operator',
                    'thresholds.threshold * cast(funding.required_yuan as decimal(19, 2))',
                )
            }} as is_met,
            nullif(schools.exclusion, 'small_teaching_point') as exclusion,
            case
                when funding.school_code is null then 'no_funding' when funding.status = 'no_data' then funding.reason
            end as funding_gap,
            schools.gap
        from schools
        left join
            thresholds
            on schools.school_year = thresholds.school_year
            and schools.county_code = thresholds.county_code
            and thresholds.indicator_id = 'small_school_funding'
            and thresholds.case_id = 'ordinary'
        left join
            funding
            on schools.school_year = funding.fiscal_year
            and schools.school_code = funding.school_code
            and funding.measure = 'public_funds_budget'
        where not schools.is_special_school
    )

select
    school_year,
    county_code,
    school_code,
    'all' as stage,
    'small_school_funding' as indicator_id,
    cast(amount_yuan as decimal(20, 4)) as numerator,
    cast(required_yuan as decimal(19, 2)) as denominator,
    {{ quotient('amount_yuan', 'required_yuan') }} as value,
    threshold,
    'ordinary' as case_id,
    is_met,
    cast({{ shortfall('(threshold * required_yuan - amount_yuan)') }} as decimal(20, 4)) as shortfall,
    case when exclusion is not null then exclusion when is_above_floor then 'not_small_school' end as exclusion,
    case when threshold is null then 'no_threshold' else coalesce(gap, funding_gap) end as gap
from judged
