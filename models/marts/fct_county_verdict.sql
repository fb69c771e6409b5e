{%- set classes = ['all_met', 'six_met_other_at_floor', 'six_met_other_below_floor', 'five_met', 'fewer_than_five'] -%}
{%- set words = ['met', 'remediation', 'not_met', 'pending', 'no_data', 'not_applicable'] -%}
with
    county_years as (select * from {{ ref('int_county_years') }}),
    unit_verdicts as (select * from {{ ref('fct_unit_verdict') }}),
    differences as (select * from {{ ref('fct_county_difference') }}),
    items as (select * from {{ ref('fct_county_item') }}),
    thresholds as (select * from {{ ref('int_national_thresholds') }}),
    indicators as (select * from {{ ref('indicators') }}),
    quarantined_registers as ({{ quarantined_counties(['school']) }}),

    units as (
        select
            school_year,
            county_code,
            count(*) filter (where status <> 'not_applicable') as units,
            count(*) filter (where is_compliant) as compliant,
            count(*) filter (where not is_compliant) as not_compliant,
            count(*) filter (where status not in ('pass', 'fail', 'not_applicable')) as no_data,
            count(*) filter (where status = 'not_applicable') as excluded,
            count(*) filter (where reason = 'row_quarantined') as quarantined
            {%- for class in classes %}
                , count(*) filter (where verdict_class = '{{ class }}') as {{ class }}
            {%- endfor %}
        from unit_verdicts
        group by school_year, county_code
    ),

    -- How many coefficients there must be: one for every limit of the standard, computed or not.
    required as (
        select thresholds.school_year, thresholds.county_code, count(*) as coefficients
        from thresholds
        inner join indicators on thresholds.indicator_id = indicators.indicator_id
        where indicators.grp = 'balance' and thresholds.case_id = 'ordinary'
        group by thresholds.school_year, thresholds.county_code
    ),

    balance as (
        select
            school_year,
            county_code,
            count(is_met) as judged,
            count(*) filter (where is_met) as met,
            count(*) filter (where not is_met) as not_met,
            count(*) filter (where reason = 'row_quarantined') as quarantined
        from differences
        group by school_year, county_code
    ),

    item_groups as (
        select
            school_year,
            county_code
            {%- for grp in ['government', 'quality'] %}
                {%- for word in words %}
                    , count(*) filter (where grp = '{{ grp }}' and status = '{{ word }}') as {{ grp }}_{{ word }}
                {%- endfor %}
            {%- endfor %}
            {%- for grp in ['government', 'quality', 'social', 'veto', 'application'] %}
                ,
                {{ worst_item_status("case when grp = '" ~ grp ~ "' then status else 'not_applicable' end") }}
                as {{ grp }}_worst,
                count(*) filter (where grp = '{{ grp }}') as {{ grp }}_items
            {%- endfor %},
            count(*) filter (where has_known_failure) as known_failures,
            count(*) filter (where reason = 'row_quarantined') as quarantined
        from items
        group by school_year, county_code
    ),

    joined as (
        select
            county_years.school_year,
            county_years.county_code,
            county_years.county_name,
            coalesce(units.units, 0) as units,
            coalesce(units.compliant, 0) as units_compliant,
            coalesce(units.not_compliant, 0) as units_not_compliant,
            coalesce(units.no_data, 0) as units_no_data,
            coalesce(units.excluded, 0) as units_excluded
            {%- for class in classes %}, coalesce(units.{{ class }}, 0) as {{ class }} {%- endfor %},
            coalesce(required.coefficients, 0) as coefficients,
            coalesce(balance.judged, 0) as coefficients_judged,
            coalesce(balance.met, 0) as coefficients_met,
            coalesce(balance.not_met, 0) as coefficients_not_met
            {%- for grp in ['government', 'quality'] %}
                {%- for word in words %}
                    , coalesce(item_groups.{{ grp }}_{{ word }}, 0) as {{ grp }}_{{ word }}
                {%- endfor %}
            {%- endfor %}
            {%- for grp in ['government', 'quality', 'social', 'veto', 'application'] %}
                ,
                case
                    when coalesce(item_groups.{{ grp }}_items, 0) = 0 then 'no_data' else item_groups.{{ grp }}_worst
                end as {{ grp }}_status
            {%- endfor %},
            coalesce(item_groups.known_failures, 0) as known_failures,
            quarantined_registers.county_code is not null as lacks_registers,
            quarantined_registers.county_code is not null
            or coalesce(units.quarantined, 0) + coalesce(balance.quarantined, 0) + coalesce(item_groups.quarantined, 0)
            > 0 as is_quarantined
        from county_years
        left join units on county_years.school_year = units.school_year and county_years.county_code = units.county_code
        left join
            required
            on county_years.school_year = required.school_year
            and county_years.county_code = required.county_code
        left join
            balance on county_years.school_year = balance.school_year and county_years.county_code = balance.county_code
        left join
            item_groups
            on county_years.school_year = item_groups.school_year
            and county_years.county_code = item_groups.county_code
        left join
            quarantined_registers
            on county_years.school_year = quarantined_registers.school_year
            and county_years.county_code = quarantined_registers.county_code
    ),

    -- The parts of the verdict in the inspectors' words, one row each, so that one precedence judges them all.
    parts as (
        select
            school_year,
            county_code,
            'units' as part,
            case
                when units = 0 or units_no_data > 0 or lacks_registers
                then 'no_data'
                when units_not_compliant > 0
                then 'not_met'
                else 'met'
            end as status,
            units_not_compliant > 0 as is_known_failure
        from joined
        union all
        select
            school_year,
            county_code,
            'coefficients' as part,
            case
                when coefficients = 0 or coefficients_judged < coefficients
                then 'no_data'
                when coefficients_not_met > 0
                then 'not_met'
                else 'met'
            end as status,
            coefficients_not_met > 0 as is_known_failure
        from joined
        {%- for grp in ['government', 'quality', 'social', 'veto', 'application'] %}
            union all
            select
                school_year,
                county_code,
                '{{ grp }}' as part,
                {{ grp }}_status as status,
                known_failures > 0 as is_known_failure
            from joined
        {%- endfor %}
    ),

    weighed as (
        select
            school_year,
            county_code,
            {{ worst_status(status_of_item('status')) }} as status,
            {{ worst_item_status('status') }} as worst_word,
            max(case when is_known_failure then 1 else 0 end) as has_known_failure,
            max(case when part = 'units' and status = 'no_data' then 1 else 0 end) as lacks_units,
            max(case when status = 'no_data' then 1 else 0 end) as lacks_data
        from parts
        -- a part that does not apply to the county takes no part in its verdict
        where status <> 'not_applicable'
        group by school_year, county_code
    )

