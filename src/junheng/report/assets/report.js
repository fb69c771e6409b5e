// Filters, search and sort of tables. Their state lives in the hash of the address, so that a link shows the same rows.
// Without this script every table is simply whole.
"use strict";

const QUIET = new Set(["met", "pass", "not_applicable", "holds", "landed"]);
const words = document.body.dataset;
const tables = [...document.querySelectorAll("table[data-filterable]")].map(prepare);

function prepare(table, index) {
  const section = table.closest("section");
  const id = table.id || (section && section.getAttribute("aria-labelledby")) || `table-${index + 1}`;
  const rows = [...table.tBodies[0].rows];
  const state = { id, table, rows, original: rows.slice(), only: false, query: "", column: -1, descending: false, choices: [] };
  state.defaultOnly = "onlyFailures" in table.dataset;
  const tools = document.createElement("div");
  tools.className = "tools";
  if (rows.some((row) => !QUIET.has(row.dataset.standing)) && rows.some((row) => QUIET.has(row.dataset.standing))) {
    state.box = labelled(tools, "checkbox", table.dataset.textOnly ?? words.textOnly);
    state.box.addEventListener("change", () => change(state, { only: state.box.checked }));
  } else {
    state.defaultOnly = false;
  }
  if ("searchable" in table.dataset) {
    state.field = labelled(tools, "search", table.dataset.textSearch ?? words.textSearch);
    state.field.addEventListener("input", () => change(state, { query: state.field.value }));
  }
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    if ("choose" in cell.dataset) choosable(state, tools, cell.textContent, column);
  });
  state.count = document.createElement("output");
  state.count.setAttribute("aria-live", "polite");
  tools.append(state.count);
  if (state.box || state.field || state.choices.length) (table.closest(".scroll") || table).before(tools);
  if ("sortable" in table.dataset) [...table.tHead.rows[0].cells].forEach((cell, column) => sortable(state, cell, column));
  return state;
}

function labelled(parent, type, text) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = type;
  label.append(...(type === "checkbox" ? [input, ` ${text}`] : [`${text} `, input]));
  parent.append(label);
  return input;
}

// A list of the values of a column, of which one may be chosen.
function choosable(state, parent, text, column) {
  const texts = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const values = [...new Set(state.rows.map((row) => row.cells[column].textContent.trim()))].sort(texts.compare);
  if (values.length < 2) return;
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.append(new Option(words.textAll, ""), ...values.filter((value) => value).map((value) => new Option(value, value)));
  label.append(`${text} `, select);
  parent.append(label);
  const choice = { column, select, value: "" };
  state.choices.push(choice);
  select.addEventListener("change", () => {
    choice.value = select.value;
    apply(state);
    write();
  });
}

function sortable(state, cell, column) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sort";
  button.append(...cell.childNodes);
  cell.append(button);
  button.addEventListener("click", () => {
    const again = state.column === column;
    change(state, { column, descending: again ? !state.descending : false });
  });
}

function change(state, values) {
  Object.assign(state, values);
  apply(state);
  write();
}

function apply(state) {
  const query = state.query.trim().toLocaleLowerCase();
  let shown = 0;
  for (const row of state.rows) {
    const quiet = state.only && QUIET.has(row.dataset.standing);
    const other = query && !row.textContent.toLocaleLowerCase().includes(query);
    const unchosen = state.choices.some(({ column, value }) => value && row.cells[column].textContent.trim() !== value);
    row.hidden = Boolean(quiet || other || unchosen);
    shown += row.hidden ? 0 : 1;
  }
  if (state.box) state.box.checked = state.only;
  for (const choice of state.choices) choice.select.value = choice.value;
  if (state.field && state.field.value !== state.query) state.field.value = state.query;
  state.count.textContent = `${words.textShown} ${shown} / ${state.rows.length}`;
  const order = state.column < 0 ? state.original : state.original.slice().sort(byColumn(state));
  state.table.tBodies[0].append(...order);
  [...state.table.tHead.rows[0].cells].forEach((cell, column) => {
    if (column === state.column) cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
}

// Numbers by value, texts by the rules of the page's language; what is not there comes last in both directions.
function byColumn({ column, descending }) {
  const texts = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row) => {
    const cell = row.cells[column];
    const text = (cell.dataset.sort ?? cell.textContent).trim();
    const number = Number(text.replace(/\s*%$/, ""));
    return { text, number: text === "" || Number.isNaN(number) ? null : number, missing: text === "" || text === "…" || text === "—" || text === "×" || text === "*" };
  };
  return (left, right) => {
    const [one, two] = [key(left), key(right)];
    if (one.missing !== two.missing) return one.missing ? 1 : -1;
    const order = one.number !== null && two.number !== null ? one.number - two.number : texts.compare(one.text, two.text);
    return descending ? -order : order;
  };
}

function read() {
  const hash = new URLSearchParams(location.hash.slice(1));
  for (const state of tables) {
    state.only = hash.has(`${state.id}.only`) ? hash.get(`${state.id}.only`) === "1" : state.defaultOnly;
    state.query = hash.get(`${state.id}.q`) ?? "";
    for (const choice of state.choices) {
      const value = hash.get(`${state.id}.${choice.column}`) ?? "";
      choice.value = [...choice.select.options].some((option) => option.value === value) ? value : "";
    }
    const [column, direction] = (hash.get(`${state.id}.sort`) ?? "-1").split(".");
    state.column = Number.isInteger(Number(column)) && Number(column) < state.table.tHead.rows[0].cells.length ? Number(column) : -1;
    state.descending = direction === "desc";
    apply(state);
  }
  links();
}

function write() {
  const hash = new URLSearchParams();
  for (const state of tables) {
    if (state.only !== state.defaultOnly) hash.set(`${state.id}.only`, state.only ? "1" : "0");
    if (state.query) hash.set(`${state.id}.q`, state.query);
    for (const choice of state.choices) if (choice.value) hash.set(`${state.id}.${choice.column}`, choice.value);
    if (state.column >= 0) hash.set(`${state.id}.sort`, `${state.column}.${state.descending ? "desc" : "asc"}`);
  }
  const text = hash.toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  links();
}

// The switch of language leads to the same rows.
function links() {
  for (const link of document.querySelectorAll("a[data-keeps-hash]")) link.hash = location.hash;
}

// The place on the page that the hash names, if there is one; any text may stand in a hash.
function place() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

// A table that is wider than the page is scrolled inside its frame: with the keyboard, too.
function reachable() {
  for (const frame of document.querySelectorAll(".scroll")) {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  }
}

if (tables.length) {
  // A hash that names a place on the page is left alone.
  if (place()) tables.forEach((state) => { state.only = state.defaultOnly; apply(state); });
  else read();
  addEventListener("hashchange", () => { if (!place()) read(); });
}
reachable();
addEventListener("resize", reachable);
