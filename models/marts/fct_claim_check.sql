with
    relations as (select * from {{ ref("relations") }}),

    documents as (select * from {{ ref("documents") }}),

    sides as (select * from {{ ref("int_relation_sides") }}),

    sentences as (select * from {{ ref("claim_sentences") }}),

    completed as (
        select
            relations.relation_id,
            relations.document,
            documents.title_zh,
            documents.title_en,
            relations.kind,
            relations.operator,
            cast(relations.scale as decimal(9, 2)) as scale,
            cast(relations.shift as decimal(9, 2)) as shift,
            relations.description_zh,
            relations.description_en,
            relations.definition_kind,
            relations.definition_zh,
            relations.definition_en,
            relations.source,
            coalesce(sides.left_terms, 0) as left_terms,
            coalesce(sides.right_terms, 0) as right_terms,
            coalesce(sides.denominator_terms, 0) as denominator_terms,
            coalesce(sides.right_products, 0) as right_products,
            coalesce(sides.denominator_products, 0) as denominator_products,
            sides.left_value,
            sides.left_lower,
            sides.left_upper,
            sides.left_decimals,
            sides.left_step,
            coalesce(sides.left_zh, '?') as left_zh,
            coalesce(sides.left_en, '?') as left_en,
            sides.right_value,
            sides.right_lower,
            sides.right_upper,
            coalesce(sides.right_zh, '?') as right_zh,
            coalesce(sides.right_en, '?') as right_en,
            -- A relation without a denominator divides by one.
            case when sides.denominator_terms > 0 then sides.denominator_value else 1 end as denominator_value,
            case when sides.denominator_terms > 0 then sides.denominator_lower else 1 end as denominator_lower,
            case when sides.denominator_terms > 0 then sides.denominator_upper else 1 end as denominator_upper,
            sides.denominator_zh,
            sides.denominator_en,
            coalesce(sides.obstacle, case when sides.relation_id is null then 'missing' end) as term_obstacle
        from relations
        left join documents on relations.document = documents.document
        left join sides on relations.relation_id = sides.relation_id
    ),

    -- Integrality leaves the numerator out: it is the whole number that fits the printed rate best.
    counted as (
        select
            *,
            case
                when kind = 'integrality' and denominator_value > 0
                then
                    {{
                        decimal_of_double(
                            'round(cast(left_value as double) * cast(denominator_value as double) / scale, 0)', 26, 10
                        )
                    }}
            end as whole_number
        from completed
    ),

    bounded as (
        select
            *,
            case when kind = 'integrality' then whole_number else right_value end as numerator_value,
            case when kind = 'integrality' then whole_number else right_lower end as numerator_lower,
            case when kind = 'integrality' then whole_number else right_upper end as numerator_upper
        from counted
    ),

    -- left ? scale * numerator / denominator + shift, multiplied out: exact, and the ends stay ends.
    multiplied as (
        select
            *,
            cast(left_lower * denominator_lower as decimal(38, 12)) as left_at_least,
            cast(scale * numerator_upper + shift * denominator_lower as decimal(38, 12)) as right_at_most,
            cast(left_upper * denominator_upper as decimal(38, 12)) as left_at_most,
            cast(scale * numerator_lower + shift * denominator_upper as decimal(38, 12)) as right_at_least,
            cast(left_value * denominator_value as decimal(38, 12)) as left_product,
            cast((left_value + left_step) * denominator_value as decimal(38, 12)) as left_next_product,
            cast(scale * numerator_value + shift * denominator_value as decimal(38, 12)) as right_product
        from bounded
    ),

    compared as (
        select
            *,
            coalesce(left_at_least > right_at_most, false) as is_above,
            coalesce(left_at_least >= right_at_most, false) as is_not_below,
            coalesce(left_at_most < right_at_least, false) as is_below,
            coalesce(left_at_most <= right_at_least, false) as is_not_above,
            coalesce(left_product <= right_product and right_product < left_next_product, false) as is_cut_off
        from multiplied
    ),

    decided as (
        select
            *,
            case
                operator
                when '='
                then not (is_above or is_below)
                when '<='
                then is_not_above
                when '<'
                then is_below
                when '>='
                then is_not_below
                when '>'
                then is_above
            end as is_true,
            case
                operator
                when '='
                then is_above or is_below
                when '<='
                then is_above
                when '<'
                then is_not_below
                when '>='
                then is_below
                when '>'
                then is_not_above
            end as is_false,
            case
                when term_obstacle is not null
                then term_obstacle
                when left_terms = 0 or (right_terms = 0 and kind <> 'integrality')
                then 'missing'
                when denominator_lower is null or denominator_lower <= 0
                then 'missing'
            end as obstacle
        from compared
    ),

    judged as (
        select
            *,
            case
                when obstacle is not null
                then obstacle
                when definition_kind = 'scopes_differ'
                then 'definition_differs'
                when is_false and operator = '=' and kind <> 'integrality' and is_cut_off
                then 'truncated'
                when is_false
                then 'contradicts'
                when is_true and definition_kind is not null
                then 'definition_differs'
                when is_true
                then 'holds'
                else 'undecidable'
            end as outcome,
            case
                when obstacle is not null
                then 'any'
                when kind = 'integrality'
                then 'whole_number'
                when operator <> '='
                then 'comparison'
                when left_terms = 1 and right_terms = 1 and denominator_terms = 0
                then 'equality'
                else 'equation'
            end as form,
            case operator when '<=' then '≤' when '>=' then '≥' else operator end as sign,
            {{ quotient("scale * numerator_value", "denominator_value") }} + cast(shift as double) as computed,
            {{ quotient("scale * numerator_lower", "denominator_upper") }} + cast(shift as double) as computed_low,
            {{ quotient("scale * numerator_upper", "denominator_lower") }} + cast(shift as double) as computed_high,
            case
                when kind = 'integrality' then {{ plain_number("cast(whole_number as decimal(24, 6))") }} else right_zh
            end as numerator_zh,
            case
                when kind = 'integrality' then {{ plain_number("cast(whole_number as decimal(24, 6))") }} else right_en
            end as numerator_en
        from decided
    ),

    written as (
        select
            *,
            {{ rounded_number("computed", "greatest(coalesce(left_decimals, 0), 2)") }} as computed_shown,
            case
                when denominator_terms > 0 and right_products > 1
                then '(' || numerator_zh || ')'
                else numerator_zh
            end || case
                when denominator_products > 1
                then ' ÷ (' || denominator_zh || ')'
                when denominator_terms > 0
                then ' ÷ ' || denominator_zh
                else ''
            end
            || case when scale <> 1 then ' × ' || {{ plain_number("scale") }} else '' end
            || case when shift < 0 then ' − ' || {{ plain_number("abs(shift)") }} else '' end as formula_zh,
            case
                when denominator_terms > 0 and right_products > 1
                then '(' || numerator_en || ')'
                else numerator_en
            end || case
                when denominator_products > 1
                then ' ÷ (' || denominator_en || ')'
                when denominator_terms > 0
                then ' ÷ ' || denominator_en
                else ''
            end
            || case when scale <> 1 then ' × ' || {{ plain_number("scale") }} else '' end
            || case when shift < 0 then ' − ' || {{ plain_number("abs(shift)") }} else '' end as formula_en,
            right_terms + denominator_terms > 1 or kind = 'integrality' as is_calculated
        from judged
    ),

    templated as (
        select written.*, sentences.zh as template_zh, sentences.en as template_en
        from written
        left join
            sentences
            on written.outcome = sentences.outcome
            and sentences.form
            = case when written.outcome in ('missing', 'damaged', 'undecidable') then 'any' else written.form end
    )

