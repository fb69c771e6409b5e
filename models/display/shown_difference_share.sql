-- Each unit's share of the variance, under the recipe that counts: its squared term over the sum of all.
with
    terms as (select * from {{ ref('int_unit_difference_terms') }}),
    differences as (select * from {{ ref('fct_county_difference') }}),
    schools as (select * from {{ ref('shown_school') }}),
    unit_indicators as (select * from {{ ref('shown_unit_indicator') }}),

    shares as (
        select
            terms.school_year,
            terms.county_code,
            terms.stage,
            terms.indicator_id,
            terms.school_code,
            terms.value - terms.mean as distance,
            {{ quotient('terms.squared_term', 'sum(terms.squared_term) over (partition by terms.school_year, terms.county_code, terms.stage, terms.indicator_id)') }}
            as share,
            rank() over (
                partition by terms.school_year, terms.county_code, terms.stage, terms.indicator_id
                order by terms.squared_term desc nulls last
            ) as position
        from terms
        inner join
            differences
            on terms.school_year = differences.school_year
            and terms.county_code = differences.county_code
            and terms.stage = differences.stage
            and terms.indicator_id = differences.indicator_id
            and terms.recipe_id = differences.recipe
    ),

    shown as (select *, {{ exact_decimal('share * 100') }} as share_pct from shares)

select
    cast(shown.school_year as int) as school_year,
    cast(shown.county_code as string) as county_code,
    cast(shown.stage as string) as stage,
    cast(shown.indicator_id as string) as indicator_id,
    cast(shown.school_code as string) as school_code,
    schools.school_name as school_name,
    unit_indicators.value_shown as value_shown,
    cast(shown.distance > 0 as boolean) as is_above_mean,
    {{ shown_number('shown.share_pct', '1') }} as share_pct_shown,
    cast(shown.share as double) as share,
    cast(shown.position as int) as position
from shown
left join schools on shown.school_year = schools.school_year and shown.school_code = schools.school_code
left join
    unit_indicators
    on shown.school_year = unit_indicators.school_year
    and shown.school_code = unit_indicators.school_code
    and shown.stage = unit_indicators.stage
    and shown.indicator_id = unit_indicators.indicator_id
