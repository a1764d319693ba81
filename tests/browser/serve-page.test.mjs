import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { counterUrl, servePage, startPage } from "./harness.mjs";

async function start(t, ...flags) {
  const page = await startPage(...flags);
  t.after(() => page.stop());
  return page;
}

/** The path goes out as it is written; fetch would tidy up its dots. */
function get(page, path) {
  const [host, port] = page.address.split(":");
  return new Promise((resolve, reject) => {
    http.get({ host, port, path }, async (response) => {
      const body = (await response.toArray()).join("");
      resolve({ status: response.statusCode, type: response.headers["content-type"], body });
    }).on("error", reject);
  });
}

test("serves the example at / and the script beside it", async (t) => {
  const page = await start(t);
  const example = await get(page, "/");
  assert.equal(example.status, 200);
  assert.equal(example.type, "text/html; charset=utf-8");
  assert.ok(example.body.includes(`<script src="visitor-counter.js" data-counter="${counterUrl}" defer></script>`));
  assert.equal((await get(page, "/example.html")).body, example.body);

  const script = await get(page, "/visitor-counter.js");
  assert.equal(script.status, 200);
  assert.match(script.type, /javascript/);
});

test("names another counter in the page and in the lines to copy", async (t) => {
  const page = await start(t, "--counter", 'https://api.example.com/counter?a="b"');
  const { body } = await get(page, "/");
  assert.equal(body.split("https://api.example.com/counter?a=&quot;b&quot;").length - 1, 2);
  assert.ok(!body.includes("127.0.0.1:8080"));
});

for (const path of ["/nothing", "/../scripts/serve-page.py", "/%2e%2e/scripts/serve-page.py", "//etc/passwd", "/./"]) {
  test(`has nothing at ${path}`, async (t) => {
    assert.equal((await get(await start(t), path)).status, 404);
  });
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`ends cleanly at ${signal}`, async (t) => {
    const page = await start(t);
    assert.equal(await page.stop(signal), 0);
    assert.equal(page.program.stdout.length, 1);
    assert.deepEqual(page.program.stderr, []);
  });
}

test("says which port is taken", async (t) => {
  const port = (await start(t)).address.split(":")[1];
  const second = servePage("--port", port);
  assert.equal(await second.ended, 1);
  assert.deepEqual(second.stdout, []);
  assert.deepEqual(second.stderr, [`serve-page: port ${port} is taken; choose another with --port`]);
});

for (const option of ["--port=65536", "--port=x", "--counter=javascript:alert(1)", "--counter=/counter"]) {
  test(`refuses ${option}`, async () => {
    const program = servePage(option);
    assert.equal(await program.ended, 2);
    assert.match(program.stderr.at(-1), /invalid/);
  });
}
