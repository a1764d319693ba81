// The pages of docs/your-page.md, in a browser, as they are written but for the counter's address.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { counterUrl, pageUrl, startAll } from "./harness.mjs";

const page = readFileSync(new URL("../../docs/your-page.md", import.meta.url), "utf8");
const snippets = [...page.matchAll(/^```html\n(.*?)^```$/gms)].map(([, html]) => {
  assert.match(html, /https:\/\/api\.example\.org\/counter/);
  return html.replace("https://api.example.org/counter", counterUrl);
});

describe("the pages of docs/your-page.md", () => {
  let all;
  before(async () => {
    all = await startAll();
  });
  after(() => all?.stop());

  /** A tab on the site of the page, and what puts the page there: the browser lets a site of this machine ask this machine. */
  async function open(t, html) {
    const context = await all.browser.newContext();
    t.after(() => context.close());
    const tab = await context.newPage();
    await tab.goto(`${pageUrl}visitor-counter.js`);
    return { tab, load: () => tab.setContent(html) };
  }

  test("are two", () => assert.equal(snippets.length, 2));

  for (const [index, html] of snippets.entries()) {
    test(`show the number of the visit: ${index + 1}`, async (t) => {
      await all.counter.set(48212);
      const { tab, load } = await open(t, html);
      await load();
      await tab.getByText("visitor 48213.").waitFor();
    });

    test(`keep their text when the counter is out of reach: ${index + 1}`, async (t) => {
      const { tab, load } = await open(t, html);
      await tab.route(counterUrl, (route) => route.abort());
      const asked = tab.waitForEvent("requestfailed");
      await load();
      await asked;
      assert.match(await tab.locator("p").textContent(), /^(You are visitor -\.|Welcome\.)$/);
    });
  }
});
