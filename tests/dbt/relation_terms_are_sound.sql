-- What is this? Every term of a relation names something that exists, and a relation has the shape that its check can
-- compute exactly.
-- When is it important? A misspelt id would turn a check into "not checkable" without a word.
-- How to resolve? Correct the row of seeds/published/relation_terms.csv or relations.csv that is returned.
with
    terms as (select * from {{ ref("relation_terms") }}),

    relations as (select * from {{ ref("relations") }}),

    claims as (select * from {{ ref("claims") }}),

    limits as (select * from {{ ref("int_claim_limits") }}),

    sides as (select * from {{ ref("int_relation_sides") }}),

    unknown_names as (
        select terms.relation_id, terms.position, 'unknown ' || terms.term_kind as finding
        from terms
        inner join relations on terms.relation_id = relations.relation_id
        left join claims on relations.document = claims.document and terms.term_id = claims.claim_id
        left join limits on terms.term_id = limits.limit_id
        where
            (terms.term_kind = 'claim' and claims.claim_id is null)
            or (terms.term_kind = 'limit' and limits.limit_id is null)
            or (
                terms.term_kind = 'constant'
                and (terms.constant is null or terms.note_zh is null or terms.note_en is null)
            )
            or (terms.term_kind = 'missing' and terms.term_id is null)
    ),

    products as (
        select
            relation_id,
            role,
            product_no,
            min(position) as position,
            count(*) as factors,
            max(coefficient) as largest_coefficient,
            min(coefficient) as smallest_coefficient
        from terms
        group by relation_id, role, product_no
    ),

    unsound_products as (
        select relation_id, position, 'at most two factors, on the right side only' as finding
        from products
        where factors > 2 or (factors > 1 and role in ('left', 'denominator')) or smallest_coefficient = 0
    ),

    unsound_sides as (
        select
            sides.relation_id,
            cast(null as int) as position,
            'side missing, or below zero over a rounded divisor' as finding
        from sides
        inner join relations on sides.relation_id = relations.relation_id
        where
            sides.left_terms = 0
            or (sides.right_terms = 0 and relations.kind <> 'integrality')
            or (sides.right_terms > 0 and relations.kind = 'integrality')
            or (sides.right_lower < 0 and sides.denominator_lower <> sides.denominator_upper)
    ),

    silent_definitions as (
        select
            relation_id,
            cast(null as int) as position,
            'a difference of definition needs its words in both languages' as finding
        from relations
        where
            (definition_kind is null and (definition_zh is not null or definition_en is not null))
            or (definition_kind is not null and (definition_zh is null or definition_en is null))
    )

select relation_id, position, finding
from unknown_names
union all
select relation_id, position, finding
from unsound_products
union all
select relation_id, position, finding
from unsound_sides
union all
select relation_id, position, finding
from silent_definitions
