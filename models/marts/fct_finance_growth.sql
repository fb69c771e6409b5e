with
    -- The national rule; a county's own target for the same figures is judged among the county's targets.
    rules as (
        select *
        from {{ ref("int_thresholds") }}
        where
            indicator_id in ('budget_expenditure_growth', 'budget_expenditure_per_pupil_growth')
            and jurisdiction = 'CN'
            and case_id = 'ordinary'
    ),

    finance as (select * from {{ ref("stg_county_finance") }}),

    quarantined as (select * from {{ ref("int_quarantined_counties") }} where concern = 'county_finance'),

    compared as (
        select
            rules.school_year as fiscal_year,
            rules.county_code,
            rules.stage,
            rules.indicator_id,
            rules.operator,
            cast(rules.threshold as decimal(12, 4)) as threshold,
            rules.indicator_id = 'budget_expenditure_per_pupil_growth' as is_per_pupil,
            this_year.budget_expenditure_yuan as amount_yuan,
            last_year.budget_expenditure_yuan as previous_amount_yuan,
            this_year.pupils,
            last_year.pupils as previous_pupils,
            this_quarantined.detail is not null or last_quarantined.detail is not null as is_quarantined
        from rules
        left join
            finance as this_year
            on rules.school_year = this_year.fiscal_year
            and rules.county_code = this_year.county_code
            and rules.stage = this_year.stage
        left join
            finance as last_year
            on rules.school_year - 1 = last_year.fiscal_year
            and rules.county_code = last_year.county_code
            and rules.stage = last_year.stage
        left join
            quarantined as this_quarantined
            on rules.school_year = this_quarantined.school_year
            and rules.county_code = this_quarantined.county_code
            and rules.stage = this_quarantined.detail
        left join
            quarantined as last_quarantined
            on rules.school_year - 1 = last_quarantined.school_year
            and rules.county_code = last_quarantined.county_code
            and rules.stage = last_quarantined.detail
    ),

    explained as (
        select
            fiscal_year,
            county_code,
            stage,
            indicator_id,
            operator,
            threshold,
            is_per_pupil,
            amount_yuan,
            previous_amount_yuan,
            pupils,
            previous_pupils,
            case
                when is_quarantined
                then 'row_quarantined'
                when amount_yuan is null
                then 'no_county_finance'
                when previous_amount_yuan is null
                then 'no_previous_year'
                when is_per_pupil and (pupils is null or previous_pupils is null)
                then 'denominator_missing'
                when is_per_pupil and (pupils <= 0 or previous_pupils <= 0)
                then 'denominator_zero'
                when previous_amount_yuan <= 0
                then 'previous_amount_zero'
            end as reason
        from compared
    ),

    -- Amounts per pupil are compared crosswise, so that nothing is divided. The heads of a total are 1. Wide decimals:
    -- DuckDB multiplies two narrow ones into 18 digits.
    heads as (
        select
            fiscal_year,
            county_code,
            stage,
            indicator_id,
            operator,
            threshold,
            amount_yuan,
            previous_amount_yuan,
            pupils,
            previous_pupils,
            cast(case when is_per_pupil then pupils else 1 end as decimal(24, 0)) as heads,
            cast(case when is_per_pupil then previous_pupils else 1 end as decimal(24, 0)) as previous_heads,
            reason
        from explained
    ),

    terms as (
        select
            fiscal_year,
            county_code,
            stage,
            indicator_id,
            operator,
            threshold,
            amount_yuan,
            previous_amount_yuan,
            pupils,
            previous_pupils,
            cast(amount_yuan as decimal(38, 2)) * previous_heads as current_term,
            cast(previous_amount_yuan as decimal(38, 2)) * heads as previous_term,
            heads * previous_heads as scale_term,
            reason
        from heads
    ),

    judged as (
        select
            fiscal_year,
            county_code,
            stage,
            indicator_id,
            threshold,
            amount_yuan,
            previous_amount_yuan,
            pupils,
            previous_pupils,
            case
                when reason is null then {{ quotient("100 * (current_term - previous_term)", "previous_term") }}
            end as change_pct,
            case
                when reason is null
                then {{ satisfies("current_term - previous_term", "operator", "threshold * scale_term") }}
            end as is_met,
            reason
        from terms
    )

select
    cast(fiscal_year as int) as fiscal_year,
    cast(county_code as string) as county_code,
    cast(stage as string) as stage,
    cast(indicator_id as string) as indicator_id,
    cast(amount_yuan as decimal(18, 2)) as amount_yuan,
    cast(previous_amount_yuan as decimal(18, 2)) as previous_amount_yuan,
    cast(pupils as bigint) as pupils,
    cast(previous_pupils as bigint) as previous_pupils,
    cast({{ quotient("amount_yuan", "pupils") }} as double) as per_pupil_yuan,
    cast({{ quotient("previous_amount_yuan", "previous_pupils") }} as double) as previous_per_pupil_yuan,
    cast(change_pct as double) as change_pct,
    cast(threshold as decimal(18, 6)) as threshold,
    cast(is_met as boolean) as is_met,
    cast({{ status_of("is_met") }} as string) as status,
    cast(reason as string) as reason
from judged
