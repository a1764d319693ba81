// Shows the figures that /dashboard/events sends, and draws the history. The server's words are JSON, see
// src/ops/dashboard_json.cpp; all of them are set as text.
"use strict";

const hourMs = 3_600_000;
const dayHours = 24;
const historyEveryMs = 300_000;
const speakEveryMs = 30_000;
const tryAgainMs = 3_000;
const silenceMs = 8_000;
const ratesShown = 120; // ten minutes

const element = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const dayName = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

const say = (id, text) => {
  if (element(id).textContent !== text) element(id).textContent = text;
};
const visits = (count) => `${whole.format(count)} ${count === 1 ? "visit" : "visits"}`;
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
const rateText = (rate) => (rate === 0 ? "0" : rate < 0.01 ? "< 0.01" : rate < 10 ? rate.toFixed(2) : whole.format(Math.round(rate)));

function durationText(seconds) {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  return `${Number(seconds.toPrecision(2))} s`;
}

// --- what is known -----------------------------------------------------------------------------------------------

const known = {
  hours: new Map(), // visits by hours since 1970
  history: "waiting", // or "there", "none" (this store keeps none), "failed"
  latest: null, // the last event
  days: 30,
};

const hourOf = (time) => Math.floor(Date.parse(time) / hourMs);
const nowHour = () => (known.latest ? hourOf(known.latest.time) : Math.floor(Date.now() / hourMs));

/** The last `count` hours, the one that goes on included: their beginnings and visits. */
function lastHours(count) {
  const first = nowHour() - count + 1;
  return Array.from({ length: count }, (_, i) => ({ at: (first + i) * hourMs, visits: known.hours.get(first + i) ?? 0 }));
}

function lastDays(count) {
  const first = Math.floor(nowHour() / dayHours) - count + 1;
  return Array.from({ length: count }, (_, i) => {
    const hours = Array.from({ length: dayHours }, (_, hour) => known.hours.get((first + i) * dayHours + hour) ?? 0);
    return { at: (first + i) * dayHours * hourMs, visits: sum(hours) };
  });
}

// --- charts ------------------------------------------------------------------------------------------------------

const charts = {};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function paint(chart) {
  const { scales, plugins } = chart.options;
  for (const scale of Object.values(scales)) {
    scale.ticks.color = colour("muted");
    scale.grid.color = colour("line");
  }
  Object.assign(plugins.tooltip, { backgroundColor: colour("ink"), titleColor: colour("card"), bodyColor: colour("card") });
  const [data] = chart.data.datasets;
  if (chart.config.type === "bar") {
    data.backgroundColor = ({ dataIndex }) => colour(dataIndex === chart.data.labels.length - 1 ? "accent" : "bar");
    data.hoverBackgroundColor = colour("accent");
  } else {
    data.borderColor = colour("accent");
    data.backgroundColor = `${colour("accent")}22`;
  }
}

function makeChart(id, type, labelOf, valueText) {
  const chart = new Chart(element(id), {
    type,
    data: { labels: [], datasets: [{ data: [], borderRadius: 2, borderWidth: 2, pointRadius: 0, fill: true, tension: 0.3,
      barPercentage: 0.92, categoryPercentage: 0.92, minBarLength: 0 }] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { display: false },
        tooltip: { displayColors: false, padding: 10, callbacks: {
          title: ([item]) => chart.names[item.dataIndex],
          label: (item) => valueText(item.raw),
        } },
      },
      scales: {
        x: { grid: { display: false, drawBorder: false },
          ticks: { autoSkip: false, maxRotation: 0, callback: (_, i) => labelOf(chart, i) } },
        y: { beginAtZero: true, suggestedMax: type === "bar" ? 5 : 1, grid: { drawBorder: false, drawTicks: false },
          ticks: { maxTicksLimit: 5, padding: 8, precision: type === "bar" ? 0 : undefined,
            callback: (value) => whole.format(value) } },
      },
    },
  });
  if (type === "bar") chart.data.datasets[0].borderWidth = 0;
  paint(chart);
  charts[id] = chart;
}

