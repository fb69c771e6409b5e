with
    schools as (select * from {{ ref('dim_school') }} where school_code = institution_code),
    campuses as (select * from {{ ref('dim_school') }} where school_code <> institution_code),
    verdicts as (select * from {{ ref('shown_unit_verdict') }}),
    unit_indicators as (select * from {{ ref('fct_unit_indicator') }}),
    school_kinds as (select * from {{ ref('raw_codes') }} where table_name = 'schools' and column_name = 'school_kind'),
    ownerships as (select * from {{ ref('raw_codes') }} where table_name = 'schools' and column_name = 'ownership'),
    area_kinds as (select * from {{ ref('raw_codes') }} where table_name = 'schools' and column_name = 'area_kind'),
    words as (select * from {{ ref('display_words') }}),
    reasons as (select * from {{ ref('reasons') }}),

    counted_campuses as (
        select school_year, institution_code, count(*) as campuses from campuses group by school_year, institution_code
    ),

    -- the worst word over the stages of a school: a unit that could not be judged is never hidden by one that complies
    over_stages as (
        select
            school_year,
            school_code,
            count(*) as units,
            count(*) filter (where standing = 'set_aside') as set_aside,
            count(*) filter (where standing = 'no_data') as no_data,
            count(*) filter (where standing = 'not_met') as not_met,
            count(*) filter (where standing = 'met') as met
        from verdicts
        group by school_year, school_code
    ),

    worst as (
        select school_year, school_code, min(ratio_to_threshold) as worst_ratio
        from unit_indicators
        where status in ('pass', 'fail')
        group by school_year, school_code
    ),

    judged as (
        select
            schools.*,
            coalesce(counted_campuses.campuses, 0) as campuses,
            worst.worst_ratio,
            case
                when coalesce(over_stages.units, 0) = 0
                then 'not_applicable'
                when over_stages.set_aside > 0
                then 'set_aside'
                when over_stages.no_data > 0
                then 'no_data'
                when over_stages.not_met > 0
                then 'not_met'
                when over_stages.met > 0
                then 'met'
                else 'not_applicable'
            end as standing
        from schools
        left join
            counted_campuses
            on schools.school_year = counted_campuses.school_year
            and schools.school_code = counted_campuses.institution_code
        left join
            over_stages
            on schools.school_year = over_stages.school_year
            and schools.school_code = over_stages.school_code
        left join worst on schools.school_year = worst.school_year and schools.school_code = worst.school_code
    )

select
    cast(judged.school_year as int) as school_year,
    cast(judged.county_code as string) as county_code,
    cast(judged.school_code as string) as school_code,
    judged.county_name as county_name,
    judged.school_name as school_name,
    judged.township as township,
    cast(judged.school_kind as string) as school_kind,
    school_kinds.name_zh as school_kind_zh,
    school_kinds.name_en as school_kind_en,
    ownerships.name_zh as ownership_zh,
    ownerships.name_en as ownership_en,
    area_kinds.name_zh as area_kind_zh,
    area_kinds.name_en as area_kind_en,
    cast(judged.opened_year as string) as opened_year_shown,
    boarding.zh as boarding_zh,
    boarding.en as boarding_en,
    cast(judged.pupils as string) as pupils_shown,
    cast(judged.compulsory_pupils as string) as compulsory_pupils_shown,
    cast(judged.campuses as string) as campuses_shown,
    {{ standing_columns('judged') }},
    cast(judged.worst_ratio as double) as worst_ratio,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from judged
left join school_kinds on judged.school_kind = school_kinds.code
left join ownerships on judged.ownership = ownerships.code
left join area_kinds on judged.area_kind = area_kinds.code
left join
    {{ word_as('boarding', 'flag', "case when judged.is_boarding then 'true' when not judged.is_boarding then 'false' end") }}
left join {{ word_as('standings', 'standing', 'judged.standing') }}
left join reasons on judged.exclusion_reason = reasons.reason_id
