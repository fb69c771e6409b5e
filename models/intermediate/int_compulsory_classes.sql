-- Classes of the compulsory stages with the institution they belong to: a campus counts with its parent.
with classes as (select * from {{ ref('stg_classes') }}), sites as (select * from {{ ref('int_sites') }})

select
    sites.school_year,
    sites.county_code,
    sites.school_code,
    sites.site_code,
    classes.stage,
    classes.grade,
    classes.class_no,
    classes.pupils
from classes
inner join sites on classes.school_year = sites.school_year and classes.school_code = sites.site_code
where classes.stage in ('primary', 'junior')
