{%- set components = [
    "entrants",
    "graduates",
    "transfers_in",
    "transfers_out",
    "suspended",
    "resumed",
    "deaths",
] -%}
{#- The coefficients of a component in seed retention_formulas; graduates and entrants always count. -#}
{%- set coefficients = {
    "transfers_in": ["numerator_transfers_in", "denominator_transfers_in"],
    "transfers_out": ["numerator_transfers_out", "denominator_transfers_out"],
    "suspended": ["numerator_suspended"],
    "resumed": ["numerator_resumed"],
    "deaths": ["numerator_deaths", "denominator_deaths"],
} -%}
with
    components as (select * from {{ ref("int_retention_components") }}),

    formulas as (select * from {{ ref("retention_formulas") }}),

    choices as (select * from {{ ref("int_choices") }} where choice_id = 'retention_formula'),

    thresholds as (
        select *
        from {{ ref("int_national_thresholds") }}
        where indicator_id = 'junior_retention_3y' and stage = 'junior' and case_id = 'ordinary'
    ),

    indicators as (select * from {{ ref("indicators") }} where indicator_id = 'junior_retention_3y'),

    computed as (
        select
            components.graduated_in,
            components.county_code,
            components.school_code,
            formulas.formula_id as formula,
            coalesce(formulas.formula_id = choices.value, false) as is_chosen,
            {%- for component in components %} components.{{ component }}, {%- endfor %}
            components.graduates
            {%- for component, names in coefficients.items() %}
                + {{ weighted_component("formulas." ~ names[0], "components." ~ component) }}
            {%- endfor %} as numerator,
            components.entrants
            {%- for component, names in coefficients.items() if names | length > 1 %}
                + {{ weighted_component("formulas." ~ names[1], "components." ~ component) }}
            {%- endfor %} as denominator,
            coalesce(
                components.reason,
                case
                    {%- for component in components %}
                        when
                            components.{{ component }} is null
                            {%- if component in coefficients %}
                                and (
                                    {%- for name in coefficients[component] %}
                                        formulas.{{ name }} <> 0{% if not loop.last %} or {% endif %}
                                    {%- endfor %}
                                )
                            {%- endif %}
                        then '{{ component }}_not_reported'
                    {%- endfor %}
                end
            ) as component_reason
        from components
        cross join formulas
        left join
            choices on components.graduated_in = choices.school_year and components.county_code = choices.county_code
    ),

    judged as (
        select
            computed.*,
            thresholds.threshold,
            case
                when computed.component_reason is null and computed.denominator > 0
                then
                    {{ satisfies("computed.numerator * indicators.scale", "thresholds.operator", "thresholds.threshold * computed.denominator") }}
            end as is_met,
            case
                when computed.component_reason is not null
                then computed.component_reason
                when computed.denominator <= 0
                then 'denominator_zero'
                when thresholds.threshold is null
                then 'no_threshold'
            end as reason,
            indicators.scale
        from computed
        cross join indicators
        left join
            thresholds
            on computed.graduated_in = thresholds.school_year
            and computed.county_code = thresholds.county_code
    ),

    -- Do the formulas that can be computed agree?
    agreement as (
        select
            graduated_in,
            county_code,
            school_code,
            min(cast(is_met as int)) < max(cast(is_met as int)) as choice_flips_verdict
        from judged
        group by graduated_in, county_code, school_code
    )

select
    cast(judged.graduated_in as int) as graduated_in,
    cast(judged.county_code as string) as county_code,
    cast(judged.school_code as string) as school_code,
    cast(judged.formula as string) as formula,
    cast(judged.graduates as bigint) as graduates,
    cast(judged.entrants as bigint) as entrants,
    cast(judged.transfers_in as bigint) as transfers_in,
    cast(judged.transfers_out as bigint) as transfers_out,
    cast(judged.suspended as bigint) as suspended,
    cast(judged.resumed as bigint) as resumed,
    cast(judged.deaths as bigint) as deaths,
    cast(case when judged.component_reason is null then judged.numerator end as bigint) as numerator,
    cast(case when judged.component_reason is null then judged.denominator end as bigint) as denominator,
    cast(
        case
            when judged.component_reason is null and judged.denominator > 0
            then {{ quotient("judged.numerator * judged.scale", "judged.denominator") }}
        end as double
    ) as retention_pct,
    cast(judged.threshold as decimal(18, 6)) as threshold,
    cast(judged.is_met as boolean) as is_met,
    cast(judged.is_chosen as boolean) as is_chosen,
    cast(agreement.choice_flips_verdict as boolean) as choice_flips_verdict,
    cast(
        case
            when judged.component_reason is null and judged.denominator > 0 then judged.numerator > judged.denominator
        end as boolean
    ) as exceeds_100,
    cast({{ status_of("judged.is_met") }} as string) as status,
    cast(judged.reason as string) as reason
from judged
inner join
    agreement
    on judged.graduated_in = agreement.graduated_in
    and judged.county_code = agreement.county_code
    and judged.school_code is not distinct from agreement.school_code
