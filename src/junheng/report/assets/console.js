// The SQL console: sql.js reads the database that a script of this folder carries. Nothing leaves the page.
// The query and the county stand in the hash of the address, so that a link asks the same question.
"use strict";

(() => {
  const MOST = 1000;
  const form = document.getElementById("console");
  const [county, example, query, csv, message, result] = ["county", "example", "query", "csv", "message", "result"].map((id) => document.getElementById(id));
  const texts = form.dataset;
  const opened = new Map();
  let engine = null;
  let answer = null;
  let running = 0;

  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  query.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
  example.addEventListener("change", () => { if (example.value) { query.value = example.value; run(); } });
  county.addEventListener("change", run);
  csv.addEventListener("click", download);
  addEventListener("hashchange", read);
  read();

  function read() {
    const hash = new URLSearchParams(location.hash.slice(1));
    if (!hash.has("sql")) return;
    const source = hash.get("county");
    if (source && county.options && [...county.options].some((one) => one.value === source)) county.value = source;
    query.value = hash.get("sql");
    run();
  }

  async function run() {
    const mine = ++running;
    say(texts.running);
    result.replaceChildren();
    csv.disabled = true;
    answer = null;
    write();
    try {
      const database = await open();
      if (mine !== running) return;
      const started = performance.now();
      const found = database.exec(query.value);
      answer = found.length ? found[found.length - 1] : null;
      show(performance.now() - started);
    } catch (error) {
      if (mine === running) say(`${texts.failed} ${error.message}`, true);
    }
  }

  // Each county is loaded when it is first asked for.
  function open() {
    if (!opened.has(county.value)) {
      const opening = load();
      opening.catch(() => opened.delete(county.value));
      opened.set(county.value, opening);
    }
    return opened.get(county.value);
  }

  async function load() {
    const code = county.value;
    const source = (county.options ? county.options[county.selectedIndex] : county).dataset.source;
    if (!self.DecompressionStream || !self.WebAssembly) throw new Error(texts.old);
    engine ??= initSqlJs();
    if (!(self.junhengDatabases || {})[code]) await script(source);
    const packed = Uint8Array.from(atob(self.junhengDatabases[code]), (one) => one.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    delete self.junhengDatabases[code];
    return new (await engine).Database(bytes);
  }

  function script(source) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = source;
      element.onload = resolve;
      element.onerror = () => reject(new Error(source));
      document.head.append(element);
    });
  }

  function say(text, failed = false) {
    message.textContent = text;
    message.className = failed ? "below_floor" : "note";
  }

  function show(milliseconds) {
    if (!answer) { say(texts.none); return; }
    const rows = answer.values.slice(0, MOST);
    const numbers = answer.columns.map((_, column) => rows.every((row) => row[column] === null || typeof row[column] === "number"));
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    answer.columns.forEach((name, column) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      if (numbers[column]) cell.className = "number";
      head.append(cell);
    });
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((value, column) => {
        const cell = line.insertCell();
        cell.textContent = value === null ? "" : String(value);
        if (numbers[column]) cell.className = "number";
      });
    }
    const caption = table.createCaption();
    caption.textContent = texts.caption;
    result.replaceChildren(table);
    csv.disabled = false;
    const cut = answer.values.length > MOST ? ` ${texts.cut}` : "";
    say(`${texts.rows} ${answer.values.length} (${Math.round(milliseconds)} ms)${cut}`);
  }

  // A text that a spreadsheet would take for a formula gets an apostrophe.
  function field(value) {
    if (value === null) return "";
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function download() {
    const lines = [answer.columns, ...answer.values].map((row) => row.map(field).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" }));
    link.download = "junheng-query.csv";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function write() {
    const hash = new URLSearchParams();
    if (county.options) hash.set("county", county.value);
    hash.set("sql", query.value);
    history.replaceState(null, "", `#${hash}`);
    for (const link of document.querySelectorAll("a[data-keeps-hash]")) link.hash = location.hash;
  }
})();
