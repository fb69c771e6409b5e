with
    verdicts as (select * from {{ ref('fct_unit_verdict') }}),
    classes as (
        select *, case when is_compliant then 'met' else 'not_met' end as standing from {{ ref('verdict_classes') }}
    ),
    words as (select * from {{ ref('display_words') }}),

    places as (
        select distinct school_year, county_code, stage
        from verdicts
        union
        select distinct school_year, county_code, 'all' as stage
        from verdicts
    ),

    counted as (
        select school_year, county_code, stage, verdict_class, count(*) as units
        from verdicts
        where verdict_class is not null
        group by school_year, county_code, stage, verdict_class
        union all
        select school_year, county_code, 'all' as stage, verdict_class, count(*) as units
        from verdicts
        where verdict_class is not null
        group by school_year, county_code, verdict_class
    )

select
    cast(places.school_year as int) as school_year,
    cast(places.county_code as string) as county_code,
    cast(places.stage as string) as stage,
    cast(classes.class_id as string) as verdict_class,
    cast(classes.position as int) as class_position,
    stages.zh as stage_zh,
    stages.en as stage_en,
    classes.name_zh as class_zh,
    classes.name_en as class_en,
    cast(classes.is_compliant as boolean) as is_compliant,
    standings.sign as sign,
    cast(classes.met_min as string) as met_min_shown,
    cast(classes.met_max as string) as met_max_shown,
    cast(coalesce(counted.units, 0) as string) as units_shown
from places
cross join classes
left join
    counted
    on places.school_year = counted.school_year
    and places.county_code = counted.county_code
    and places.stage = counted.stage
    and classes.class_id = counted.verdict_class
left join {{ word_as('stages', 'stage', 'places.stage') }}
left join {{ word_as('standings', 'standing', 'classes.standing') }}
