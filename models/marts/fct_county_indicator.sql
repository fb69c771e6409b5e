-- The denominators have 19 digits on purpose: a product of two decimals of at most 18 digits is kept in 64 bits and
-- overflows.
with
    county_years as (select * from {{ ref('int_county_years') }}),
    indicators as (select * from {{ ref('indicators') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    school_measures as (select * from {{ ref('int_county_school_measures') }}),
    county_measures as (select * from {{ ref('int_county_measures') }}),
    claims as (select * from {{ ref('int_county_claims') }}),

    expected as (
        select
            county_years.school_year,
            county_years.county_code,
            indicators.item_id,
            indicators.indicator_id,
            indicators.judged_by,
            cast(indicators.scale as int) as scale,
            indicators.level in ('unit', 'site', 'institution') and indicators.judged_by = 'computed' as is_by_school,
            coalesce(thresholds.stage, 'all') as stage,
            thresholds.operator,
            thresholds.threshold
        from county_years
        cross join indicators
        left join
            thresholds
            on county_years.school_year = thresholds.school_year
            and county_years.county_code = thresholds.county_code
            and indicators.indicator_id = thresholds.indicator_id
            and thresholds.case_id = 'ordinary'
        where indicators.item_id is not null
    ),

    -- One set of figures for each indicator. A school-by-school indicator is a share of schools, and all of them must
    -- meet it; figures that can be computed are never taken from the county's own report.
    figures as (
        select
            expected.school_year,
            expected.county_code,
            expected.item_id,
            expected.indicator_id,
            expected.judged_by,
            expected.is_by_school,
            expected.stage,
            case when expected.is_by_school then '>=' else expected.operator end as operator,
            case
                when expected.is_by_school and expected.threshold is not null
                then cast(100 as decimal(18, 6))
                else expected.threshold
            end as threshold,
            case when expected.is_by_school then 100 else expected.scale end as scale,
            case
                expected.judged_by
                when 'computed'
                then coalesce(school_measures.numerator, county_measures.numerator)
                when 'reported'
                then claims.numerator
            end as numerator,
            case
                expected.judged_by
                when 'computed'
                then coalesce(school_measures.denominator, county_measures.denominator)
                when 'reported'
                then claims.denominator
            end as denominator,
            case
                when expected.judged_by = 'reported' and (claims.numerator is null or claims.denominator is null)
                then claims.value
            end as reported_value,
            school_measures.is_met as is_met_by_all,
            coalesce(school_measures.exclusion, county_measures.exclusion) as exclusion,
            coalesce(school_measures.gap, county_measures.gap) as measure_gap,
            claims.is_reported,
            coalesce(claims.is_quarantined, false) as is_claim_quarantined,
            claims.claimed_status,
            claims.due_year,
            claims.claimed_status = 'remediation' and claims.due_year >= expected.school_year as is_remediation_planned
        from expected
        left join
            school_measures
            on expected.school_year = school_measures.school_year
            and expected.county_code = school_measures.county_code
            and expected.indicator_id = school_measures.indicator_id
        left join
            county_measures
            on expected.school_year = county_measures.school_year
            and expected.county_code = county_measures.county_code
            and expected.indicator_id = county_measures.indicator_id
        left join
            claims
            on expected.school_year = claims.school_year
            and expected.county_code = claims.county_code
            and expected.indicator_id = claims.indicator_id
    ),

    gaps as (
        select
            *,
            case
                when is_claim_quarantined and judged_by <> 'computed'
                then 'row_quarantined'
                when judged_by = 'document_review'
                then case when claimed_status is null then 'no_county_fact' end
                when threshold is null
                then 'no_threshold'
                when judged_by = 'computed'
                then measure_gap
                when reported_value is not null
                then cast(null as string)
                when numerator is null and denominator is null and claimed_status is not null
                then 'claim_without_figures'
                when numerator is null and denominator is null
                then 'no_county_fact'
                when numerator is null
                then 'numerator_missing'
                when denominator is null
                then 'denominator_missing'
                when denominator = 0
                then 'denominator_zero'
            end as gap
        from figures
    ),

    judged as (
        select
            *,
            case
                when exclusion is not null
                then cast(null as boolean)
                when judged_by = 'document_review'
                then case when claimed_status = 'met' then true when claimed_status <> 'pending' then false end
                when is_by_school
                then is_met_by_all
                when gap is not null
                then cast(null as boolean)
                when reported_value is not null
                then {{ satisfies('reported_value', 'operator', 'threshold') }}
                else {{ satisfies('numerator * scale', 'operator', 'threshold * denominator') }}
            end as is_met
        from gaps
    ),

    concluded as (
        select
            *,
            -- a failure may have been planned to be remedied, in the row that was set aside
            judged_by = 'computed' and is_claim_quarantined and not is_met as is_plan_quarantined,
            -- schools that meet it are counted even when none could be judged: that is no figure yet
            reported_value is not null
            or (
                numerator is not null and denominator is not null and not (is_by_school and numerator = 0)
            ) as has_figures
        from judged
    ),

    stated as (
        select
            *,
            case
                when exclusion is not null
                then 'not_applicable'
                when judged_by = 'document_review' and claimed_status = 'pending'
                then 'pending'
                when gap is not null and claimed_status = 'pending' and not has_figures and is_met is null
                then 'pending'
                when gap is not null or is_plan_quarantined
                then 'no_data'
                when is_met
                then 'met'
                when not is_met and is_remediation_planned
                then 'remediation'
                when not is_met
                then 'not_met'
                else 'no_data'
            end as status
        from concluded
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(item_id as string) as item_id,
    cast(indicator_id as string) as indicator_id,
    cast(stage as string) as stage,
    cast(numerator as decimal(20, 4)) as numerator,
    cast(denominator as decimal(19, 2)) as denominator,
    cast(
        case
            when gap is not null
            then null
            else coalesce({{ nearest_double('reported_value') }}, {{ quotient('numerator * scale', 'denominator') }})
        end as double
    ) as value,
    cast(threshold as decimal(18, 6)) as threshold,
    cast(operator as string) as operator,
    cast(is_met as boolean) as is_met,
    cast(
        coalesce(not is_met and not coalesce(is_remediation_planned, is_plan_quarantined, false), false) as boolean
    ) as is_known_failure,
    cast(claimed_status as string) as claimed_status,
    cast(due_year as int) as due_year,
    cast(status as string) as status,
    cast(
        case
            status
            when 'not_applicable'
            then exclusion
            when 'no_data'
            then coalesce(gap, case when is_plan_quarantined then 'row_quarantined' end, 'item_not_computable')
        end as string
    ) as reason
from stated
