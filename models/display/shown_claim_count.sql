-- How many claims of each document came to which verdict; a pair that did not occur is 0.
with
    claims as (select * from {{ ref('shown_claim_check') }}),
    documents as (select distinct document from claims),
    standings as (select distinct standing, sign, standing_zh, standing_en, standing_position from claims),
    counted as (select document, standing, count(*) as claims from claims group by document, standing)

select
    documents.document as document,
    standings.standing as standing,
    standings.sign as sign,
    standings.standing_zh as standing_zh,
    standings.standing_en as standing_en,
    standings.standing_position as standing_position,
    cast(coalesce(counted.claims, 0) as string) as claims_shown
from documents
cross join standings
left join counted on documents.document = counted.document and standings.standing = counted.standing
