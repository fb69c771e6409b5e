with
    bands as (select *, {{ exact_decimal('share * 100') }} as share_pct from {{ ref('fct_class_band') }}),
    names as (select * from {{ ref('class_bands') }}),
    words as (select * from {{ ref('display_words') }})

select
    cast(bands.school_year as int) as school_year,
    cast(bands.county_code as string) as county_code,
    cast(bands.school_code as string) as school_code,
    cast(bands.stage as string) as stage,
    cast(bands.band_id as string) as band_id,
    stages.zh as stage_zh,
    stages.en as stage_en,
    names.name_zh as name_zh,
    names.name_en as name_en,
    cast(names.min_pupils as string) as min_pupils_shown,
    cast(names.max_pupils as string) as max_pupils_shown,
    cast(bands.classes as string) as classes_shown,
    cast(bands.classes_total as string) as classes_total_shown,
    cast(bands.classes_without_size as string) as classes_without_size_shown,
    {{ shown_number('bands.share_pct', '2') }} as share_pct_shown
from bands
inner join names on bands.band_id = names.band_id
left join {{ word_as('stages', 'stage', 'bands.stage') }}
