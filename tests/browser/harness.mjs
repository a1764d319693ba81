// Starts what the browser tests need and ends it again: the counter, the page's server, Chromium.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = process.env.VISITOR_COUNTER ?? `${root}build/release/visitor-counter`;
const patienceMs = 30_000;

// The addresses of a default installation. Chromium maps them to the free ports really used, so that the example is
// tested as it stands: its counter's URL, and an origin that the counter must be told beforehand.
export const pageUrl = "http://localhost:1580/";
export const counterUrl = "http://127.0.0.1:8080/counter";
export const foreignPageUrl = "http://elsewhere.test/";

async function waitFor(condition, what) {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(5)) {
    const found = condition();
    if (found) return found;
  }
  throw new Error(`waited ${patienceMs} ms for ${what}`);
}

/** A child process: the lines it wrote, and its end. */
class Program {
  stdout = [];
  stderr = [];

  constructor(command, args, env = process.env) {
    this.child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.child, "close").then(([code]) => code);
    this.ended.then((code) => { this.end = `exit code ${code}`; }, (error) => { this.end = error.message; });
    for (const name of ["stdout", "stderr"]) {
      createInterface({ input: this.child[name] }).on("line", (line) => this[name].push(line));
    }
  }

  /** The first line that `match` gives something for. */
  line(name, match, what) {
    return waitFor(() => {
      const found = this[name].map(match).find(Boolean);
      if (!found && this.end) throw new Error([`${this.end} before ${what}`, ...this.stderr].join("\n"));
      return found;
    }, what);
  }

  /** Ends the program; returns its exit code. */
  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    const insist = setTimeout(() => this.child.kill("SIGKILL"), patienceMs);
    const code = await this.ended;
    clearTimeout(insist);
    return code;
  }
}

const parsed = (line) => (line.startsWith("{") ? JSON.parse(line) : {});

/** A server; `store` is kept by whoever names it. */
export async function startCounter({ store = "memory:" } = {}) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(VISITOR_COUNTER_.*|STAGE|ALLOWED_ORIGINS|COUNTER_(ID|TTL_DAYS)|LOG_LEVEL)$/.test(name)) delete env[name];
  }
  const program = new Program(binary, [
    "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store,
    "--allowed-origins", new URL(pageUrl).origin, "--log-format", "json",
  ], env);
  const { listen, ops_listen } = await program.line("stderr", (text) => {
    const line = parsed(text);
    return line.message === "listening" && line;
  }, "listening");

  return {
    address: listen,
    opsAddress: ops_listen,
    stop: () => program.stop(),

    async visit(times) {
      for (let i = 0; i < times; ++i) {
        const response = await fetch(`http://${listen}/counter`);
        if (!response.ok) throw new Error(`visit: ${response.status} ${await response.text()}`);
      }
    },

    /** The count in the store. */
    async stored() {
      const response = await fetch(`http://${ops_listen}/counters/main_counter`);
      return response.status === 404 ? 0 : (await response.json()).visit_count;
    },

    async set(count) {
      const response = await fetch(`http://${ops_listen}/counters/main_counter`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ visit_count: count }),
      });
      if (!response.ok) throw new Error(`set: ${response.status} ${await response.text()}`);
    },

    /** What was asked so far, as "METHOD ROUTE STATUS". A health check of our own marks the log's end. */
    async requests() {
      const { headers } = await fetch(`http://${listen}/health`);
      const marker = headers.get("x-amzn-RequestId");
      await program.line("stderr", (text) => parsed(text).request_id === marker, "the marker in the log");
      return program.stderr.map(parsed)
        .filter(({ message, route }) => message === "request" && route !== "/health")
        .map(({ method, route, status }) => `${method} ${route} ${status}`);
    },
  };
}

export const servePage = (...flags) => new Program("python3", [`${root}scripts/serve-page.py`, ...flags]);

export async function startPage(...flags) {
  const program = servePage("--port", "0", ...flags);
  const [, port] = await program.line("stdout", (line) => /http:\/\/localhost:(\d+)\//.exec(line), "the page's URL");
  return { address: `127.0.0.1:${port}`, program, stop: (signal) => program.stop(signal) };
}

/** What the addresses of a default installation are mapped to. */
const mapped = (counter, page) => [
  `MAP ${new URL(pageUrl).host} ${page.address}`,
  `MAP ${new URL(counterUrl).host} ${counter.address}`,
  `MAP ${new URL(foreignPageUrl).host}:80 ${page.address}`,
];

export function startBrowser(rules = []) {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      `--host-resolver-rules=${rules.join(",")}`,
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    ],
  });
}

/** A counter, the example page and a browser. */
export async function startAll() {
  const started = [];
  const stop = async () => {
    while (started.length) await started.pop()();
  };
  try {
    const counter = await startCounter();
    started.push(() => counter.stop());
    const page = await startPage();
    started.push(() => page.stop());
    const browser = await startBrowser(mapped(counter, page));
    started.push(() => browser.close());
    return { counter, browser, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
