// Runs before the first paint, as a file because the page's content security policy allows no inline script:
// sets the stored theme (no flash of the other one) and says so when a part of the console cannot be loaded.
(() => {
  try {
    const theme = localStorage.getItem("anchorage.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is denied: the system's theme is used.
  }

  const fail = (reason) => {
    const alert = document.getElementById("shell-failure");
    if (!alert) return; // The console has started and shows its own errors.
    document.getElementById("shell-status").hidden = true;
    document.getElementById("shell-reason").textContent = reason;
    alert.hidden = false;
  };
  addEventListener("anchorage:failed", (event) => fail(event.detail));
  // A script, style or preload that is missing (a new version was installed meanwhile) fires on the element and does not bubble.
  addEventListener("error", (event) => {
    if (event.target instanceof HTMLScriptElement) fail("A part of the console could not be loaded.");
  }, true);
})();