/** Shows rows of {name, at, value}, in the chart and in the table below it. */
function show(id, rows, heads, valueText) {
  const chart = charts[id];
  if (chart) {
    chart.names = rows.map(({ name }) => name);
    chart.rows = rows;
    chart.data.labels = chart.names;
    chart.data.datasets[0].data = rows.map(({ value }) => value);
    chart.update();
  }
  if (element(`${id}-details`).open) fillTable(id, rows, heads, valueText);
}

function fillTable(id, rows, heads, valueText) {
  const row = (tag, cells) => {
    const line = document.createElement("tr");
    cells.forEach((text, column) => {
      const cell = document.createElement(tag === "th" || column === 0 ? "th" : "td");
      if (cell.localName === "th") cell.scope = tag === "th" ? "col" : "row";
      cell.textContent = text;
      line.append(cell);
    });
    return line;
  };
  const head = document.createElement("thead");
  head.append(row("th", heads));
  const body = document.createElement("tbody");
  body.append(...rows.filter(({ value }) => value !== null).reverse().map(({ name, value }) => row("td", [name, valueText(value)])));
  element(`${id}-table`).replaceChildren(head, body);
}

function sayEmpty(id, text) {
  say(`${id}-empty`, text);
  element(`${id}-empty`).hidden = text === "";
  element(id).hidden = text !== "" && text !== noVisits;
  element(`${id}-details`).hidden = element(id).hidden;
}

// --- the history -------------------------------------------------------------------------------------------------

const noVisits = "No visits yet. The first one appears here at once.";
const historyWords = {
  waiting: "Reading the history…",
  none: "This store keeps no history. On AWS it is in CloudWatch; for any other, Prometheus keeps one.",
  failed: "The history cannot be read. Trying again.",
};

function compared(now, before) {
  if (before === 0) return "";
  const percent = Math.round((100 * (now - before)) / before);
  if (percent === 0) return ", as many as in the 7 before";
  return `, ${Math.abs(percent)} % ${percent > 0 ? "more" : "fewer"} than in the 7 before`;
}

function busiest(rows) {
  const most = rows.reduce((best, row) => (row.visits > best.visits ? row : best), { visits: 0 });
  return most.visits ? `; the busiest was ${dayName.format(most.at)} with ${whole.format(most.visits)}` : "";
}

function showHistory() {
  const words = known.history === "there" ? "" : historyWords[known.history];
  const weeks = sum(lastDays(14).map((day) => day.visits));
  const hours = lastHours(7 * dayHours);
  const week = sum(hours.map((hour) => hour.visits));
  const days = lastDays(known.days);
  const all = sum(days.map((day) => day.visits));
  const nothing = known.hours.size === 0 ? noVisits : "";
  sayEmpty("hours", words || nothing);
  sayEmpty("days", words || nothing);
  say("hours-aside", words ? "" : `${visits(week)} in 7 days${compared(week, weeks - week)}`);
  say("days-aside", words ? "" : `${visits(all)} in ${known.days} days${busiest(days)}`);
  if (words) return;

  const hourRows = hours.map(({ at, visits: value }) => {
    const hour = String(new Date(at).getUTCHours()).padStart(2, "0");
    return { at, value, name: `${dayName.format(at)}, ${hour}:00` };
  });
  show("hours", hourRows, ["hour, UTC", "visits"], whole.format);
  show("days", days.map(({ at, visits: value }) => ({ at, value, name: dayName.format(at) })), ["day, UTC", "visits"], whole.format);
  element("hours").setAttribute("aria-label", `Visits per hour: ${visits(week)} in 7 days. The table below has each.`);
  element("days").setAttribute("aria-label", `Visits per day: ${visits(all)} in ${known.days} days. The table below has each.`);
}

