"""The Word draft: its figures are those of the warehouse, its form that of GB/T 9704, its template the county's."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from junheng.errors import UsageError
from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger
from junheng.report.word import write_word
from junheng.report.word_format import TEXT_WIDTH_MM, TO_FILL
from tests.end_to_end.command_line import ROOT
from tests.office.conftest import COUNTY, HOSTILE, LONG, Written, as_text

YEAR = "school_year = 2024"
SECTIONS = ["基本情况", "指标自评情况", "主要做法", "存在问题和下一步工作"]


def paragraphs(path: Path) -> list[str]:
    return [paragraph.text.replace("\u00a0", " ") for paragraph in Document(str(path)).paragraphs]


def cells(path: Path, table: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in Document(str(path)).tables[table].rows][1:]


def own_template(folder: Path, *lines: str) -> Path:
    """A template that a county has written itself."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    path = folder / "own.docx"
    document.save(str(path))
    return path


def test_the_known_figures_stand_in_the_report(written: Written) -> None:
    text = "\n".join(paragraphs(written.word))
    for figure in (
        "79 个参评单元中，达标 56 个、未达标 23 个",
        "7项均达标 53 个",
        "12 个符合要求，2 个超出",
        "小学生均体育运动场馆面积 0.55",
        "小学每百名学生拥有网络多媒体教室数 0.70",
        "三年巩固率为 100.87 %",
        "本部分共 15 项，达标 12 项、化解后达标 3 项",
        "本部分共 9 项，达标 8 项、待定 1 项",
        "在校学生 65894 人（小学 43408 人、初中 22382 人、特教 104 人），设教学班 1547 个",
        "专任教师 4559 人",
        "23 个单元未达标；各单元低于标准值的指标共 41 项（含达标单元的余项）",
        "统计时点 2024年9月1日",
    ):
        assert figure in text


def test_the_sections_stand_in_the_official_order(written: Written) -> None:
    heads = [
        paragraph.text
        for paragraph in Document(str(written.word)).paragraphs
        if (paragraph.style.name or "") == "Heading 1"
    ]
    assert [head.split("、")[-1] for head in heads[:4]] == SECTIONS


def test_every_item_ends_in_its_conclusion_in_the_order_of_the_items(written: Written) -> None:
    expected = written.rows(
        f"select name_zh, conclusion_zh from display.shown_county_item where {YEAR} order by grp_position, item_no"
    )
    lines = paragraphs(written.word)
    styled = Document(str(written.word)).paragraphs
    named = [paragraph.text.replace("\u00a0", " ") for paragraph in styled if paragraph.style.name == "Junheng Item"]
    found = [line for line in lines if line.startswith("自评结论")]
    assert [line.split("：", 1)[-1].rstrip("。") for line in named] == [name for name, _ in expected]
    # resources and coefficients have theirs before the items
    assert found[2:] == [conclusion for _, conclusion in expected]
    assert len(found) == len(expected) + 2


def test_the_tables_say_what_the_warehouse_shows(written: Written) -> None:
    classes = written.rows(
        "select class_zh, max(units_shown) filter (stage = 'primary'), max(units_shown) filter (stage = 'junior'),"
        f" max(units_shown) filter (stage = 'all'), max(sign) from display.shown_county_class where {YEAR}"
        " group by class_zh, class_position order by class_position"
    )
    assert cells(written.word, 0) == [list(row) for row in classes]
    assert [row[3] for row in cells(written.word, 0)] == ["53", "3", "13", "6", "4"]
    indicators = written.rows(
        "select limit_zh, mean_shown, units_shown, units_met_shown, units_at_floor_shown, units_below_floor_shown"
        f" from display.shown_indicator_summary where {YEAR} order by stage_position, item_no"
    )
    assert [row[2:] for row in cells(written.word, 1)] == [list(row) for row in indicators]
    coefficients = written.rows(
        "select name_zh, value_shown, limit_zh, sign || ' ' || standing_zh from display.shown_county_difference"
        f" where {YEAR}"
    )
    assert sorted(row[1:] for row in cells(written.word, 3)) == sorted(list(row) for row in coefficients)


