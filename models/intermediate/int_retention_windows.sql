with
    county_years as (select * from {{ ref("int_county_years") }}),

    sites as (select * from {{ ref("int_sites") }}),

    flows as (select * from {{ ref("int_retention_flows") }}),

    steps as ({{ cohort_diagonal() }}),

    quarantined_schools as (select * from {{ ref("int_quarantined_schools") }} where concern = 'cohort'),

    quarantined_counties as (select * from {{ ref("int_quarantined_counties") }} where concern = 'cohort'),

    cohort_years as (
        select
            county_years.school_year as graduated_in,
            county_years.county_code,
            county_years.school_year - steps.years_before as school_year,
            steps.grade
        from county_years
        cross join steps
    ),

    county_coverage as (
        select
            cohort_years.graduated_in,
            cohort_years.county_code,
            count(*) = count(county_years.county_code) as is_covered
        from cohort_years
        left join
            county_years
            on cohort_years.county_code = county_years.county_code
            and cohort_years.school_year = county_years.school_year
        group by cohort_years.graduated_in, cohort_years.county_code
    ),

    -- Distinct: a site carries the cohort in up to three years.
    cohort_sites as (
        select distinct cohort_years.graduated_in, cohort_years.county_code, flows.school_code, flows.site_code
        from cohort_years
        inner join
            flows
            on cohort_years.county_code = flows.county_code
            and cohort_years.school_year = flows.school_year
            and cohort_years.grade = flows.grade
        where not flows.is_empty
    ),

    -- Distinct: one row per site with pupils in any of the three grades in the year of graduation.
    present_sites as (
        select distinct county_years.school_year as graduated_in, county_years.county_code, flows.school_code
        from county_years
        inner join
            flows on county_years.county_code = flows.county_code and county_years.school_year = flows.school_year
        where not flows.is_empty
    ),

    -- What must stay the same through the window: the school itself and every site that carries the cohort.
    window_sites as (
        select graduated_in, county_code, school_code, site_code, true as carries_cohort
        from cohort_sites
        union
        select graduated_in, county_code, school_code, school_code as site_code, true as carries_cohort
        from cohort_sites
        union
        select present.graduated_in, present.county_code, present.school_code, present.school_code as site_code, false
        from present_sites as present
        left join
            cohort_sites
            on present.graduated_in = cohort_sites.graduated_in
            and present.county_code = cohort_sites.county_code
            and present.school_code = cohort_sites.school_code
        where cohort_sites.school_code is null
    ),

    junior_site_years as (select school_year, site_code, count(*) as grades from flows group by school_year, site_code),

    cohort_school_years as (
        select county_code, school_year, school_code, grade, count(*) as sites
        from flows
        group by county_code, school_year, school_code, grade
    ),

    window_site_years as (
        select
            window_sites.graduated_in,
            window_sites.county_code,
            window_sites.school_code,
            window_sites.carries_cohort,
            sites.school_kind,
            sites.site_code is null as is_unregistered,
            coalesce(sites.is_orphan, false) as is_orphan,
            coalesce(sites.county_code <> window_sites.county_code, false) as is_elsewhere,
            coalesce(sites.school_code <> window_sites.school_code, false) as is_in_other_school,
            coalesce(
                {{ teaches_junior("sites.site_kind") }} and junior_site_years.grades is null, false
            ) as is_site_silent,
            coalesce(
                window_sites.site_code = window_sites.school_code
                and sites.school_code = window_sites.school_code
                and {{ teaches_junior("sites.school_kind") }}
                and cohort_school_years.sites is null,
                false
            ) as is_grade_silent
        from window_sites
        inner join
            cohort_years
            on window_sites.graduated_in = cohort_years.graduated_in
            and window_sites.county_code = cohort_years.county_code
        left join sites on cohort_years.school_year = sites.school_year and window_sites.site_code = sites.site_code
        left join
            junior_site_years
            on cohort_years.school_year = junior_site_years.school_year
            and window_sites.site_code = junior_site_years.site_code
        left join
            cohort_school_years
            on cohort_years.county_code = cohort_school_years.county_code
            and cohort_years.school_year = cohort_school_years.school_year
            and cohort_years.grade = cohort_school_years.grade
            and window_sites.school_code = cohort_school_years.school_code
    ),

    school_windows as (
        select
            graduated_in,
            county_code,
            school_code,
            bool_or(carries_cohort) as carries_cohort,
            bool_or(is_elsewhere) as is_elsewhere,
            bool_or(is_orphan) as is_orphan,
            bool_or(is_unregistered or is_in_other_school) or count(distinct school_kind) > 1 as is_changed,
            bool_or(is_site_silent or is_grade_silent) as is_silent
        from window_site_years
        group by graduated_in, county_code, school_code
    ),

    -- A school that opened or closed inside the window leaves the county's sums whole; one that changed county, or that
    -- was open and left its grade out, does not.
    county_windows as (
        select
            graduated_in,
            county_code,
            bool_or(carries_cohort and is_elsewhere) as is_elsewhere,
            bool_or(carries_cohort and is_silent) as is_silent,
            count(*) filter (where carries_cohort) as schools
        from school_windows
        group by graduated_in, county_code
    ),

    school_reasons as (
        select
            school_windows.graduated_in,
            school_windows.county_code,
            school_windows.school_code,
            case
                when not county_coverage.is_covered
                then 'window_incomplete'
                when school_windows.is_elsewhere
                then 'county_changed_in_window'
                when school_windows.is_orphan
                then 'parent_missing'
                when school_windows.is_changed
                then 'institution_changed'
                when school_windows.is_silent or not school_windows.carries_cohort
                then 'cohort_not_reported'
            end as reason
        from school_windows
        inner join
            county_coverage
            on school_windows.graduated_in = county_coverage.graduated_in
            and school_windows.county_code = county_coverage.county_code
    ),

    county_reasons as (
        select
            county_coverage.graduated_in,
            county_coverage.county_code,
            cast(null as string) as school_code,
            case
                when not county_coverage.is_covered
                then 'window_incomplete'
                when coalesce(county_windows.schools, 0) = 0
                then 'cohort_not_reported'
                when county_windows.is_elsewhere
                then 'county_changed_in_window'
                when county_windows.is_silent
                then 'cohort_not_reported'
            end as reason
        from county_coverage
        left join
            county_windows
            on county_coverage.graduated_in = county_windows.graduated_in
            and county_coverage.county_code = county_windows.county_code
    ),

    final as (
        select graduated_in, county_code, school_code, reason
        from school_reasons
        union all
        select graduated_in, county_code, school_code, reason
        from county_reasons
    ),

    -- Rows set aside in any year of the window, of the school and of the county. Distinct by union.
    quarantined as (
        select cohort_years.graduated_in, cohort_years.county_code, quarantined_schools.school_code
        from cohort_years
        inner join
            quarantined_schools
            on cohort_years.school_year = quarantined_schools.school_year
            and cohort_years.county_code = quarantined_schools.county_code
        union
        select cohort_years.graduated_in, cohort_years.county_code, cast(null as string) as school_code
        from cohort_years
        inner join
            quarantined_counties
            on cohort_years.school_year = quarantined_counties.school_year
            and cohort_years.county_code = quarantined_counties.county_code
    )

select
    cast(final.graduated_in as int) as graduated_in,
    cast(final.county_code as string) as county_code,
    cast(final.school_code as string) as school_code,
    cast(
        case
            when final.reason = 'window_incomplete'
            then final.reason
            when quarantined.graduated_in is not null
            then 'row_quarantined'
            else final.reason
        end as string
    ) as reason
from final
left join
    quarantined
    on final.graduated_in = quarantined.graduated_in
    and final.county_code = quarantined.county_code
    and coalesce(final.school_code, '') = coalesce(quarantined.school_code, '')
