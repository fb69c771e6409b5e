with
    thresholds as (select * from {{ ref('int_thresholds') }}),
    indicators as (select * from {{ ref('indicators') }}),
    school_items as (select * from {{ ref('fct_school_item') }}),
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    measures as (select * from {{ ref('int_county_measures') }}),
    finance_growth as (select * from {{ ref('fct_finance_growth') }}),
    claims as (select * from {{ ref('int_county_claims') }}),
    facts as (select * from {{ ref('stg_county_facts') }}),
    quarantined as (select * from {{ ref('int_quarantined_counties') }}),
    quarantined_registers as (select * from quarantined where concern = 'school'),
    quarantined_facts as (select * from quarantined where concern = 'county_facts'),

    targets as (
        select
            thresholds.school_year,
            thresholds.county_code,
            thresholds.standard_id,
            thresholds.indicator_id,
            thresholds.stage,
            thresholds.operator,
            thresholds.threshold,
            thresholds.valid_from,
            indicators.judged_by,
            cast(indicators.scale as int) as scale,
            indicators.level in ('unit', 'site', 'institution') and indicators.judged_by = 'computed' as is_by_school,
            indicators.grp = 'finance' as is_growth
        from thresholds
        inner join indicators on thresholds.indicator_id = indicators.indicator_id
        where
            thresholds.case_id = 'ordinary'
            -- the county's own, and what the state asks of a county beside the evaluation standard
            and (
                thresholds.jurisdiction = thresholds.county_code
                or (
                    thresholds.standard_id <> '{{ var("evaluation_standard") }}'
                    and indicators.level = 'county'
                    and indicators.grp <> 'finance'
                )
            )
    ),

    school_figures as (
        select school_year, county_code, indicator_id, stage, case_id, numerator, denominator, value, status, reason
        from school_items
        union all
        select
            school_year,
            county_code,
            indicator_id,
            stage,
            'ordinary' as case_id,
            cast(numerator as decimal(20, 4)) as numerator,
            cast(denominator as decimal(19, 2)) as denominator,
            value,
            status,
            reason
        from unit_indicators
    ),

    -- A target for schools holds when every school reaches it, an exempted one the limit of its exemption.
    school_judged as (
        select
            targets.school_year,
            targets.county_code,
            targets.standard_id,
            targets.indicator_id,
            targets.stage,
            school_figures.status,
            school_figures.reason,
            school_figures.value,
            case
                when school_figures.denominator is null
                then
                    {{ satisfies('school_figures.numerator', 'targets.operator', 'coalesce(cases.threshold, targets.threshold)') }}
                else
                    {{
                        satisfies(
                            'school_figures.numerator * targets.scale',
                            'targets.operator',
                            'coalesce(cases.threshold, targets.threshold) * school_figures.denominator',
                        )
                    }}
            end as is_met
        from targets
        inner join
            school_figures
            on targets.school_year = school_figures.school_year
            and targets.county_code = school_figures.county_code
            and targets.indicator_id = school_figures.indicator_id
            and targets.stage = school_figures.stage
        left join
            thresholds as cases
            on targets.school_year = cases.school_year
            and targets.county_code = cases.county_code
            and targets.standard_id = cases.standard_id
            and targets.indicator_id = cases.indicator_id
            and targets.stage = cases.stage
            and school_figures.case_id = cases.case_id
        where targets.is_by_school and school_figures.status <> 'not_applicable'
    ),

    school_extremes as (
        select
            school_judged.school_year,
            school_judged.county_code,
            school_judged.standard_id,
            school_judged.indicator_id,
            school_judged.stage,
            count(*) filter (where school_judged.status in ('no_data', 'error')) as without_data,
            count(*) filter (where school_judged.reason = 'row_quarantined') as quarantined,
            count(*) filter (where not school_judged.is_met) = 0 as is_met,
            min(school_judged.value) as lowest,
            max(school_judged.value) as highest
        from school_judged
        group by
            school_judged.school_year,
            school_judged.county_code,
            school_judged.standard_id,
            school_judged.indicator_id,
            school_judged.stage
    ),

    growth_factors as (
        select
            fiscal_year,
            county_code,
            indicator_id,
            stage,
            reason,
            cast(amount_yuan as decimal(18, 2)) as amount_yuan,
            cast(previous_amount_yuan as decimal(18, 2)) as previous_amount_yuan,
            cast(
                case when indicator_id = 'budget_expenditure_per_pupil_growth' then pupils else 1 end as decimal(12, 0)
            ) as heads,
            cast(
                case
                    when indicator_id = 'budget_expenditure_per_pupil_growth' then previous_pupils else 1
                end as decimal(12, 0)
            ) as previous_heads
        from finance_growth
    ),

    -- Growth in yuan, or in yuan per pupil, multiplied crosswise: a/p - b/q against t is a*q - b*p against t*p*q.
    growth as (
        select
            fiscal_year,
            county_code,
            indicator_id,
            stage,
            reason,
            amount_yuan * previous_heads - previous_amount_yuan * heads as growth_term,
            heads * previous_heads as scale_term,
            {{ quotient('amount_yuan', 'heads') }}
            - {{ quotient('previous_amount_yuan', 'previous_heads') }} as growth_yuan
        from growth_factors
    ),

    -- The county's own figure for a stage may be reported under the indicator's name alone or with the stage behind it.
    reported as (
        select
            targets.school_year,
            targets.county_code,
            targets.standard_id,
            targets.indicator_id,
            targets.stage,
            claims.numerator,
            claims.denominator,
            coalesce(staged.value, claims.value) as reported_value,
            claims.claimed_status,
            claims.is_quarantined or quarantined_facts.detail is not null as is_quarantined
        from targets
        left join
            claims
            on targets.school_year = claims.school_year
            and targets.county_code = claims.county_code
            and targets.indicator_id = claims.indicator_id
        left join
            facts as staged
            on targets.school_year = staged.school_year
            and targets.county_code = staged.county_code
            and (targets.indicator_id || '_' || targets.stage) = staged.fact_id
        left join
            quarantined_facts
            on targets.school_year = quarantined_facts.school_year
            and targets.county_code = quarantined_facts.county_code
            and (targets.indicator_id || '_' || targets.stage) = quarantined_facts.detail
    ),

    figures as (
        select
            targets.school_year,
            targets.county_code,
            targets.standard_id,
            targets.indicator_id,
            targets.stage,
            targets.operator,
            targets.threshold,
            targets.valid_from,
            case
                when targets.is_by_school
                then
                    case
                        when targets.operator in ('<=', '<') then school_extremes.highest else school_extremes.lowest
                    end
                when targets.is_growth
                then growth.growth_yuan
                when targets.judged_by = 'computed'
                then {{ quotient('measures.numerator * targets.scale', 'measures.denominator') }}
                else
                    coalesce(
                        {{ quotient('reported.numerator * targets.scale', 'reported.denominator') }},
                        {{ nearest_double('reported.reported_value') }}
                    )
            end as value,
            case
                when targets.is_by_school
                then school_extremes.is_met
                when targets.is_growth
                then
                    {{
                        satisfies(
                            'growth.growth_term',
                            'targets.operator',
                            'cast(targets.threshold as decimal(12, 4)) * growth.scale_term',
                        )
                    }}
                when targets.judged_by = 'computed'
                then
                    {{
                        satisfies(
                            'measures.numerator * targets.scale',
                            'targets.operator',
                            'targets.threshold * measures.denominator',
                        )
                    }}
                when reported.numerator is not null and reported.denominator is not null
                then
                    {{
                        satisfies(
                            'reported.numerator * targets.scale',
                            'targets.operator',
                            'targets.threshold * reported.denominator',
                        )
                    }}
                else {{ satisfies('reported.reported_value', 'targets.operator', 'targets.threshold') }}
            end as is_met,
            case
                when targets.is_by_school
                then
                    case
                        when quarantined_registers.county_code is not null or school_extremes.quarantined > 0
                        then 'row_quarantined'
                        when school_extremes.school_year is null
                        then 'no_units'
                        when school_extremes.without_data > 0
                        then 'school_without_data'
                    end
                when targets.is_growth
                then case when growth.county_code is null then 'no_county_finance' else growth.reason end
                when targets.judged_by = 'computed'
                then case when measures.county_code is null then 'item_not_computable' else measures.gap end
                when reported.is_quarantined
                then 'row_quarantined'
                when reported.numerator is not null and reported.denominator is not null
                then case when reported.denominator = 0 then 'denominator_zero' end
                when reported.reported_value is not null
                then cast(null as string)
                when reported.numerator is not null
                then 'denominator_missing'
                when reported.denominator is not null
                then 'numerator_missing'
                when reported.claimed_status is not null
                then 'claim_without_figures'
                else 'no_county_fact'
            end as gap,
            measures.exclusion
        from targets
        left join
            quarantined_registers
            on targets.school_year = quarantined_registers.school_year
            and targets.county_code = quarantined_registers.county_code
        left join
            school_extremes
            on targets.school_year = school_extremes.school_year
            and targets.county_code = school_extremes.county_code
            and targets.standard_id = school_extremes.standard_id
            and targets.indicator_id = school_extremes.indicator_id
            and targets.stage = school_extremes.stage
        left join
            growth
            on targets.school_year = growth.fiscal_year
            and targets.county_code = growth.county_code
            and targets.indicator_id = growth.indicator_id
            and targets.stage = growth.stage
        left join
            measures
            on targets.school_year = measures.school_year
            and targets.county_code = measures.county_code
            and targets.indicator_id = measures.indicator_id
        left join
            reported
            on targets.school_year = reported.school_year
            and targets.county_code = reported.county_code
            and targets.standard_id = reported.standard_id
            and targets.indicator_id = reported.indicator_id
            and targets.stage = reported.stage
    ),

    judged as (
        select
            *,
            case
                when exclusion is not null
                then 'not_applicable'
                when gap is not null or is_met is null
                then 'no_data'
                when is_met
                then 'met'
                else 'not_met'
            end as status
        from figures
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    cast(standard_id as string) as standard_id,
    cast(indicator_id as string) as indicator_id,
    cast(stage as string) as stage,
    cast(case when status in ('met', 'not_met') then value end as double) as value,
    cast(operator as string) as operator,
    cast(threshold as decimal(18, 6)) as threshold,
    cast(valid_from as date) as due_on,
    cast(status as string) as status,
    cast(
        case
            status when 'not_applicable' then exclusion when 'no_data' then coalesce(gap, 'item_not_computable')
        end as string
    ) as reason
from judged
