{%- set counts = [
    "entrants",
    "graduates",
    "transfers_in",
    "transfers_out",
    "suspended",
    "resumed",
    "deaths",
] -%}
with
    enrolment as (select * from {{ ref("stg_enrolment") }}),

    sites as (select * from {{ ref("int_sites") }}),

    junior_grades as (
        select
            enrolment.school_year,
            sites.county_code,
            sites.school_code,
            sites.site_code,
            enrolment.grade,
            enrolment.pupils,
            {%- for count in counts %} enrolment.{{ count }},{% endfor %}
            enrolment.pupils = 0
            {%- for count in counts %} and coalesce(enrolment.{{ count }}, 0) = 0{% endfor %} as is_empty
        from enrolment
        inner join sites on enrolment.school_year = sites.school_year and enrolment.school_code = sites.site_code
        where enrolment.stage = 'junior' and enrolment.grade between 7 and 9
    ),

    -- A grade that is reported to have no pupil and reports no movement had none: its blanks are zeros, the only ones
    -- that are.
    final as (
        select
            cast(school_year as int) as school_year,
            cast(county_code as string) as county_code,
            cast(school_code as string) as school_code,
            cast(site_code as string) as site_code,
            cast(grade as int) as grade,
            coalesce(is_empty, false) as is_empty,
            cast(pupils as bigint) as pupils,
            {%- for count in counts %}
                cast(case when is_empty then 0 else {{ count }} end as bigint) as {{ count }}
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from junior_grades
    )

select
    school_year,
    county_code,
    school_code,
    site_code,
    grade,
    is_empty,
    pupils,
    {%- for count in counts %} {{ count }}{% if not loop.last %},{% endif %} {%- endfor %}
from final
