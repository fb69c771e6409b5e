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
            '%' as unit_zh,
            '%' as unit_en,
            thresholds.operator,
            {{ exact_decimal('retention.retention_pct') }} as exact_pct,
            {{ standing_of('retention') }} as standing
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
    judged.unit_zh as unit_zh,
    judged.unit_en as unit_en,
    {{ plain_number('judged.threshold') }} as threshold_shown,
    {{ limit_columns(plain_number('judged.threshold'), 'judged') }},
    {{ standing_columns('judged') }},
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join formulas on judged.formula = formulas.formula_id
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join {{ word_as('limits', 'limit', 'judged.operator') }}
left join reasons on judged.reason = reasons.reason_id
