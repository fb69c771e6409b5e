{%- set movements = ["transfers_in", "transfers_out", "suspended", "resumed", "deaths"] -%}
with
    windows as (select * from {{ ref("int_retention_windows") }}),

    flows as (select * from {{ ref("int_retention_flows") }}),

    choices as (select * from {{ ref("int_choices") }}),

    steps as ({{ cohort_diagonal() }}),

    entrants_choices as (
        select school_year as graduated_in, county_code, value as entrants_basis
        from choices
        where choice_id = 'retention_entrants'
    ),

    cohort_flows as (
        select
            flows.school_year + steps.years_before as graduated_in,
            flows.county_code,
            flows.school_code,
            flows.grade,
            case
                when flows.grade <> 7
                then null
                when entrants_choices.entrants_basis = 'intake'
                then flows.entrants
                when entrants_choices.entrants_basis = 'grade_stock'
                then flows.pupils
            end as entrants,
            case when flows.grade = 9 then flows.graduates end as graduates,
            {%- for movement in movements %} flows.{{ movement }}{% if not loop.last %},{% endif %} {%- endfor %}
        from flows
        inner join steps on flows.grade = steps.grade
        left join
            entrants_choices
            on flows.school_year + steps.years_before = entrants_choices.graduated_in
            and flows.county_code = entrants_choices.county_code
    ),

    -- Once per school and once per county: a county sums its schools, whatever became of each of them.
    cohorts as (
        select
            graduated_in,
            county_code,
            school_code,
            case when count(*) filter (where grade = 7) = count(entrants) then sum(entrants) end as entrants,
            case when count(*) filter (where grade = 9) = count(graduates) then sum(graduates) end as graduates,
            {%- for movement in movements %}
                case when count(distinct grade) = 3 then {{ complete_sum(movement) }} end as {{ movement }}
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from cohort_flows
        group by grouping sets ((graduated_in, county_code, school_code), (graduated_in, county_code))
    )

select
    windows.graduated_in,
    windows.county_code,
    windows.school_code,
    -- what is left after rows were set aside is a part of the cohort
    {%- for component in ["graduates", "entrants"] + movements %}
        cast(
            case when coalesce(windows.reason, '') <> 'row_quarantined' then cohorts.{{ component }} end as bigint
        ) as {{ component }},
    {%- endfor %}
    windows.reason
from windows
left join
    cohorts
    on windows.graduated_in = cohorts.graduated_in
    and windows.county_code = cohorts.county_code
    and windows.school_code is not distinct from cohorts.school_code
