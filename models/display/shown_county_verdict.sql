with
    verdicts as (select * from {{ ref('fct_county_verdict') }}),
    differences as (select * from {{ ref('fct_county_difference') }}),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    over_limit as (
        select school_year, county_code, count(*) as coefficients_over
        from differences
        where not is_met
        group by school_year, county_code
    ),

    judged as (
        select
            verdicts.*,
            (verdicts.six_met_other_below_floor + verdicts.five_met + verdicts.fewer_than_five) as units_not_compliant,
            coalesce(over_limit.coefficients_over, 0) as coefficients_over,
            verdicts.coefficients
            - verdicts.coefficients_met
            - coalesce(over_limit.coefficients_over, 0) as coefficients_no_data,
            coalesce(verdicts.county_name, verdicts.county_code) as county_shown,
            cast(verdicts.school_year as string) || '-' || cast(verdicts.school_year + 1 as string) as school_year_shown
        from verdicts
        left join
            over_limit
            on verdicts.school_year = over_limit.school_year
            and verdicts.county_code = over_limit.county_code
    ),

    worded as (
        select
            judged.*,
            case
                when judged.units_not_compliant > 0
                then 'not_met'
                when judged.units = 0 or judged.units_compliant < judged.units
                then 'no_data'
                else 'met'
            end as resources_standing,
            case
                when judged.coefficients_over > 0
                then 'not_met'
                when judged.coefficients = 0 or judged.coefficients_met < judged.coefficients
                then 'no_data'
                else 'met'
            end as coefficients_standing
        from judged
    )

select
    cast(worded.school_year as int) as school_year,
    cast(worded.county_code as string) as county_code,
    worded.school_year_shown as school_year_shown,
    cast(worded.school_year as string) || '-09-01' as stock_date_shown,
    worded.county_name as county_name,
    cast(worded.verdict as string) as verdict,
    verdicts_of_counties.sign as sign,
    verdicts_of_counties.zh as verdict_zh,
    verdicts_of_counties.en as verdict_en,
    worded.county_shown
    || ' '
    || worded.school_year_shown
    || ' 学年：'
    || verdicts_of_counties.zh
    || '。参评单元 '
    || cast(worded.units as string)
    || ' 个，达标 '
    || cast(worded.units_compliant as string)
    || ' 个'
    || {{ if_any('worded.units_no_data', '，缺数据 ', ' 个') }}
    || '；校际差异系数 '
    || cast(worded.coefficients as string)
    || ' 个，'
    || cast(worded.coefficients_met as string)
    || ' 个不超过限值'
    || {{ if_any('worded.coefficients_no_data', '，', ' 个缺数据') }}
    || '。' as headline_zh,
    worded.county_shown
    || ', school year '
    || worded.school_year_shown
    || ': '
    || verdicts_of_counties.en
    || '. '
    || cast(worded.units_compliant as string)
    || ' of '
    || cast(worded.units as string)
    || ' units comply'
    || {{ if_any('worded.units_no_data', ', ', ' lack data') }}
    || '; '
    || cast(worded.coefficients_met as string)
    || ' of '
    || cast(worded.coefficients as string)
    || ' coefficients are within their limits'
    || {{ if_any('worded.coefficients_no_data', ', ', ' lack data') }}
    || '.' as headline_en,
    cast(worded.units as string) as units_shown,
    cast(worded.units_compliant as string) as units_compliant_shown,
    cast(worded.units_not_compliant as string) as units_not_compliant_shown,
    cast(worded.units_no_data as string) as units_no_data_shown,
    cast(worded.units_excluded as string) as units_excluded_shown,
    cast(worded.coefficients as string) as coefficients_shown,
    cast(worded.coefficients_met as string) as coefficients_met_shown,
    cast(worded.coefficients_over as string) as coefficients_over_shown,
    cast(worded.coefficients_no_data as string) as coefficients_no_data_shown,
    {% for group in ('government', 'quality') -%}
        {% for standing in ('met', 'not_met', 'remediation', 'pending', 'no_data', 'not_applicable') -%}
            cast(worded.{{ group }}_{{ standing }} as string) as {{ group }}_{{ standing }}_shown,
        {% endfor -%}
    {% endfor -%}
    resources.zh as resources_zh,
    resources.en as resources_en,
    coefficients.zh as coefficients_zh,
    coefficients.en as coefficients_en,
    social.zh as social_zh,
    social.en as social_en,
    veto.zh as veto_zh,
    veto.en as veto_en,
    application.zh as application_zh,
    application.en as application_en,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from worded
left join {{ word_as('resources', 'standing', 'worded.resources_standing') }}
left join {{ word_as('coefficients', 'standing', 'worded.coefficients_standing') }}
left join {{ word_as('verdicts_of_counties', 'county_verdict', 'worded.verdict') }}
left join {{ word_as('social', 'standing', 'worded.social_status') }}
left join {{ standing_as('veto', "'veto'", 'worded.veto_status') }}
left join {{ word_as('application', 'standing', 'worded.application_status') }}
left join reasons on worded.reason = reasons.reason_id