async function readHistory() {
  try {
    const answer = await fetch("/dashboard/history");
    const { hours } = await answer.json();
    if (!answer.ok) throw new Error("no history");
    known.history = hours ? "there" : "none";
    known.hours = new Map(hours ?? []);
  } catch {
    if (known.history !== "there") known.history = "failed";
  }
  if (known.latest) takeToday(known.latest);
  showHistory();
}

/** The hours of today, which an event tells. Gives whether anything is new. */
function takeToday({ today }) {
  let news = false;
  for (const [hour, count] of today ?? []) {
    news ||= known.hours.get(hour) !== count;
    known.hours.set(hour, count);
  }
  return news;
}

// --- the figures -------------------------------------------------------------------------------------------------

let spokenAt = 0;

/** For those who listen: a change of state at once, figures now and then. */
function speak(text, when = "now") {
  const now = Date.now();
  if (when === "sometimes" && now - spokenAt < speakEveryMs) return;
  spokenAt = now;
  say("spoken", text);
}

function setState(state, text) {
  if (element("state-text").textContent === text) return;
  element("state").dataset.state = state;
  say("state-text", text);
  speak(text);
}

function notice(text) {
  say("notice", text);
  element("notice").hidden = text === "";
}

function showTotal({ total, today }) {
  if (total === null) return; // the last one that was known stays
  const text = whole.format(total);
  say("total", text);
  element("total").classList.toggle("long", text.length > 9);
  say("total-aside", total === 0 ? "No visits yet. The first one appears here at once." : "");
  if (today) say("today", whole.format(sum(today.map(([, count]) => count))));
  else say("today-aside", "this store keeps no history");
  const todayText = today ? `, ${element("today").textContent} today` : "";
  speak(`${visits(total)}${todayText}`, "sometimes");
}

function showTraffic({ traffic, visits: outcomes }) {
  say("rate", traffic.rates.length ? rateText(traffic.rate) : "–");
  say("p95", traffic.answered ? durationText(traffic.p95) : "–");
  say("latency-aside", traffic.answered
    ? `half within ${durationText(traffic.p50)}, 99 % within ${durationText(traffic.p99)}`
    : "no requests in the last ten minutes");
  const lost = outcomes["not-counted"] + outcomes.unknown;
  say("lost", whole.format(lost));
  element("lost").classList.toggle("bad", lost > 0);
  say("lost-aside", lost
    ? `${whole.format(outcomes["not-counted"])} not counted, ${whole.format(outcomes.unknown)} unknown, since the start`
    : "visits that failed, since the start");
}

function showRates({ time, traffic }) {
  const { rates, step } = traffic;
  sayEmpty("rates", rates.length ? "" : "The first figures come in a few seconds.");
  if (!rates.length) return;
  const newest = Date.parse(time);
  const rows = Array.from({ length: ratesShown }, (_, i) => {
    const ago = ratesShown - 1 - i;
    const at = newest - ago * step * 1000;
    return { at, value: rates[rates.length - 1 - ago] ?? null, name: new Date(at).toISOString().slice(11, 19) };
  });
  show("rates", rows, ["time, UTC", "requests per second"], rateText);
  element("rates").setAttribute("aria-label", `Requests per second: ${rateText(traffic.rate)} in the last minute.`);
}

const refusalWords = {
  no_such_route: "no such route",
  forbidden: "no key, or the wrong one",
  limit_exceeded: "quota used up",
  bad_request: "malformed request",
  expectation_failed: "unknown expectation",
  too_many_requests: "too many requests or connections",
  version_not_supported: "other version of HTTP",
  body_too_large: "body too large",
  head_too_large: "headers too large",
};

