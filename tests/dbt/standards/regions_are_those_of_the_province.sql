-- A province and a county lie in a region, the county in that of its province; the country lies in none.
with jurisdictions as (select * from {{ ref('jurisdictions') }})

select places.jurisdiction
from jurisdictions as places
left join
    jurisdictions as provinces
    on provinces.level = 'province'
    and substr(places.jurisdiction, 1, 2) = substr(provinces.jurisdiction, 1, 2)
where
    (places.level = 'country') <> (places.region is null)
    or (places.level <> 'country' and (provinces.region is null or places.region <> provinces.region))