def test_every_unit_that_does_not_comply_is_listed_with_all_that_it_lacks(written: Written) -> None:
    expected = written.rows(
        "select v.school_code, v.stage, list(r.lacking_zh order by r.ratio_to_threshold)"
        " from display.shown_unit_verdict v left join display.shown_remediation r"
        " using (school_year, school_code, stage)"
        f" where {YEAR} and v.standing = 'not_met' group by all"
    )
    listed = cells(written.word, 2)
    assert len(listed) == len(expected) == 23
    lacking = sorted([part.rsplit("，", 1)[1] for part in row[3].split("\n")] for row in listed)
    assert lacking == sorted(list(parts) for *_, parts in expected)


def test_page_and_type_are_those_of_the_official_format(written: Written) -> None:
    document = Document(str(written.word))
    section = document.sections[0]
    size = (section.page_width, section.page_height)
    margins = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    # Word keeps twips: a millimetre is not a whole number of them
    for found, wanted in zip((*size, *margins), (210, 297, 37, 28, 35, 26), strict=True):
        assert found == pytest.approx(Mm(wanted), abs=700)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "578")
    body = document.styles["Junheng Body"]
    fonts = body.element.rPr.find(qn("w:rFonts"))
    assert (fonts.get(qn("w:eastAsia")), body.font.size.pt) == ("仿宋", 16)
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.9, abs=0.06)
    assert document.styles["Junheng Title"].font.size.pt == 22
    for footer in (section.footer, section.even_page_footer):
        assert "".join(footer.paragraphs[0].text.split()) == "—1—"
    for table in document.tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert sum(widths) <= Mm(TEXT_WIDTH_MM).twips + 8 * len(widths)
        assert min(widths) > 0


def test_what_only_people_know_is_open_and_highlighted(written: Written) -> None:
    document = Document(str(written.word))
    marked = [
        run.text
        for element in document.element.body.iter(qn("w:p"))
        for run in Paragraph(element, document).runs
        if run.font.highlight_color is not None
    ]
    text = "".join(paragraph.text for paragraph in document.paragraphs)
    assert len(marked) > 20
    assert sorted(marked) == sorted(TO_FILL.findall(text))


def test_charts_stand_in_the_report_with_a_text_for_each(written: Written) -> None:
    document = Document(str(written.word))
    assert len(document.inline_shapes) == 3
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    lines = paragraphs(written.word)
    assert all(text and text.replace("\u00a0", " ") in lines for text in described)
    assert not [line for line in lines if "⟦" in line or "{{" in line]


def test_libreoffice_shows_the_same_figures(written: Written, tmp_path: Path) -> None:
    text = as_text(written.word, tmp_path)
    for part in ("—1—", "79个参评单元中，达标56个", "三年巩固率为100.87%", "表4各项指标校际差异系数", "附数据和口径"):
        assert part in text
    conclusions = written.rows(f"select count(*) from display.shown_county_item where {YEAR}")[0][0] + 2
    assert text.count("自评结论") == conclusions


def test_names_appear_literally(hostile: Written, tmp_path: Path) -> None:
    names = [row[1] for row in cells(hostile.word, 2)]
    assert f"{HOSTILE}（小学）" in names
    assert f"{LONG}（小学）" in names
    # among the schools behind an item, where the prose of the template is filled in
    text = "\n".join(paragraphs(hostile.word))
    assert HOSTILE in text
    assert LONG in text
    shown = as_text(hostile.word, tmp_path)
    assert HOSTILE in shown
    assert LONG in shown


