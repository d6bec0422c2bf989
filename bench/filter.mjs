// How long from a keystroke in the backup list's filter to the right count on the screen, on the finished console in headless
// Chromium, with as many backups as the sandbox is asked to make.
//
//   node filter.mjs ANCHORAGE_BINARY [BACKUPS] [ROUNDS]
//
// The clock starts with the key event's own time stamp and stops in the frame after the one that shows the new count. In the same
// page and rounds, a plain filter by hand over the same rows' names (`includes` on lower-cased strings in an array) sets the measure.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

import { launch, median, shown } from "./browser.mjs";

const [binary, backups = "100000", rounds = "3"] = process.argv.slice(2);
const WORDS = ["web-0", "db", "error", "app-1"];
const LOADING_MS = 600_000;

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const console_ = `127.0.0.1:${await freePort()}`;
const anchorage = spawn(
  binary,
  ["serve", "--listen", console_, "--sandbox-listen", "127.0.0.1:0", "--data", ":memory:", "--seed", `scale:${backups}`],
  { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, RUST_LOG: "error" } },
);
const start = await new Promise((done, fail) => {
  anchorage.on("exit", (code) => fail(new Error(`anchorage ended with ${code}`)));
  createInterface({ input: anchorage.stdout }).once("line", (line) => done(JSON.parse(line).sandbox));
});

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`http://${console_}/sign-in`);
  await page.getByLabel("Domain").fill(start.domain);
  await page.getByLabel("User").fill(start.user);
  await page.getByLabel("Password").fill(start.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();

  const opened = performance.now();
  await page.goto(`http://${console_}/p/${start.project_id}/backups`);
  // `Loading backups` is a status too; the count begins with its number, in groups of three.
  const count = page.getByRole("status").filter({ hasText: /^\d[\d\s]* backups/ });
  await count.waitFor();
  const firstRows = performance.now() - opened;
  const all = Number(backups).toLocaleString("en").replaceAll(",", "\\s");
  await count.filter({ hasText: new RegExp(`^${all} backups`) }).waitFor({ timeout: LOADING_MS });
  const allRows = performance.now() - opened;

  const filter = page.getByLabel("Filter backups");
  await filter.click();
  // Times every key from its event to the frame after the count has changed; a key that changes no count is not counted.
  await page.evaluate(() => {
    const status = [...document.querySelectorAll("[role=status]")].find((each) => /^\d[\d\s]* backups/.test(each.textContent));
    globalThis.painted = [];
    let pressed;
    addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
    new MutationObserver(() => {
      const since = pressed;
      if (since === undefined) return;
      pressed = undefined;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => globalThis.painted.push(performance.now() - since);
        channel.port2.postMessage(0);
      });
    }).observe(status, { characterData: true, childList: true, subtree: true });
  });
  const twoFrames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const word of WORDS) {
      for (const key of word) {
        await page.keyboard.press(key);
        await twoFrames();
      }
      for (let left = word.length; left > 0; left -= 1) {
        await page.keyboard.press("Backspace");
        await twoFrames();
      }
    }
  }
  const painted = await page.evaluate(() => globalThis.painted);
  if (painted.length === 0) throw new Error("no keystroke changed the count");

  const byHand = await page.evaluate(
    ({ backups, words, rounds }) => {
      const rows = Array.from({ length: backups }, (_, at) => `server-${at % 997} backup-${at} ${at % 31 ? "available" : "error"}`);
      const times = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const word of words) {
          for (let length = 1; length <= word.length; length += 1) {
            const started = performance.now();
            const found = rows.filter((row) => row.includes(word.slice(0, length)));
            times.push(performance.now() - started);
            if (found.length > backups) throw new Error("unreachable");
          }
        }
      }
      return times;
    },
    { backups: Number(backups), words: WORDS, rounds: Number(rounds) },
  );

  console.log(`${backups} backups, Chromium ${browser.version()}; milliseconds, median (range) of ${painted.length} keystrokes`);
  console.log(`keystroke to painted count        ${shown(painted)}`);
  console.log(`  over one frame (16.7 ms)         ${painted.filter((each) => each > 16.7).length} of ${painted.length}`);
  console.log(`  over two frames (33.3 ms)        ${painted.filter((each) => each > 33.3).length} of ${painted.length}`);
  console.log(`a filter by hand, unpainted        ${shown(byHand)}   (painted ÷ by hand: ${(median(painted) / median(byHand)).toFixed(1)} ×)`);
  console.log(`first rows after opening the page  ${firstRows.toFixed(0)}`);
  console.log(`all rows loaded after              ${allRows.toFixed(0)}`);
} finally {
  await browser.close();
  anchorage.removeAllListeners("exit");
  anchorage.kill();
}
