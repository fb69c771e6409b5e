{# The sum of a group in which every row reports the value; one row that does not makes it NULL, because a part is not the whole. #}
{% macro complete_sum(value) -%} case when count(*) = count({{ value }}) then sum({{ value }}) end {%- endmacro %}