select
    cast(relation_id as string) as relation_id,
    cast(document as string) as document,
    cast(title_zh as string) as title_zh,
    cast(title_en as string) as title_en,
    cast(kind as string) as kind,
    cast(
        case
            when outcome = 'truncated'
            then 'contradicts'
            when outcome in ('missing', 'damaged', 'undecidable')
            then 'not_checkable'
            else outcome
        end as string
    ) as status,
    cast(
        case
            when outcome in ('missing', 'damaged', 'undecidable')
            then outcome
            when outcome = 'definition_differs'
            then definition_kind
        end as string
    ) as reason,
    cast(
        case
            when outcome = 'truncated'
            then 'truncated'
            when outcome <> 'contradicts'
            then null
            when form = 'equality'
            then 'two_figures_differ'
            when form = 'comparison'
            then 'order_broken'
            when form = 'whole_number'
            then 'no_whole_number'
            when kind = 'sum'
            then 'parts_do_not_add_up'
            else 'wrong_result'
        end as string
    ) as mistake,
    cast(description_zh as string) as description_zh,
    cast(description_en as string) as description_en,
    cast(formula_zh as string) as formula_zh,
    cast(formula_en as string) as formula_en,
    cast(operator as string) as operator,
    cast(
        replace(
            replace(
                replace(
                    replace(
                        replace(template_zh, '{description}', description_zh),
                        '{right}',
                        formula_zh || case when is_calculated then ' = ' || coalesce(computed_shown, '?') else '' end
                    ),
                    '{left}',
                    left_zh
                ),
                '{sign}',
                sign
            ),
            '{definition}',
            coalesce(definition_zh, '')
        ) as string
    ) as sentence_zh,
    cast(
        replace(
            replace(
                replace(
                    replace(
                        replace(template_en, '{description}', description_en),
                        '{right}',
                        formula_en || case when is_calculated then ' = ' || coalesce(computed_shown, '?') else '' end
                    ),
                    '{left}',
                    left_en
                ),
                '{sign}',
                sign
            ),
            '{definition}',
            coalesce(definition_en, '')
        ) as string
    ) as sentence_en,
    cast(left_value as decimal(24, 6)) as printed_value,
    cast(left_lower as decimal(24, 6)) as printed_lower,
    cast(left_upper as decimal(24, 6)) as printed_upper,
    cast(case when obstacle is null then computed end as decimal(24, 6)) as computed_value,
    cast(case when obstacle is null then computed_low end as decimal(24, 6)) as computed_lower,
    cast(case when obstacle is null then computed_high end as decimal(24, 6)) as computed_upper,
    cast(definition_zh as string) as definition_zh,
    cast(definition_en as string) as definition_en,
    cast(source as string) as source
from templated
