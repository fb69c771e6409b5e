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
            coalesce(over_limit.coefficients_over, 0) as coefficients_over
        from verdicts
        left join
            over_limit
            on verdicts.school_year = over_limit.school_year
            and verdicts.county_code = over_limit.county_code
    ),

    worded as (
        select
            verdicts.*,
            resources.zh as resources_zh,
            resources.en as resources_en,
            limits.zh as coefficients_zh,
            limits.en as coefficients_en,
            county_words.sign,
            county_words.zh as verdict_zh,
            county_words.en as verdict_en,
            (
                cast(verdicts.school_year as string) || '-' || cast(verdicts.school_year + 1 as string)
            ) as school_year_shown,
            reasons.name_zh as reason_zh,
            reasons.name_en as reason_en,
            social.zh as social_zh,
            social.en as social_en,
            veto.zh as veto_zh,
            veto.en as veto_en,
            application.zh as application_zh,
            application.en as application_en
        from judged as verdicts
        left join
            words as resources
            on resources.kind = 'standing'
            and resources.word = case
                when verdicts.units_not_compliant > 0
                then 'not_met'
                when verdicts.units = 0 or verdicts.units_compliant < verdicts.units
                then 'no_data'
                else 'met'
            end
        left join
            words as limits
            on limits.kind = 'standing'
            and limits.word = case
                when verdicts.coefficients_over > 0
                then 'not_met'
                when verdicts.coefficients = 0 or verdicts.coefficients_met < verdicts.coefficients
                then 'no_data'
                else 'met'
            end
        left join words as county_words on county_words.kind = 'county_verdict' and verdicts.verdict = county_words.word
        left join words as social on social.kind = 'standing' and verdicts.social_status = social.word
        left join words as veto on veto.kind = 'standing' and verdicts.veto_status = veto.word
        left join
            words as application on application.kind = 'standing' and verdicts.application_status = application.word
        left join reasons on verdicts.reason = reasons.reason_id
    )

select
    cast(school_year as int) as school_year,
    cast(county_code as string) as county_code,
    school_year_shown as school_year_shown,
    (cast(school_year as string) || '-09-01') as stock_date_shown,
    county_name as county_name,
    cast(verdict as string) as verdict,
    sign as sign,
    verdict_zh as verdict_zh,
    verdict_en as verdict_en,
    (
        coalesce(county_name, county_code)
        || ' '
        || school_year_shown
        || ' 学年：'
        || verdict_zh
        || '。参评单元 '
        || cast(units as string)
        || ' 个，达标 '
        || cast(units_compliant as string)
        || ' 个'
        || case when units_no_data > 0 then ('，缺数据 ' || cast(units_no_data as string) || ' 个') else '' end
        || '；校际差异系数 '
        || cast(coefficients as string)
        || ' 个，'
        || cast(coefficients_met as string)
        || ' 个不超过限值'
        || case
            when coefficients - coefficients_met - coefficients_over > 0
            then '，' || cast(coefficients - coefficients_met - coefficients_over as string) || ' 个缺数据'
            else ''
        end
        || '。'
    ) as headline_zh,
    (
        coalesce(county_name, county_code)
        || ', school year '
        || school_year_shown
        || ': '
        || verdict_en
        || '. '
        || cast(units_compliant as string)
        || ' of '
        || cast(units as string)
        || ' units comply'
        || case when units_no_data > 0 then (', ' || cast(units_no_data as string) || ' lack data') else '' end
        || '; '
        || cast(coefficients_met as string)
        || ' of '
        || cast(coefficients as string)
        || ' coefficients are within their limits'
        || case
            when coefficients - coefficients_met - coefficients_over > 0
            then ', ' || cast(coefficients - coefficients_met - coefficients_over as string) || ' lack data'
            else ''
        end
        || '.'
    ) as headline_en,
    cast(units as string) as units_shown,
    cast(units_compliant as string) as units_compliant_shown,
    cast(units_not_compliant as string) as units_not_compliant_shown,
    cast(units_no_data as string) as units_no_data_shown,
    cast(units_excluded as string) as units_excluded_shown,
    cast(coefficients as string) as coefficients_shown,
    cast(coefficients_met as string) as coefficients_met_shown,
    cast(coefficients_over as string) as coefficients_over_shown,
    cast(government_met as string) as government_met_shown,
    cast(government_not_met as string) as government_not_met_shown,
    cast(government_remediation as string) as government_remediation_shown,
    cast(government_pending as string) as government_pending_shown,
    cast(government_no_data as string) as government_no_data_shown,
    cast(government_not_applicable as string) as government_not_applicable_shown,
    cast(quality_met as string) as quality_met_shown,
    cast(quality_not_met as string) as quality_not_met_shown,
    cast(quality_remediation as string) as quality_remediation_shown,
    cast(quality_pending as string) as quality_pending_shown,
    cast(quality_no_data as string) as quality_no_data_shown,
    cast(quality_not_applicable as string) as quality_not_applicable_shown,
    resources_zh as resources_zh,
    resources_en as resources_en,
    coefficients_zh as coefficients_zh,
    coefficients_en as coefficients_en,
    social_zh as social_zh,
    social_en as social_en,
    veto_zh as veto_zh,
    veto_en as veto_en,
    application_zh as application_zh,
    application_en as application_en,
    reason_zh as reason_zh,
    reason_en as reason_en
from worded
