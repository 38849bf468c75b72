// Opens a graph of the page in a window of its own, where a reader zooms into it as finely as it was measured. The library that
// draws it is loaded when the first one is opened. Without this script the page shows the same graph as it is.
"use strict";
(() => {
  const dialog = document.getElementById("chart");
  if (!dialog?.showModal) return;
  document.documentElement.classList.add("has-charts");
  const part = (name) => document.getElementById(`chart-${name}`);
  const { zone, failed, empty } = dialog.dataset;
  const language = document.documentElement.lang;
  const SHORTEST = 60;
  const LONGEST = 10 * 366 * 86400;

  // What is open: the address of its numbers, the names of its lines, the whole span and the shown one, in seconds.
  let open = null;
  let chart = null;
  let asking = null;
  let library = null;

  const load = () => library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/uplot.js";
    script.onload = resolve;
    script.onerror = () => { library = null; reject(new Error("uplot.js")); };
    document.head.append(script);
  });

  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  const scaled = (value, names, base) => {
    let place = 0;
    while (Math.abs(value) >= base && place + 1 < names.length) { value /= base; place += 1; }
    return `${number.format(value)}\u00a0${names[place]}`;
  };
  const FORMATS = {
    seconds: (value) => {
      const size = Math.abs(value);
      if (size >= 1 || size === 0) return `${number.format(value)}\u00a0s`;
      return size >= 0.001 ? `${number.format(value * 1e3)}\u00a0ms` : `${number.format(value * 1e6)}\u00a0µs`;
    },
    ratio: (value) => `${number.format(value * 100)}\u00a0%`,
    bits_per_second: (value) => scaled(value, ["b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"], 1000),
    octets: (value) => scaled(value, ["B", "kB", "MB", "GB", "TB", "PB"], 1000),
    number: (value) => number.format(value),
  };

  // „2026-11-24 10:05:30“ in the time zone of the page, in the parts of which labels are made.
  const parts = new Intl.DateTimeFormat("sv", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const written = (seconds) => parts.format(new Date(seconds * 1000));

  function labels(_, times, __, ___, step) {
    let day = "";
    return times.map((time) => {
      const [date, clock] = written(time).split(" ");
      const isNewDay = date !== day;
      day = date;
      if (step >= 86400) return step >= 28 * 86400 ? date.slice(0, 7) : date.slice(5);
      const shown = step >= 60 ? clock.slice(0, 5) : clock;
      return isNewDay ? `${shown}\n${date.slice(5)}` : shown;
    });
  }

  // Where nothing was measured the line is broken.
  function columns(points) {
    const steps = points.slice(1).map((point, place) => point[0] - points[place][0]).sort((one, other) => one - other);
    const longest = 3 * (steps[steps.length >> 1] ?? 0);
    const [times, least, mean, greatest] = [[], [], [], []];
    points.forEach((point, place) => {
      const before = points[place - 1];
      if (before && longest > 0 && point[0] - before[0] > longest) {
        times.push((before[0] + point[0]) / 2000);
        [least, mean, greatest].forEach((column) => column.push(null));
      }
      times.push(point[0] / 1000);
      least.push(point[2]);
      mean.push(point[3]);
      greatest.push(point[4]);
    });
    return [times, greatest, mean, least];
  }

  function draw(answer) {
    chart?.destroy();
    chart = null;
    const lines = answer.series.filter((series) => series.points.length > 0);
    part("value").textContent = lines.length > 0 ? "\u00a0" : empty;
    if (lines.length === 0) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const format = FORMATS[answer.series[0].unit] ?? FORMATS.number;
    const series = [{}];
    const bands = [];
    lines.forEach((line) => {
      const place = answer.series.indexOf(line);
      const stroke = colour(`line${place + 1}`);
      const first = series.length;
      series.push({ points: { show: false } }, {
        label: open.names[place], stroke, width: 1.75, dash: place === 0 ? undefined : [5, 3],
      }, { points: { show: false } });
      bands.push({ series: [first, first + 2], fill: `color-mix(in srgb, ${stroke} 20%, transparent)` });
    });
    const axis = { stroke: colour("dim"), grid: { stroke: colour("edge"), width: 1 }, ticks: { stroke: colour("edge"), width: 1 } };
    const value = (chart) => {
      const place = chart.cursor.idx;
      if (place == null) return;
      const words = lines.map((line, number) => {
        const [greatest, mean, least] = [1, 2, 3].map((column) => chart.data[3 * number + column][place]);
        if (mean == null) return null;
        const around = least < greatest ? ` (${format(least)} – ${format(greatest)})` : "";
        return `${open.names[answer.series.indexOf(line)]} ${format(mean)}${around}`;
      });
      part("value").textContent = `${written(chart.data[0][place])}: ${words.filter(Boolean).join(", ") || "–"}`;
    };
    const select = (chart) => {
      const { left, width } = chart.select;
      if (width > 0) show(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
    };
    chart = new uPlot({
      ...size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      scales: { x: { range: () => [open.from, open.to] }, y: { range: (_, least, greatest) => [Math.min(0, least), greatest * 1.05 || 1] } },
      series, bands,
      axes: [{ ...axis, values: labels, space: 70 }, { ...axis, size: 80, values: (_, values) => values.map(format) }],
      hooks: { setCursor: [value], setSelect: [select] },
    }, uPlot.join(lines.map((line) => columns(line.points))), part("plot"));
  }

  const size = () => ({ width: part("plot").clientWidth, height: Math.max(160, Math.min(420, innerHeight - 320)) });

  async function show(from, to) {
    const now = Date.now() / 1000;
    const length = Math.min(Math.max(to - from, SHORTEST), LONGEST);
    to = Math.min((from + to + length) / 2, Math.max(now, open.whole[1]));
    [open.from, open.to] = [to - length, to];
    part("span").textContent = `${written(open.from)} – ${written(open.to)}`;
    asking?.abort();
    const mine = asking = new AbortController();
    const time = (seconds) => encodeURIComponent(new Date(seconds * 1000).toISOString());
    try {
      const [response] = await Promise.all([
        fetch(`${open.source}&from=${time(open.from)}&to=${time(open.to)}`, { signal: mine.signal }), load(),
      ]);
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const answer = await response.json();
      if (asking === mine && dialog.open) draw(answer);
    } catch (fault) {
      if (fault.name !== "AbortError" && asking === mine) part("value").textContent = failed;
    }
  }

  const MOVES = {
    back: (from, to) => show(from - (to - from) / 2, to - (to - from) / 2),
    forward: (from, to) => show(from + (to - from) / 2, to + (to - from) / 2),
    in: (from, to) => show(from + (to - from) / 4, to - (to - from) / 4),
    out: (from, to) => show(from - (to - from) / 2, to + (to - from) / 2),
    whole: () => show(...open.whole),
    close: () => dialog.close(),
  };

  // The page is made anew under our feet: what is clicked is asked for, not what was there.
  document.addEventListener("click", (event) => {
    const move = event.target.closest?.("[data-move]")?.dataset.move;
    if (move && open) MOVES[move](open.from, open.to);
    const button = event.target.closest?.("button.zoom");
    if (!button) return;
    const figure = button.closest("figure");
    const heading = figure.parentElement.querySelector("h2, h3")?.textContent ?? "";
    const whole = [button.dataset.from, button.dataset.to].map((time) => Date.parse(time) / 1000);
    open = { source: button.dataset.series, names: [...figure.querySelectorAll("[data-name]")].map((key) => key.dataset.name), whole };
    part("title").textContent = `${document.querySelector("h1").textContent}: ${heading}`;
    dialog.showModal();
    show(...whole);
  });
  dialog.addEventListener("close", () => {
    asking?.abort();
    chart?.destroy();
    document.querySelector(`button.zoom[data-series="${CSS.escape(open.source)}"]`)?.focus({ preventScroll: true });
    chart = open = null;
  });
  addEventListener("resize", () => chart?.setSize(size()));
})();
