// Starts the console. A module of its own because the page's content security policy allows no inline script. The console
// takes the shell of index.html away itself, when it has something to show.
import init from "./anchorage-console.js";

const fail = (reason) => dispatchEvent(new CustomEvent("anchorage:failed", { detail: reason }));

// How the other pages look: needed before they are, but not before the first screen.
const pages = document.createElement("link");
pages.rel = "stylesheet";
pages.href = new URL("./pages.css", import.meta.url);
document.head.append(pages);

if (typeof WebAssembly !== "object") {
  fail("This browser has WebAssembly switched off, which the console needs.");
} else {
  init({ module_or_path: new URL("./anchorage-console_bg.wasm", import.meta.url) }).catch((error) => {
    console.error(error);
    fail("The console could not start.");
  });
}
