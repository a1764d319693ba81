import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { counterUrl, foreignPageUrl, pageUrl, startAll } from "./harness.mjs";

const untouched = ["–", "–"];
const expose = { "Access-Control-Expose-Headers": "x-amzn-RequestId, X-Visit-Outcome" };
const readable = { "Access-Control-Allow-Origin": new URL(pageUrl).origin, ...expose };
// Named, because Playwright allows the tab's origin in an answer that names none.
const unreadable = { "Access-Control-Allow-Origin": "https://elsewhere.test", ...expose };

const counted = (count) => ({ status: 200, headers: readable, json: { count, status: "success" } });
const failed = (outcome, headers = readable) => ({
  status: 500,
  headers: { ...headers, "X-Visit-Outcome": outcome },
  json: { status: "error" },
});

/** A tab, and what went wrong in it. */
async function openTab(t, browser, options) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const tab = await context.newPage();
  tab.consoleErrors = [];
  tab.pageErrors = [];
  tab.on("console", (message) => message.type() === "error" && tab.consoleErrors.push(message.text()));
  tab.on("pageerror", (error) => tab.pageErrors.push(error.message));
  return tab;
}

/** Stops the tab's clock, and keeps the fetches and timers of its scripts where a test can see them. */
async function stopClock(tab) {
  await tab.clock.install({ time: 0 });
  await tab.clock.pauseAt(1000);
  await tab.addInitScript(() => {
    const { fetch, setTimeout } = window;
    window.answers = [];
    window.delays = [];
    window.fetch = (...args) => {
      const answer = fetch(...args);
      window.answers.push(answer);
      return answer;
    };
    window.setTimeout = (callback, delay) => {
      window.delays.push(delay);
      return setTimeout(callback, delay);
    };
  });
}

/** Answers the tab's visits in this order, the last one for ever; returns what was asked. */
async function answerWith(tab, ...answers) {
  const asked = [];
  await tab.route(counterUrl, (route) => {
    asked.push(route.request().method());
    return route.fulfill(answers[Math.min(asked.length, answers.length) - 1]);
  });
  return asked;
}

const texts = (tab) => tab.locator("[data-visitor-counter]").allTextContents();
const answersSettled = (tab) => tab.evaluate(async () => void (await Promise.allSettled(window.answers)));
const visits = (tab) => tab.evaluate(() => window.answers.length);
const delays = (tab) => tab.evaluate(() => window.delays);

async function shownNumber(tab) {
  await tab.locator("[data-visitor-counter]", { hasText: /^\d+$/ }).first().waitFor();
  const [first, ...others] = await texts(tab);
  for (const other of others) assert.equal(other, first);
  return Number(first);
}

