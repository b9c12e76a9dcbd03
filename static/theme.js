// Runs before the first paint: marks that scripts run, and applies the chosen
// theme, so that neither controls nor colours flash. Then it follows the
// page's theme toggle.
(() => {
  const root = document.documentElement;
  const own = (theme) => theme === "light" || theme === "dark";
  let stored = null;
  try {
    stored = localStorage.getItem("theme");
  } catch {
    // Storage is blocked: the system's theme it is.
  }
  root.classList.add("js");
  if (own(stored)) root.dataset.theme = stored;

  document.addEventListener("DOMContentLoaded", () => {
    const value = root.dataset.theme ?? "auto";
    const radio = document.querySelector(`[name="theme"][value="${value}"]`);
    if (radio !== null) radio.checked = true;
  });

  document.addEventListener("change", ({ target }) => {
    if (target.name !== "theme" || target.type !== "radio") return;
    if (own(target.value)) root.dataset.theme = target.value;
    else delete root.dataset.theme;
    try {
      if (own(target.value)) localStorage.setItem("theme", target.value);
      else localStorage.removeItem("theme");
    } catch {
      // Storage is blocked: the choice holds for this page alone.
    }
  });
})();
