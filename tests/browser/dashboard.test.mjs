import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startBrowser, startCounter } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const patienceMs = 30_000;
const shown = (count) => new Intl.NumberFormat("en").format(count);

/** A dashboard in a tab, and what it complained of. */
async function openDashboard(t, browser, counter, options) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const tab = await context.newPage();
  tab.setDefaultTimeout(patienceMs);
  tab.complaints = [];
  tab.requests = [];
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && tab.complaints.push(message.text()));
  tab.on("pageerror", (error) => tab.complaints.push(error.message));
  tab.on("request", (request) => tab.requests.push(request.url()));
  await tab.goto(`http://${counter.opsAddress}/dashboard`);
  return tab;
}

const waitForText = (tab, selector, hasText) => tab.locator(selector, { hasText }).waitFor();
const waitForFigures = (tab) => waitForText(tab, "#state-text", /^Counting$/);
const waitForTotal = (tab, total) => waitForText(tab, "#total", new RegExp(`^${shown(total)}$`));
const waitForHistory = (tab) => waitForText(tab, "#hours-aside", /visits? in 7 days/);

/** Opens a chart's table with the keyboard, and waits until it is filled. */
async function openTable(tab, id) {
  await tab.locator(`#${id}-details summary`).press("Enter");
  await tab.locator(`#${id}-table tbody tr`).first().waitFor();
}

async function tableSum(tab, id) {
  await openTable(tab, id);
  const cells = await tab.locator(`#${id}-table tbody td`).allTextContents();
  return cells.reduce((all, cell) => all + Number(cell.replaceAll(",", "")), 0);
}

describe("the dashboard", () => {
  let directory;
  let counter;
  let browser;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dashboard-"));
    counter = await startCounter({ store: `sqlite:${directory}/visits.db` });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await counter?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test("says that there are no visits yet, and shows the first one without a reload", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForTotal(tab, 0);
    await waitForText(tab, "#hours-empty", "No visits yet.");
    await counter.visit(1);
    await waitForTotal(tab, 1);
    await waitForText(tab, "#today", /^1$/);
    await waitForText(tab, "#hours-aside", "1 visit in 7 days");
    await tab.locator("#hours-empty").waitFor({ state: "hidden" });
    assert.deepEqual(tab.complaints, []);
  });

  test("shows the figures of the store, and their change without a reload", async (t) => {
    await counter.visit(20);
    const total = await counter.stored();
    const tab = await openDashboard(t, browser, counter);
    await waitForTotal(tab, total);
    await waitForHistory(tab);
    const loads = tab.requests.filter((url) => url.endsWith("/dashboard")).length;
    await counter.visit(7);
    await waitForTotal(tab, total + 7);
    assert.equal(await counter.stored(), total + 7);
    await waitForText(tab, "#hours-aside", `${total + 7} visits in 7 days`);
    await waitForText(tab, "#days-aside", `${total + 7} visits in 30 days`);
    assert.equal(await tableSum(tab, "hours"), total + 7);
    assert.equal(await tableSum(tab, "days"), total + 7);
    assert.equal(tab.requests.filter((url) => url.endsWith("/dashboard")).length, loads);
    assert.deepEqual(tab.complaints, []);
  });

  test("shows who was turned away", async (t) => {
    await fetch(`http://${counter.address}/nowhere`);
    const tab = await openDashboard(t, browser, counter);
    await waitForText(tab, "#refusals", "no such route");
  });

  test("asks nobody but its own server", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForFigures(tab);
    await waitForHistory(tab);
    const remote = tab.requests.filter((url) => !url.startsWith("data:"));
    assert.ok(remote.length >= 5);
    assert.deepEqual(remote.filter((url) => !url.startsWith(`http://${counter.opsAddress}/dashboard`)), []);
  });

  test("shows 90 days when it is asked to with the keyboard", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForHistory(tab);
    await tab.locator("input[value='30']").focus();
    await tab.keyboard.press("ArrowRight");
    await waitForText(tab, "#days-aside", "in 90 days");
    await openTable(tab, "days");
    assert.equal(await tab.locator("#days-table tbody tr").count(), 90);
  });

  for (const width of [375, 1440]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`is no wider than ${width} px, and axe finds nothing, in the ${colorScheme}`, async (t) => {
        const tab = await openDashboard(t, browser, counter, { viewport: { width, height: 900 }, colorScheme });
        await waitForFigures(tab);
        await waitForHistory(tab);
        for (const id of ["hours", "days"]) await openTable(tab, id);
        assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width);
        await tab.evaluate(axe);
        const { violations } = await tab.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
        assert.deepEqual(tab.complaints, []);
      });
    }
  }

  test("is dark where the dark is asked for, and follows a change", async (t) => {
    const tab = await openDashboard(t, browser, counter, { colorScheme: "dark" });
    const ground = () => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await tab.emulateMedia({ colorScheme: "light" });
    assert.notEqual(await ground(), dark);
  });

  test("is no wider than a phone with the largest number there is", async (t) => {
    const own = await startCounter();
    t.after(() => own.stop());
    await own.set(Number.MAX_SAFE_INTEGER);
    const tab = await openDashboard(t, browser, own, { viewport: { width: 375, height: 800 } });
    await waitForTotal(tab, Number.MAX_SAFE_INTEGER);
    assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 375);
  });

  test("tells those who listen how things stand, and not at every change", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForFigures(tab);
    await tab.clock.setFixedTime(new Date());
    const spoken = [];
    for (let change = 0; change < 2; ++change) {
      const total = await counter.stored();
      await counter.visit(1);
      await waitForTotal(tab, total + 1);
      spoken.push(await tab.locator("#spoken").textContent());
    }
    assert.match(spoken[0], /^Counting$|visits/);
    assert.equal(spoken[1], spoken[0]);
  });

  test("says when the server has gone, and keeps the figures", async (t) => {
    const own = await startCounter();
    t.after(() => own.stop());
    await own.visit(3);
    const tab = await openDashboard(t, browser, own);
    await waitForTotal(tab, 3);
    assert.equal(await own.stop(), 0);
    await tab.locator("#state[data-state=bad]").waitFor();
    await waitForText(tab, "#notice", "Trying again");
    assert.equal(await tab.locator("#total").textContent(), "3");
  });

  test("tries again by itself", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForFigures(tab);
    await tab.route("**/dashboard/events", (route) => route.abort());
    await tab.reload();
    await waitForText(tab, "#state-text", "cannot be reached");
    await tab.unroute("**/dashboard/events");
    await waitForFigures(tab);
    assert.ok(await tab.locator("#notice").isHidden());
  });

  test("says that the store fails", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await waitForFigures(tab);
    await tab.evaluate(() => take({
      ...known.latest, total: null, today: null, store: { ...known.latest.store, trouble: "Storage failure" },
    }));
    assert.equal(await tab.locator("#state-text").textContent(), "Not counting: storage failure");
    assert.ok(await tab.locator("#notice").isVisible());
  });

  test("says that a store keeps no history", async (t) => {
    const tab = await openDashboard(t, browser, counter);
    await tab.route("**/dashboard/history", (route) => route.fulfill({ json: { hours: null } }));
    await tab.reload();
    await waitForText(tab, "#hours-empty", "keeps no history");
    assert.ok(await tab.locator("#days-details").isHidden());
  });
});