select
    cast(joined.school_year as int) as school_year,
    cast(joined.county_code as string) as county_code,
    cast(joined.county_name as string) as county_name,
    cast(joined.units as int) as units,
    cast(joined.units_compliant as int) as units_compliant,
    cast(joined.units_no_data as int) as units_no_data,
    cast(joined.units_excluded as int) as units_excluded,
    {%- for class in classes %} cast(joined.{{ class }} as int) as {{ class }}, {%- endfor %}
    cast(joined.coefficients as int) as coefficients,
    cast(joined.coefficients_met as int) as coefficients_met,
    {%- for grp in ['government', 'quality'] %}
        {%- for word in words %} cast(joined.{{ grp }}_{{ word }} as int) as {{ grp }}_{{ word }}, {%- endfor %}
    {%- endfor %}
    cast(joined.social_status as string) as social_status,
    cast(joined.veto_status as string) as veto_status,
    cast(joined.application_status as string) as application_status,
    -- All conditions are joined by "and": one known failure is enough, whatever else is missing.
    cast(
        case
            when weighed.has_known_failure = 1
            then 'not_met'
            when weighed.worst_word = 'remediation'
            then 'met_after_remediation'
            else weighed.worst_word
        end as string
    ) as verdict,
    cast(weighed.status as string) as status,
    cast(
        case
            when weighed.status <> 'no_data'
            then null
            when joined.is_quarantined and weighed.lacks_data = 1
            then 'row_quarantined'
            when joined.units = 0
            then 'no_units'
            when weighed.lacks_units = 1
            then 'unit_without_data'
            when weighed.lacks_data = 1
            then 'part_without_data'
            else 'pending_items'
        end as string
    ) as reason
from joined
inner join weighed on joined.school_year = weighed.school_year and joined.county_code = weighed.county_code
