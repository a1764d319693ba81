// Makes the README's picture of the example page: node tests/browser/screenshot.mjs OUT.png
import { pageUrl, startAll } from "./harness.mjs";

const [path] = process.argv.slice(2);
if (!path) {
  console.error("usage: node tests/browser/screenshot.mjs OUT.png");
  process.exit(2);
}

const all = await startAll();
try {
  await all.counter.set(48_212);
  const tab = await all.browser.newPage({
    viewport: { width: 1200, height: 750 },
    deviceScaleFactor: 2,
    colorScheme: "light",
  });
  await tab.goto(pageUrl);
  await tab.locator("[data-visitor-counter]", { hasText: /^48213$/ }).first().waitFor();
  await tab.screenshot({ path });
} finally {
  await all.stop();
}
