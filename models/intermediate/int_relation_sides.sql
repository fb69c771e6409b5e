{% set sides = ["left", "right", "denominator"] %}
with
    terms as (select * from {{ ref("int_relation_terms") }}),

    -- Terms with the same product number are multiplied; figures are never negative, so the ends multiply too.
    products as (
        select
            relation_id,
            side,
            product_no,
            min(position) as position,
            cast(max(case when factor_no = 1 then coefficient end) as decimal(5, 0)) as coefficient,
            max(case when factor_no = 1 then value end)
            * coalesce(max(case when factor_no = 2 then value end), cast(1 as decimal(14, 5))) as value,
            max(case when factor_no = 1 then lower_bound end)
            * coalesce(max(case when factor_no = 2 then lower_bound end), cast(1 as decimal(14, 5))) as lower_bound,
            case
                when count(*) = count(upper_bound)
                then
                    max(case when factor_no = 1 then upper_bound end)
                    * coalesce(max(case when factor_no = 2 then upper_bound end), cast(1 as decimal(14, 5)))
            end as upper_bound,
            count(*) as factors,
            max(decimals) as decimals,
            max(rounding_step) as rounding_step,
            min(obstacle) as first_obstacle,
            max(obstacle) as last_obstacle,
            max(case when factor_no = 1 then shown_zh end)
            || coalesce(' × ' || max(case when factor_no = 2 then shown_zh end), '') as shown_zh,
            max(case when factor_no = 1 then shown_en end)
            || coalesce(' × ' || max(case when factor_no = 2 then shown_en end), '') as shown_en
        from terms
        group by relation_id, side, product_no
    ),

    -- A negative coefficient swaps the ends; an open end stays open.
    signed as (
        select
            relation_id,
            side,
            position,
            factors,
            decimals,
            rounding_step,
            first_obstacle,
            last_obstacle,
            coefficient * value as value,
            coefficient * case when coefficient < 0 then upper_bound else lower_bound end as lower_bound,
            coefficient * case when coefficient < 0 then lower_bound else upper_bound end as upper_bound,
            case when abs(coefficient) = 1 then '' else cast(abs(coefficient) as string) || ' × ' end as multiple,
            case
                when coefficient < 0
                then ' − '
                when row_number() over (partition by relation_id, side order by position) > 1
                then ' + '
                else ''
            end as sign,
            shown_zh,
            shown_en
        from products
    ),

    sides as (
        select
            relation_id,
            side,
            cast(count(*) as int) as products,
            cast(sum(factors) as int) as terms,
            case when count(*) = count(value) then sum(value) end as value,
            case when count(*) = count(lower_bound) then sum(lower_bound) end as lower_bound,
            case when count(*) = count(upper_bound) then sum(upper_bound) end as upper_bound,
            cast(max(decimals) as int) as decimals,
            max(rounding_step) as rounding_step,
            max(last_obstacle) as last_obstacle,
            min(first_obstacle) as first_obstacle,
            {{ joined_in_order("sign || multiple || shown_zh", "position") }} as shown_zh,
            {{ joined_in_order("sign || multiple || shown_en", "position") }} as shown_en
        from signed
        group by relation_id, side
    )

select
    relation_id,
    {% for side in sides %}
        {% set width = "26, 10" if side == "right" else "18, 5" %}
        cast(coalesce(max(case when side = '{{ side }}' then terms end), 0) as int) as {{ side }}_terms,
        cast(coalesce(max(case when side = '{{ side }}' then products end), 0) as int) as {{ side }}_products,
        cast(max(case when side = '{{ side }}' then value end) as decimal({{ width }})) as {{ side }}_value,
        cast(max(case when side = '{{ side }}' then lower_bound end) as decimal({{ width }})) as {{ side }}_lower,
        cast(max(case when side = '{{ side }}' then upper_bound end) as decimal({{ width }})) as {{ side }}_upper,
        max(case when side = '{{ side }}' then shown_zh end) as {{ side }}_zh,
        max(case when side = '{{ side }}' then shown_en end) as {{ side }}_en,
    {% endfor %}
    cast(max(case when side = 'left' then decimals end) as int) as left_decimals,
    cast(max(case when side = 'left' and products = 1 then rounding_step end) as decimal(14, 5)) as left_step,
    -- 'missing' comes after 'damaged' in the alphabet and weighs more.
    max(last_obstacle) as obstacle
from sides
group by relation_id
