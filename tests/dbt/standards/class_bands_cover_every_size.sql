-- 1, 2, 3 … pupils: each size falls into exactly one band, and the last band is open.
with
    bands as (
        select
            band_id,
            min_pupils,
            max_pupils,
            lag(max_pupils) over (order by min_pupils) as previous_max,
            row_number() over (order by min_pupils) as place,
            count(*) over () as bands
        from {{ ref('class_bands') }}
    )

select band_id
from bands
where
    min_pupils is null
    or max_pupils < min_pupils
    or (place = 1 and min_pupils <> 1)
    or (place > 1 and (previous_max is null or min_pupils <> previous_max + 1))
    or (place = bands and max_pupils is not null)
