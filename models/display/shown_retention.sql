with
    retention as (select * from {{ ref('fct_retention') }}),
    formulas as (select * from {{ ref('retention_formulas') }}),
    thresholds as (
        select *
        from {{ ref('int_national_thresholds') }}
        where indicator_id = 'junior_retention_3y' and case_id = 'ordinary'
    ),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    judged as (
        select
            retention.*,
            2 as digits,
            thresholds.operator,
            {{ exact_decimal('retention.retention_pct') }} as exact_pct,
            case
                when retention.reason = 'row_quarantined'
                then 'set_aside'
                when retention.status in ('no_data', 'not_applicable')
                then retention.status
                when retention.is_met
                then 'met'
                else 'not_met'
            end as standing
        from retention
        left join
            thresholds
            on retention.graduated_in = thresholds.school_year
            and retention.county_code = thresholds.county_code
    )

select
    cast(judged.graduated_in as int) as graduated_in,
    cast(judged.county_code as string) as county_code,
    cast(judged.school_code as string) as school_code,
    cast(judged.formula as string) as formula,
    cast(formulas.position as int) as formula_position,
    formulas.name_zh as formula_zh,
    formulas.name_en as formula_en,
    formulas.status as formula_status,
    cast(judged.is_chosen as boolean) as is_chosen,
    cast(judged.choice_flips_verdict as boolean) as choice_flips_verdict,
    cast(judged.exceeds_100 as boolean) as exceeds_100,
    cast(judged.graduates as string) as graduates_shown,
    cast(judged.entrants as string) as entrants_shown,
    cast(judged.transfers_in as string) as transfers_in_shown,
    cast(judged.transfers_out as string) as transfers_out_shown,
    cast(judged.suspended as string) as suspended_shown,
    cast(judged.resumed as string) as resumed_shown,
    cast(judged.deaths as string) as deaths_shown,
    cast(judged.numerator as string) as numerator_shown,
    cast(judged.denominator as string) as denominator_shown,
    {{ shown_against('judged.exact_pct', 'judged.digits', [['judged.threshold', 'judged.operator', 'judged.is_met']]) }}
    as value_shown,
    '%' as unit_zh,
    '%' as unit_en,
    {{ plain_number('judged.threshold') }} as threshold_shown,
    limits.zh || ' ' || {{ plain_number('judged.threshold') }} || ' %' as limit_zh,
    limits.en || ' ' || {{ plain_number('judged.threshold') }} || ' %' as limit_en,
    cast(judged.standing as string) as standing,
    standings.sign as sign,
    standings.zh as standing_zh,
    standings.en as standing_en,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join formulas on judged.formula = formulas.formula_id
left join words as standings on standings.kind = 'standing' and judged.standing = standings.word
left join words as limits on limits.kind = 'limit' and judged.operator = limits.word
left join reasons on judged.reason = reasons.reason_id
