{%- set school_measures = {
    "public_funds_budget": {"amount": "public_funds_budget_yuan", "pupils": "pupils"},
    "public_funds_spend": {"amount": "public_funds_spend_yuan", "pupils": "pupils"},
    "total_spend": {"amount": "total_spend_yuan", "pupils": "all_pupils"},
} -%}
with
    county_years as (select * from {{ ref("int_county_years") }}),

    school_funds as (select * from {{ ref("int_school_funds") }}),

    finance as (select * from {{ ref("stg_county_finance") }}),

    -- a school whose row was set aside may be a special one
    quarantined_registers as ({{ quarantined_counties(["school"]) }}),

    quarantined_finance as (
        select distinct school_year as fiscal_year, county_code, detail as stage
        from {{ ref("int_quarantined_counties") }}
        where concern = 'county_finance'
    ),

    -- One row per school and measure. Only the budget is held against a requirement.
    school_measures as (
        {%- for measure, source in school_measures.items() %}
            select
                fiscal_year,
                county_code,
                school_code,
                case when school_kind = 'special' then 'special' else 'all' end as stage,
                '{{ measure }}' as measure,
                {{ measure == "public_funds_budget" }} as is_judged,
                {{ source["amount"] }} as amount_yuan,
                {{ source["pupils"] }} as pupils,
                is_quarantined,
                {%- if measure == "public_funds_budget" %} pupils_counted, boarders, quota_yuan, required_yuan
                {%- else %}
                    cast(null as bigint) as pupils_counted,
                    cast(null as bigint) as boarders,
                    cast(null as decimal(18, 2)) as quota_yuan,
                    cast(null as decimal(18, 2)) as required_yuan
                {%- endif %}
            from school_funds
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    schools as (
        select
            fiscal_year,
            county_code,
            school_code,
            stage,
            measure,
            is_judged,
            amount_yuan,
            pupils,
            required_yuan,
            pupils_counted,
            boarders,
            case
                when pupils = 0
                then 'no_pupils'
                when is_quarantined
                then 'row_quarantined'
                when pupils is null
                then 'no_enrolment'
                when amount_yuan is null
                then 'no_funding'
                when is_judged and boarders is null
                then 'no_boarders'
                when is_judged and required_yuan is null
                then 'no_quota'
            end as reason
        from school_measures
    ),

    -- The rows that a county has whatever was handed in: all schools by measure, and the budget of its special schools.
    county_frame as (
        {%- for measure in school_measures %}
            select
                school_year as fiscal_year,
                county_code,
                'all' as stage,
                '{{ measure }}' as measure,
                {{ measure == "public_funds_budget" }} as is_judged
            from county_years
            union all
        {%- endfor %}
        select school_year as fiscal_year, county_code, 'special' as stage, 'public_funds_budget' as measure, true
        from county_years
    ),

    -- A county is tested on quota × pupils by stage, without floors and boarders; a school without pupils takes no
    -- part.
    county_sums as (
        select
            county_frame.fiscal_year,
            county_frame.county_code,
            county_frame.stage,
            county_frame.measure,
            count(*) as schools,
            count(*) filter (where school_measures.is_quarantined) as quarantined_schools,
            count(school_measures.pupils) as schools_with_pupils,
            count(school_measures.amount_yuan) as schools_with_amount,
            {{ complete_sum("school_measures.amount_yuan") }} as amount_yuan,
            {{ complete_sum("school_measures.pupils") }} as pupils,
            {{ complete_sum("school_measures.quota_yuan") }} as required_yuan
        from county_frame
        inner join
            school_measures
            on county_frame.fiscal_year = school_measures.fiscal_year
            and county_frame.county_code = school_measures.county_code
            and county_frame.measure = school_measures.measure
            and (county_frame.stage = 'all' or county_frame.stage = school_measures.stage)
        where school_measures.pupils is null or school_measures.pupils > 0
        group by county_frame.fiscal_year, county_frame.county_code, county_frame.stage, county_frame.measure
    ),

    counties as (
        select
            county_frame.fiscal_year,
            county_frame.county_code,
            cast(null as string) as school_code,
            county_frame.stage,
            county_frame.measure,
            county_frame.is_judged,
            county_sums.amount_yuan,
            county_sums.pupils,
            county_sums.required_yuan,
            case when county_frame.is_judged then county_sums.pupils end as pupils_counted,
            cast(null as bigint) as boarders,
            case
                when county_sums.quarantined_schools > 0 or quarantined_registers.county_code is not null
                then 'row_quarantined'
                when county_sums.schools is null and county_frame.stage = 'special'
                then 'no_special_school'
                when coalesce(county_sums.schools_with_pupils, 0) = 0
                then 'no_enrolment'
                when county_sums.schools_with_amount = 0
                then 'no_funding'
                when
                    county_sums.schools_with_pupils < county_sums.schools
                    or county_sums.schools_with_amount < county_sums.schools
                then 'school_without_data'
                when county_frame.is_judged and county_sums.required_yuan is null
                then 'no_quota'
            end as reason
        from county_frame
        left join
            county_sums
            on county_frame.fiscal_year = county_sums.fiscal_year
            and county_frame.county_code = county_sums.county_code
            and county_frame.stage = county_sums.stage
            and county_frame.measure = county_sums.measure
        left join
            quarantined_registers
            on county_frame.fiscal_year = quarantined_registers.school_year
            and county_frame.county_code = quarantined_registers.county_code
    ),

    -- Distinct by union: the stages that every county reports, and whatever else it reported.
    finance_frame as (
        select school_year as fiscal_year, county_code, 'all' as stage
        from county_years
        union
        select school_year as fiscal_year, county_code, 'primary' as stage
        from county_years
        union
        select school_year as fiscal_year, county_code, 'junior' as stage
        from county_years
        union
        select county_years.school_year as fiscal_year, county_years.county_code, finance.stage
        from county_years
        inner join
            finance on county_years.school_year = finance.fiscal_year and county_years.county_code = finance.county_code
    ),

    budget_expenditure as (
        select
            finance_frame.fiscal_year,
            finance_frame.county_code,
            cast(null as string) as school_code,
            finance_frame.stage,
            'budget_expenditure' as measure,
            false as is_judged,
            finance.budget_expenditure_yuan as amount_yuan,
            finance.pupils,
            cast(null as decimal(18, 2)) as required_yuan,
            cast(null as bigint) as pupils_counted,
            cast(null as bigint) as boarders,
            case
                when quarantined_finance.county_code is not null
                then 'row_quarantined'
                when finance.budget_expenditure_yuan is null
                then 'no_county_finance'
                when finance.pupils is null
                then 'denominator_missing'
                when finance.pupils = 0
                then 'no_pupils'
            end as reason
        from finance_frame
        left join
            finance
            on finance_frame.fiscal_year = finance.fiscal_year
            and finance_frame.county_code = finance.county_code
            and finance_frame.stage = finance.stage
        left join
            quarantined_finance
            on finance_frame.fiscal_year = quarantined_finance.fiscal_year
            and finance_frame.county_code = quarantined_finance.county_code
            and finance_frame.stage = quarantined_finance.stage
    ),

    measured as (
        {%- for relation in ["schools", "counties", "budget_expenditure"] %}
            select
                fiscal_year,
                county_code,
                school_code,
                stage,
                measure,
                is_judged,
                amount_yuan,
                pupils,
                required_yuan,
                pupils_counted,
                boarders,
                reason
            from {{ relation }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    judged as (
        select
            fiscal_year,
            county_code,
            school_code,
            stage,
            measure,
            amount_yuan,
            pupils,
            required_yuan,
            pupils_counted,
            boarders,
            case when is_judged and reason is null then amount_yuan >= required_yuan end as is_met,
            case
                when reason in ('no_pupils', 'no_special_school')
                then 'not_applicable'
                when reason is not null
                then 'no_data'
                when not is_judged
                then 'not_applicable'
            end as unjudged,
            case when reason is null and not is_judged then 'no_standard' else reason end as reason
        from measured
    )

select
    cast(fiscal_year as int) as fiscal_year,
    cast(county_code as string) as county_code,
    cast(school_code as string) as school_code,
    cast(stage as string) as stage,
    cast(measure as string) as measure,
    cast(amount_yuan as decimal(18, 2)) as amount_yuan,
    cast(pupils as bigint) as pupils,
    cast({{ quotient("amount_yuan", "pupils") }} as double) as per_pupil_yuan,
    cast(required_yuan as decimal(18, 2)) as required_yuan,
    cast({{ quotient("required_yuan", "pupils") }} as double) as required_per_pupil,
    cast(pupils_counted as bigint) as pupils_counted,
    cast(boarders as bigint) as boarders,
    cast(is_met as boolean) as is_met,
    cast(case when is_met then 0 when not is_met then required_yuan - amount_yuan end as decimal(18, 2)) as gap_yuan,
    cast(coalesce(unjudged, {{ status_of("is_met") }}) as string) as status,
    cast(reason as string) as reason
from judged
