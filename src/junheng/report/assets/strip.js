// The interactive strip plot. Names go into the page as texts, never as markup. The chosen school stands in the hash.
"use strict";

(() => {
  const data = self.junhengStrip;
  const box = document.getElementById("strip");
  const chosen = document.getElementById("school");
  const open = document.getElementById("open");
  const stages = data.stages;
  const SYMBOLS = { circle: "circle", "triangle-up": "triangle", diamond: "diamond" };
  const style = getComputedStyle(document.body);
  let chart = null;
  let wide = null;

  chosen.addEventListener("change", () => { write(); draw(); });
  addEventListener("hashchange", () => { read(); draw(); });
  addEventListener("resize", () => { if (chart) { draw(); chart.resize(); } });
  addEventListener("beforeprint", () => chart && chart.resize());
  read();
  draw();

  function read() {
    const code = new URLSearchParams(location.hash.slice(1)).get("school") || "";
    chosen.value = [...chosen.options].some((one) => one.value === code) ? code : "";
    follow();
  }

  function write() {
    const hash = chosen.value ? `#${new URLSearchParams({ school: chosen.value })}` : location.pathname + location.search;
    history.replaceState(null, "", hash);
    follow();
  }

  function follow() {
    open.hidden = !chosen.value;
    if (chosen.value) open.href = chosen.options[chosen.selectedIndex].dataset.link;
    for (const link of document.querySelectorAll("a[data-keeps-hash]")) link.hash = location.hash;
  }

  // Beside each other where there is room, else below each other.
  function draw() {
    const now = box.clientWidth > 760;
    if (chart && now !== wide) { chart.dispose(); chart = null; }
    wide = now;
    box.style.height = `${(wide ? 1 : stages.length) * (data.indicators.length * 58 + 60) + 60 + (wide ? 0 : 21 * data.standings.length)}px`;
    if (!chart) {
      chart = echarts.init(box, null, { renderer: "canvas" });
      chart.on("click", (event) => { if (event.data && event.data.point) location.href = box.dataset.home + event.data.point.link; });
    }
    chart.setOption(option(), { notMerge: true });
  }

  function option() {
    const labels = wide ? 190 : 110;
    const width = (box.clientWidth - labels - 40) / stages.length - 20;
    const height = data.indicators.length * 58;
    const top = wide ? 60 : 56 + 21 * data.standings.length;
    const grid = stages.map((_, index) => wide
      ? { left: labels + index * (width + 30), width, top, height }
      : { left: labels, right: 16, top: top + index * (height + 60), height });
    const last = data.indicators.length - 1;
    const line = { silent: true, symbol: "none", label: { show: false }, animation: false };
    return {
      animation: false,
      textStyle: { fontFamily: style.fontFamily, color: "#1b1f24" },
      aria: { enabled: false },
      title: stages.map((stage, index) => ({ text: stage.name, textStyle: { fontSize: 14, fontWeight: 600 }, left: grid[index].left, top: grid[index].top - 26 })),
      legend: { top: 0, left: 0, orient: wide ? "horizontal" : "vertical", itemGap: wide ? 18 : 6, itemWidth: 12, itemHeight: 12, padding: 0, data: data.standings.map((one) => ({ name: one.word, icon: SYMBOLS[one.shape] })), textStyle: { fontSize: 13 } },
      tooltip: { trigger: "item", confine: true, formatter: (event) => told(event.data.point) },
      grid,
      xAxis: stages.map((_, gridIndex) => ({ gridIndex, type: "value", min: 0, max: data.edge, interval: wide ? 50 : 100, axisLabel: { formatter: "{value} %", hideOverlap: true }, axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: "#c9ced6" } }, splitLine: { lineStyle: { color: "#e4e7ec" } } })),
      yAxis: stages.map((_, gridIndex) => ({
        gridIndex, type: "value", inverse: true, min: -0.5, max: last + 0.5, interval: 0.5,
        axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: "#e4e7ec" }, showMinLine: true },
        axisLabel: { show: gridIndex === 0 || !wide, formatter: (value) => (Number.isInteger(value) ? data.indicators[value] : ""), width: labels - 10, overflow: "break", fontSize: 12, color: "#1b1f24", margin: 8 },
      })),
      series: stages.flatMap((stage, index) => [
        ...data.standings.map((standing, position) => ({
          name: standing.word, type: "scatter", xAxisIndex: index, yAxisIndex: index, symbol: SYMBOLS[standing.shape], symbolSize: 9, cursor: "pointer",
          itemStyle: { color: standing.colour, borderColor: "#1b1f24", borderWidth: 0.6, opacity: 1 },
          data: data.points.filter((point) => point.stage === stage.id && point.standing === standing.id).map(placed),
          markLine: position ? undefined : { ...line, data: [{ xAxis: 100, lineStyle: { color: "#1b1f24", width: 2, type: "solid" } }, ...data.floors.map((floor) => ({ xAxis: floor, lineStyle: { color: "#1b1f24", width: 1, type: "dashed" } }))] },
        })),
        {
          type: "scatter", xAxisIndex: index, yAxisIndex: index, symbol: "circle", symbolSize: 17, z: 5, cursor: "pointer",
          itemStyle: { color: "transparent", borderColor: "#1b1f24", borderWidth: 2.5 },
          data: data.points.filter((point) => point.stage === stage.id && point.code === chosen.value).map(placed),
        },
      ]),
    };
  }

  function placed(point) {
    return { value: [point.share, point.indicator + point.lane * 0.105], point };
  }

  function told(point) {
    const element = document.createElement("div");
    const name = document.createElement("strong");
    name.textContent = point.school;
    const rest = [`${stages.find((one) => one.id === point.stage).name} · ${data.indicators[point.indicator]}`, point.text, data.standings.find((one) => one.id === point.standing).word];
    element.append(name, ...rest.flatMap((text) => [document.createElement("br"), text]));
    element.style.maxWidth = "22rem";
    element.style.whiteSpace = "normal";
    return element;
  }
})();