describe("the example page", () => {
  let all;
  before(async () => {
    all = await startAll();
  });
  after(() => all?.stop());

  test("shows in every marked element the number that a server on another origin gave it", async (t) => {
    await all.counter.set(41);
    const tab = await openTab(t, all.browser);
    await tab.goto(pageUrl);
    assert.equal(await shownNumber(tab), 42);
    assert.equal((await texts(tab)).length, untouched.length);
    assert.deepEqual(tab.consoleErrors, []);
    assert.deepEqual(tab.pageErrors, []);
  });

  test("goes up by exactly one per load", async (t) => {
    const before = (await all.counter.requests()).length;
    const tab = await openTab(t, all.browser);
    await tab.goto(pageUrl);
    const first = await shownNumber(tab);
    for (const load of [1, 2, 3]) {
      await tab.reload();
      assert.equal(await shownNumber(tab), first + load);
    }
    assert.equal((await all.counter.requests()).length - before, 4);
  });

  test("asks with one plain GET and without a preflight", async (t) => {
    const before = (await all.counter.requests()).length;
    const tab = await openTab(t, all.browser);
    await tab.goto(pageUrl);
    await shownNumber(tab);
    assert.deepEqual((await all.counter.requests()).slice(before), ["GET /counter 200"]);
  });

  test("asks nobody but its own server and the counter", async (t) => {
    const tab = await openTab(t, all.browser);
    const asked = [];
    tab.on("request", (request) => asked.push(request.url()));
    await tab.goto(pageUrl);
    await shownNumber(tab);
    const remote = asked.filter((url) => !url.startsWith("data:"));
    assert.deepEqual(remote.sort(), [counterUrl, pageUrl, `${pageUrl}visitor-counter.js`].sort());
  });

  test("shows 0 as 0", async (t) => {
    const tab = await openTab(t, all.browser);
    await answerWith(tab, counted(0));
    await tab.goto(pageUrl);
    assert.equal(await shownNumber(tab), 0);
    assert.deepEqual(await texts(tab), ["0", "0"]);
  });

  test("keeps its text when its origin may not read the answer, and does not ask again", async (t) => {
    const before = (await all.counter.requests()).length;
    const tab = await openTab(t, all.browser);
    await stopClock(tab);
    await tab.goto(foreignPageUrl);
    await answersSettled(tab);
    await tab.clock.runFor(60_000);
    assert.equal(await visits(tab), 1);
    assert.deepEqual(await texts(tab), untouched);
    assert.deepEqual(tab.pageErrors, []);
    assert.deepEqual((await all.counter.requests()).slice(before), ["GET /counter 200"]);
  });

  test("keeps its text when the server is stopped", async (t) => {
    const own = await startAll();
    t.after(() => own.stop());
    const tab = await openTab(t, own.browser);
    await stopClock(tab);
    await own.counter.stop();
    await tab.goto(pageUrl);
    await answersSettled(tab);
    await tab.clock.runFor(60_000);
    assert.equal(await visits(tab), 1);
    assert.deepEqual(await texts(tab), untouched);
    assert.deepEqual(tab.pageErrors, []);
  });

  for (const [random, delay] of [[0, 1000], [0.25, 2000], [0.999, 4996]]) {
    test(`asks again ${delay} ms after "not-counted" when chance says ${random}`, async (t) => {
      const tab = await openTab(t, all.browser);
      await stopClock(tab);
      await tab.addInitScript((value) => { Math.random = () => value; }, random);
      const asked = await answerWith(tab, failed("not-counted"), counted(7));
      await tab.goto(pageUrl);
      await answersSettled(tab);
      assert.deepEqual(await delays(tab), [delay]);

      await tab.clock.runFor(delay - 1);
      assert.equal(await visits(tab), 1);
      assert.deepEqual(await texts(tab), untouched);
      await tab.clock.runFor(1);
      assert.equal(await shownNumber(tab), 7);
      assert.deepEqual(asked, ["GET", "GET"]);
    });
  }

  test('waits another time after each "not-counted"', async (t) => {
    const waited = new Set();
    for (let load = 0; load < 5; ++load) {
      const tab = await openTab(t, all.browser);
      await stopClock(tab);
      await answerWith(tab, failed("not-counted"));
      await tab.goto(pageUrl);
      await answersSettled(tab);
      const [delay] = await delays(tab);
      assert.ok(delay >= 1000 && delay <= 5000, `${delay} ms`);
      waited.add(delay);
    }
    assert.ok(waited.size > 1);
  });

  test("asks no third time", async (t) => {
    const tab = await openTab(t, all.browser);
    await stopClock(tab);
    const asked = await answerWith(tab, failed("not-counted"));
    await tab.goto(pageUrl);
    await answersSettled(tab);
    await tab.clock.runFor(5000);
    await tab.waitForFunction(() => window.answers.length === 2);
    await answersSettled(tab);
    await tab.clock.runFor(60_000);
    assert.equal(await visits(tab), 2);
    assert.deepEqual(asked, ["GET", "GET"]);
    assert.deepEqual(await texts(tab), untouched);
    assert.deepEqual(tab.pageErrors, []);
  });

  const givenUp = {
    "an error whose outcome is unknown": failed("unknown"),
    "an error that names no outcome": { status: 500, headers: readable, json: { status: "error" } },
    'a "not-counted" that the page may not read': failed("not-counted", unreadable),
    "a gateway error": { status: 403, headers: unreadable, json: { message: "Missing Authentication Token" } },
    "an answer that is no JSON": { status: 200, headers: readable, body: "<html>" },
    "an answer without a count": { status: 200, headers: readable, json: {} },
    "an answer that is null": { status: 200, headers: readable, body: "null" },
    "a count that is no number": counted("<b>7</b>"),
  };
  for (const [name, answer] of Object.entries(givenUp)) {
    test(`keeps its text after ${name}, and does not ask again`, async (t) => {
      const tab = await openTab(t, all.browser);
      await stopClock(tab);
      const asked = await answerWith(tab, answer, counted(7));
      await tab.goto(pageUrl);
      await answersSettled(tab);
      await tab.clock.runFor(60_000);
      assert.deepEqual(await delays(tab), []);
      assert.equal(await visits(tab), 1);
      assert.deepEqual(asked, ["GET"]);
      assert.deepEqual(await texts(tab), untouched);
      assert.deepEqual(tab.pageErrors, []);
    });
  }

  test("a script tag that names no counter asks nobody", async (t) => {
    const tab = await openTab(t, all.browser);
    await stopClock(tab);
    await tab.route(`${pageUrl}bare.html`, (route) => route.fulfill({
      contentType: "text/html",
      body: '<link rel="icon" href="data:,"><b data-visitor-counter>none</b><script src="visitor-counter.js"></script>',
    }));
    await tab.goto(`${pageUrl}bare.html`);
    assert.equal(await visits(tab), 0);
    assert.deepEqual(await texts(tab), ["none"]);
    assert.deepEqual(tab.pageErrors, []);
    assert.deepEqual(tab.consoleErrors, []);
  });

  for (const width of [375, 1440]) {
    for (const count of [5, 1_234_567, Number.MAX_SAFE_INTEGER]) {
      test(`is no wider than a window of ${width} px with the number ${count}`, async (t) => {
        const tab = await openTab(t, all.browser, { viewport: { width, height: 800 } });
        await answerWith(tab, counted(count));
        await tab.goto(pageUrl);
        assert.equal(await shownNumber(tab), count);
        assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width);
      });
    }
  }
});
