// The schedule engine beside npm rrule, in one page of headless Chromium, and natively in between.
//
//   node schedule.mjs NATIVE_BINARY WASM_FOLDER [ROUNDS]
//
// Every round runs all engines, in turn forwards and backwards, so that a slow moment of the machine hits all alike. A call includes
// parsing the text. Before the clock runs, both engines must give the same instants.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, median, shown } from "./browser.mjs";

const [native, wasmFolder, rounds = "5"] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const FROM = Date.UTC(2026, 10, 21, 4, 0, 0);
const DAY = 86_400_000;
const POLICIES = 10_000;
const SEED = 2026;
const WORKLOADS = [
  ["next", "next 10 runs"],
  ["year", "one year, 12 runs a week"],
  ["hourly", "one year, every hour"],
  ["fleet", "10,000 policies, 30 days"],
];

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const file = path === "/rrule.js" ? join(here, "node_modules/rrule/dist/es5/rrule.min.js") : join(wasmFolder, path);
  try {
    const body = path === "/" ? "<!doctype html><title>bench</title>" : await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(path) || ".html"] ?? "application/octet-stream" });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.addScriptTag({ url: "/rrule.js" });
  await page.evaluate(
    async ({ FROM, DAY, POLICIES, SEED }) => {
      const ours = await import("/bench_schedule.js");
      await ours.default({ module_or_path: "/bench_schedule_bg.wasm" });
      const { RRule } = globalThis.rrule;
      const rule = (pattern) =>
        new RRule({ ...RRule.parseString(pattern), bysecond: 0, dtstart: new Date(FROM) });
      const between = (pattern, until) => rule(pattern).between(new Date(FROM), new Date(until - 1), true);
      const patterns = ours.patterns(POLICIES, SEED);
      const texts = patterns.trimEnd().split("\n");
      const [pattern, hourly] = [ours.pattern(), ours.hourly()];
      const year = FROM + 365 * DAY;
      const month = FROM + 30 * DAY;
      globalThis.engines = {
        wasm: {
          next: () => ours.next_runs(pattern, FROM, 10),
          year: () => ours.runs_between(pattern, FROM, year),
          hourly: () => ours.runs_between(hourly, FROM, year),
          fleet: () => ours.fleet(patterns, FROM, month),
        },
        rrule: {
          next: () => rule(pattern).all((_, index) => index < 10),
          year: () => between(pattern, year),
          hourly: () => between(hourly, year),
          fleet: () => {
            let [count, sum] = [0, 0];
            for (const text of texts) {
              for (const run of between(text, month)) {
                count += 1;
                sum += run / 60_000;
              }
            }
            return [count, sum];
          },
        },
      };
      // Long enough to be told from the clock's grain; a slow engine is called once.
      globalThis.perCall = (engine, workload) => {
        const call = globalThis.engines[engine][workload];
        call();
        const started = performance.now();
        let calls = 0;
        let passed = 0;
        while (passed < 100) {
          call();
          calls += 1;
          passed = performance.now() - started;
        }
        return passed / calls;
      };
    },
    { FROM, DAY, POLICIES, SEED },
  );

  for (const [workload] of WORKLOADS) {
    const [ours, theirs] = await page.evaluate(
      (workload) => ["wasm", "rrule"].map((engine) => Array.from(globalThis.engines[engine][workload](), Number)),
      workload,
    );
    if (ours.length !== theirs.length || ours.some((value, index) => value !== theirs[index])) {
      throw new Error(`${workload}: the engines do not agree (${ours.length} and ${theirs.length} values)`);
    }
  }

  const times = Object.fromEntries(
    ["native", "wasm", "rrule"].map((engine) => [engine, Object.fromEntries(WORKLOADS.map(([key]) => [key, []]))]),
  );
  const turns = {
    native: () => {
      const out = execFileSync(native, [FROM, POLICIES, SEED].map(String), { encoding: "utf8" });
      for (const [key, value] of Object.entries(JSON.parse(out))) times.native[key].push(value);
    },
    wasm: () => inPage("wasm"),
    rrule: () => inPage("rrule"),
  };
  const inPage = async (engine) => {
    for (const [workload] of WORKLOADS) {
      times[engine][workload].push(await page.evaluate(([e, w]) => globalThis.perCall(e, w), [engine, workload]));
    }
  };
  for (let round = 0; round < Number(rounds); round += 1) {
    const order = Object.keys(turns);
    for (const engine of round % 2 ? order.reverse() : order) await turns[engine]();
  }

  const version = JSON.parse(await readFile(join(here, "node_modules/rrule/package.json"))).version;
  console.log(`milliseconds a call, median (range) of ${rounds} rounds; Chromium ${browser.version()}`);
  const row = (cells) => console.log(cells.map((cell, at) => (at ? String(cell).padStart(26) : cell.padEnd(26))).join(""));
  row(["", "native", "wasm in Chromium", `rrule ${version} in Chromium`, "rrule ÷ wasm, per round"]);
  for (const [key, name] of WORKLOADS) {
    const ratios = times.rrule[key].map((theirs, round) => theirs / times.wasm[key][round]);
    row([name, shown(times.native[key]), shown(times.wasm[key]), shown(times.rrule[key]), `${median(ratios).toFixed(0)} ×`]);
  }
} finally {
  await browser.close();
  server.close();
}