def test_the_same_warehouse_gives_the_same_bytes(written: Written, facts: Facts, tmp_path: Path) -> None:
    write_word(facts, tmp_path, "zh", Ledger({}))
    assert (tmp_path / COUNTY / written.word.name).read_bytes() == written.word.read_bytes()
    # an archive keeps every second second
    moment = facts.built_at.timetuple()[:6]
    with zipfile.ZipFile(written.word) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(*moment[:5], moment[5] // 2 * 2)}
    properties = Document(str(written.word)).core_properties
    assert properties.created.replace(tzinfo=None) == facts.built_at.replace(microsecond=0)


def test_the_english_report_is_in_english(facts: Facts, tmp_path: Path) -> None:
    write_word(facts, tmp_path, "en", Ledger({}))
    lines = paragraphs(tmp_path / COUNTY / "self-assessment.docx")
    assert "Of 79 units 56 comply and 23 do not" in "\n".join(lines)
    assert sum(line.startswith("Conclusion: ") for line in lines) == 35
    assert not [line for line in lines if "自评" in line or "待补充" in line]


def test_the_ledger_stands_in_the_report(facts: Facts, tmp_path: Path) -> None:
    key = f"{COUNTY}/0500152001/primary/multimedia_rooms_per_100"
    entry = Entry("新建 <教室> & 设备", "李四", "2026-08-31", "in_progress")
    write_word(facts, tmp_path, "zh", Ledger({key: entry}))
    rows = [row[4:] for row in cells(tmp_path / COUNTY / "自查自评报告.docx", 4)]
    assert ["新建 <教室> & 设备", "李四", "2026-08-31", "整改中"] in rows
    assert rows.count(["", "", "", ""]) == len(rows) - 1


def test_how_many_indicators_a_school_has_to_meet_comes_from_the_standard(written: Written, tmp_path: Path) -> None:
    assert "从 7 个方面" in "".join(paragraphs(written.word))
    assert "至少 6 项达标" in "".join(paragraphs(written.word))
    copy = tmp_path / "warehouse.duckdb"
    shutil.copyfile(written.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update display.shown_county_class set met_min_shown = (met_min_shown::int + 10)::varchar,"
            " met_max_shown = (met_max_shown::int + 10)::varchar"
        )
    template = own_template(tmp_path, "{{ resources.count }} / {{ resources.least }}")
    with Facts(copy) as other:
        write_word(other, tmp_path, "zh", Ledger({}), template)
    assert paragraphs(tmp_path / COUNTY / "自查自评报告.docx")[0] == "17 / 16"


def test_a_county_writes_its_own_template(facts: Facts, tmp_path: Path) -> None:
    template = own_template(
        tmp_path,
        "余项<85% & 乡镇：{{ county.name }}，{{ government_03.conclusion }}",
        "{{ table_classes }}",
        "{%p for item in other_government %}",
        "{{ item.name }}",
        "{%p endfor %}",
    )
    write_word(facts, tmp_path, "zh", Ledger({}), template)
    path = tmp_path / COUNTY / "自查自评报告.docx"
    lines = paragraphs(path)
    assert lines[0] == "余项<85% & 乡镇：潼南区（合成样例），自评结论：化解后达标（2026 年底前化解）。"
    assert len(Document(str(path)).tables) == 1
    # the items that the template does not name are all there
    assert len([line for line in lines[1:] if line]) == 14


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("{{ county.nmae }}", "nmae"),
        ("{{ deeds }}", "deeds"),
        ("{{ county.name", ""),
        ("{{ county.__class__.__mro__ }}", "__class__"),
    ],
)
def test_a_wrong_placeholder_is_refused(facts: Facts, tmp_path: Path, line: str, found: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_word(facts, tmp_path, "zh", Ledger({}), own_template(tmp_path, line))
    assert caught.value.message_id == "word_placeholder_unknown"
    assert found in str(caught.value.found)


def test_a_template_that_is_none_is_refused(facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "template.docx"
    path.write_text("not a document", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_word(facts, tmp_path, "zh", Ledger({}), path)
    assert caught.value.message_id == "word_template_unreadable"
    with pytest.raises(UsageError):
        write_word(facts, tmp_path, "zh", Ledger({}), tmp_path / "none.docx")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_committed_template_is_the_one_that_the_script_makes(language: str, tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from make_word_template import template
    finally:
        sys.path.pop(0)
    made = tmp_path / "made.docx"
    made.write_bytes(template(language))
    committed = ROOT / f"src/junheng/report/templates/self_assessment.{language}.docx"
    with zipfile.ZipFile(made) as ours, zipfile.ZipFile(committed) as theirs:
        assert ours.read("word/document.xml") == theirs.read("word/document.xml")
