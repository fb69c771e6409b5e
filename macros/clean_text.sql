{# Text without the white space around it; empty text is NULL: not reported. #}
{% macro clean_text(column) -%} nullif(trim(cast({{ column }} as string)), '') {%- endmacro %}
