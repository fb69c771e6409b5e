with
    checks as (select * from {{ ref('fct_claim_check') }}),
    words as (select * from {{ ref('display_words') }} where kind = 'claim'),
    reasons as (select * from {{ ref('reasons') }})

select
    cast(checks.relation_id as string) as relation_id,
    cast(checks.document as string) as document,
    checks.title_zh as title_zh,
    checks.title_en as title_en,
    cast(checks.status as string) as standing,
    words.sign as sign,
    words.zh as standing_zh,
    words.en as standing_en,
    cast(words.position as int) as standing_position,
    checks.description_zh as description_zh,
    checks.description_en as description_en,
    checks.formula_zh as formula_zh,
    checks.formula_en as formula_en,
    checks.sentence_zh as sentence_zh,
    checks.sentence_en as sentence_en,
    {{ plain_number('checks.printed_value') }} as printed_shown,
    {{ plain_number('checks.computed_value') }} as computed_shown,
    checks.definition_zh as definition_zh,
    checks.definition_en as definition_en,
    checks.mistake as mistake,
    checks.source as source,
    reasons.name_zh as reason_zh,
    reasons.name_en as reason_en
from checks
left join words on checks.status = words.word
left join reasons on checks.reason = reasons.reason_id