function showRefusals({ refusals }) {
  const some = Object.entries(refusals).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  element("refusals-empty").hidden = some.length > 0;
  const shown = JSON.stringify(some);
  if (element("refusals").dataset.shown === shown) return;
  element("refusals").dataset.shown = shown;
  element("refusals").replaceChildren(...some.map(([why, count]) => {
    const line = document.createElement("div");
    for (const [tag, text] of [["dt", refusalWords[why] ?? why.replaceAll("_", " ")], ["dd", whole.format(count)]]) {
      line.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
    return line;
  }));
}

const storeNames = { sqlite: "SQLite file", memory: "memory, for trials: gone with the process", dynamodb: "DynamoDB table" };

function showServer({ store, listeners, started, version, log_lines_dropped: dropped }) {
  say("store", `${storeNames[store.kind] ?? store.kind}${store.trouble ? `: ${store.trouble.toLowerCase()}` : ""}`);
  say("queue", `${visits(store.queued)}, of ${whole.format(store.queued_max)} at most`);
  const open = Object.entries(listeners).map(([name, [now]]) => `${whole.format(now)} ${name}`);
  say("connections", open.join(", "));
  say("dropped", whole.format(dropped));
  say("started", `${moment.format(started * 1000)} UTC`);
  say("version", version);
  if (store.trouble) {
    setState("bad", `Not counting: ${store.trouble.toLowerCase()}`);
    notice("The store fails. Visits are answered with an error and are not counted, until it works again. The log says why.");
  } else {
    setState("good", "Counting");
    notice("");
  }
}

function take(event) {
  const hourWas = known.latest && hourOf(known.latest.time);
  known.latest = event;
  showTotal(event);
  showTraffic(event);
  showRates(event);
  showRefusals(event);
  showServer(event);
  if (takeToday(event) || hourWas !== hourOf(event.time)) showHistory();
}

// --- the connection ----------------------------------------------------------------------------------------------

function lost(text) {
  setState("bad", text);
  notice(known.latest
    ? `${text}. These figures are of ${known.latest.time.slice(11, 19)} UTC. Trying again…`
    : `${text}. Trying again…`);
}

let heardAt = Date.now();

function watch() {
  const events = new EventSource("/dashboard/events");
  const again = (text) => {
    events.close();
    lost(text);
    setTimeout(watch, tryAgainMs);
  };
  events.addEventListener("open", readHistory);
  events.addEventListener("message", ({ data }) => {
    heardAt = Date.now();
    take(JSON.parse(data));
  });
  events.addEventListener("stopping", () => again("The server is stopping"));
  events.addEventListener("error", () => again("The server cannot be reached"));
}

function dayLabel(chart, i) {
  const { at } = chart.rows[i];
  const every = Math.ceil((known.days / 7) * (chart.width < 500 ? 2 : 1));
  return (known.days - 1 - i) % every === 0 ? shortDay.format(at) : null;
}

function hourLabel(chart, i) {
  const { at } = chart.rows[i];
  const narrow = chart.width < 500;
  const labelled = new Date(at).getUTCHours() === 0 && (!narrow || Math.floor(i / dayHours) % 2 === 0);
  return labelled ? `${weekday.format(at)} ${new Date(at).getUTCDate()}` : null;
}

function minuteLabel(chart, i) {
  const ago = chart.rows.length - 1 - i;
  if (ago === 0) return "now";
  return (ago + 1) % 24 === 0 ? `−${(ago + 1) / 12} min` : null;
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
makeChart("hours", "bar", hourLabel, visits);
makeChart("days", "bar", dayLabel, visits);
makeChart("rates", "line", minuteLabel, (rate) => `${rateText(rate)} a second`);

for (const input of document.querySelectorAll("input[name=days]")) {
  input.addEventListener("change", () => {
    known.days = Number(input.value);
    showHistory();
  });
}
for (const id of ["hours", "days", "rates"]) {
  element(`${id}-details`).addEventListener("toggle", () => {
    if (id === "rates" && known.latest) showRates(known.latest);
    else if (id !== "rates") showHistory();
  });
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of Object.values(charts)) {
    paint(chart);
    chart.update();
  }
});
setInterval(readHistory, historyEveryMs);
setInterval(() => {
  if (Date.now() - heardAt > silenceMs) lost("Nothing is heard from the server");
}, 1_000);
showHistory();
watch();
